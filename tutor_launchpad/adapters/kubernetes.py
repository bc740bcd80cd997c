"""The Kubernetes API as this project uses it: few requests, each one that fails explained.

Objects are plain dictionaries. Writing is server-side apply with one field manager; force is the caller's decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tutor_launchpad.adapters.kubernetes_access import denied
from tutor_launchpad.adapters.kubernetes_api import Api, as_json, content
from tutor_launchpad.adapters.kubernetes_compare import MANAGER, differences, differs
from tutor_launchpad.adapters.kubernetes_errors import Target, translate
from tutor_launchpad.adapters.kubernetes_kubeconfig import contexts, open_transport
from tutor_launchpad.adapters.kubernetes_patience import LIMIT, QUICKLY, Patience
from tutor_launchpad.adapters.kubernetes_transport import Request, Response, Transport
from tutor_launchpad.core.access import Permission
from tutor_launchpad.core.errors import Conflict, NoSuchKind, NotFound
from tutor_launchpad.core.types import Object

__all__ = ["MANAGER", "Cluster", "contexts", "differences", "differs"]

PAGE = "500"
ABSENT = "1"
"""As an applied object's resource version: make it, or `Conflict`. No object has it: a store's first write gives 2."""
GONE = 410
METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
TOKENS = "authentication.k8s.io/v1"
Objects = list[Object]  # inside the class, `list` is the method
Permissions = list[Permission]


class Cluster:
    """One API server as one user; every method raises the errors of `core.errors`."""

    def __init__(self, transport: Transport, context: str = "", patience: Patience = QUICKLY) -> None:
        self.context = context
        self.server = transport.server
        self.version = ""
        self._api = Api(transport, patience)

    @classmethod
    def connect(cls, context: str | None, say: Callable[[str], None] = lambda text: None) -> Cluster:
        """The cluster of a kubeconfig's context (None: the current one), which has answered once.

        From then on it may be away for a while; `say` hears when it is waited for.
        """
        cluster = cls(open_transport(context), context or contexts()[1] or "", Patience(say=say))
        answer = cluster._api.call(Request("GET", "/version"), Target("reach", "", "version"))
        cluster.version = str(answer.get("gitVersion", ""))
        cluster._api.patience = replace(cluster._api.patience, limit=LIMIT)
        return cluster

    @property
    def ahead(self) -> timedelta:
        """How far the server's clock is ahead of ours, by its last answer."""
        return self._api.ahead

    @property
    def hasty(self) -> Cluster:
        """The same cluster for who would rather hear at once that it is away."""
        return Cluster(self._api.transport, self.context)

    def get(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object:
        """The object, or `NotFound`."""
        target = Target("get", api_version, kind, name, namespace)
        return self._api.call(Request("GET", self._api.path(target)), target)

    def find(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object | None:
        """The object, or None where there is none; `NoSuchKind` where there could be none."""
        try:
            return self.get(api_version, kind, name, namespace)
        except NoSuchKind:
            raise
        except NotFound:
            return None

    def list(
        self,
        api_version: str,
        kind: str,
        namespace: str | None = None,
        labels: str = "",
        fields: str = "",
        bare: bool = False,
    ) -> Objects:
        """All objects of a kind, in a namespace or everywhere; page by page, each with its kind filled in.

        `bare`: their metadata alone, which of Secrets is all that most need to know.
        """
        target = Target("list", api_version, kind, "", namespace)
        selectors = [("labelSelector", labels)] if labels else []
        selectors += [("fieldSelector", fields)] if fields else []
        items: Objects = []
        pages = [("limit", PAGE)]
        while True:
            headers = (("Accept", METADATA),) if bare else ()
            response = self._api.send(Request("GET", self._api.path(target), (*selectors, *pages), headers=headers))
            if response.status == GONE and len(pages) > 1:  # the list's version is gone: all of it at once
                items, pages = [], []
                continue
            page = self._api.read(response, target)
            items += page.get("items") or []
            token = (page.get("metadata") or {}).get("continue", "")
            if not token:
                return [item | {"apiVersion": api_version, "kind": kind} for item in items]
            pages = [("limit", PAGE), ("continue", token)]

    def create(self, obj: Object) -> Object:
        """A new object; `Conflict` where somebody else has made it."""
        target = self._target("create", obj)
        query = (("fieldManager", MANAGER),)
        at = self._api.path(target, collection=True)
        response = self._api.send(Request("POST", at, query, as_json(obj), content("application/json")))
        try:
            return self._api.read(response, target)
        except Conflict:
            if not response.resent:
                raise
            live = self.find(target.api_version, target.kind, target.name, target.namespace)
            if live is None or differs(live, obj):
                raise
            return live  # the first sending had arrived

    def apply(self, obj: Object, force: bool = False) -> Object:
        """Server-side apply: what this project wants of an object; `Contested` names who else wants it otherwise."""
        target = self._target("apply", obj)
        query = (("fieldManager", MANAGER), ("force", str(force).lower()))
        body = as_json(obj)
        return self._api.call(
            Request("PATCH", self._api.path(target), query, body, content("application/apply-patch+yaml")), target
        )

    def ensure(self, obj: Object) -> str:
        """Look, and apply only what is missing: `created`, `updated` or `unchanged`."""
        metadata = obj["metadata"]
        live = self.find(obj["apiVersion"], obj["kind"], metadata["name"], metadata.get("namespace"))
        return self.ensure_against(live, obj)

    def ensure_against(self, live: Object | None, obj: Object) -> str:
        """Like `ensure`, where the caller has just read the object (or its absence).

        An object that is absent is made, not applied: of two who saw it absent, one gets `Conflict`.
        """
        if live is None:
            return self._make(obj)
        if not differs(live, obj):
            return "unchanged"
        applied = self.apply(obj)
        same = applied["metadata"].get("resourceVersion") == live["metadata"].get("resourceVersion")
        return "unchanged" if same else "updated"

    def _make(self, obj: Object) -> str:
        """Server-side apply, not POST: what POST sets belongs to another manager, and no apply could take it back."""
        target = self._target("make", obj)
        try:
            self.apply({**obj, "metadata": {**obj["metadata"], "resourceVersion": ABSENT}})
        except Conflict as error:
            live = self.find(target.api_version, target.kind, target.name, target.namespace)
            if live is None:
                raise
            if not differs(live, obj):  # a repeated request, or another deploy of the same
                return "created"
            raise Conflict(
                f"Cannot make {target}: somebody else made it a moment ago. Look at it with {target.lookup}; if it is "
                "yours, deploy again."
            ) from error
        return "created"

    def patch(self, api_version: str, kind: str, name: str, namespace: str | None, body: Object) -> Object:
        """Merge patch; with `metadata.resourceVersion` in it only where nobody has written since (`Conflict`)."""
        target = Target("change", api_version, kind, name, namespace)
        query = (("fieldManager", MANAGER),)
        headers = content("application/merge-patch+json")
        return self._api.call(Request("PATCH", self._api.path(target), query, as_json(body), headers), target)

    def delete(self, api_version: str, kind: str, name: str, namespace: str | None = None, uid: str = "") -> bool:
        """Delete, with what it owns, in the background. False where it was not there.

        With `uid` only the object that had it (`Conflict` where another one has the name now).
        """
        target = Target("delete", api_version, kind, name, namespace)
        options: Object = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background"}
        body = as_json(options | ({"preconditions": {"uid": uid}} if uid else {}))
        response = self._api.send(Request("DELETE", self._api.path(target), (), body, content("application/json")))
        try:
            self._api.read(response, target)
        except NotFound:
            return response.resent  # the first sending may have arrived
        return True

    def logs(self, namespace: str, pod: str, container: str | None = None, tail: int = 20) -> str:
        """The last lines that a pod's container wrote."""
        target = Target("read the log of", "v1", "Pod", pod, namespace)
        query = [("tailLines", str(tail)), *([("container", container)] if container else [])]
        response = self._api.send(Request("GET", self._api.path(target) + "/log", tuple(query), text=True))
        if response.status != 200:
            raise translate(response, target, self._api.transport)
        return response.body.decode(errors="replace")

    def token(self, namespace: str, account: str, seconds: int) -> tuple[str, str]:
        """A token of a ServiceAccount and when it expires, which the server may set earlier. It is kept nowhere."""
        target = Target("make a token of", "v1", "ServiceAccount", account, namespace)
        body = as_json({"apiVersion": TOKENS, "kind": "TokenRequest", "spec": {"expirationSeconds": seconds}})
        path = self._api.path(target) + "/token"
        made = self._api.call(Request("POST", path, (), body, content("application/json")), target)["status"]
        return made["token"], made["expirationTimestamp"]

    def ask_service(self, namespace: str, service: str, request: Request) -> Response:
        """What a service (`scheme:name:port`) answers, by way of the API server; its errors are the caller's to read."""
        at = f"/api/v1/namespaces/{namespace}/services/{service}/proxy{request.path}"
        return self._api.send(replace(request, path=at))

    def kinds(self) -> set[tuple[str, str]]:
        """Every (apiVersion, kind) that the cluster serves, in two requests."""
        return self._api.kinds()

    def can_i(self, permissions: Iterable[Permission]) -> Permissions:
        """Those that are denied, in one request for each namespace and one for each that is doubtful."""
        return denied(self._api, permissions)

    def _target(self, verb: str, obj: Object) -> Target:
        metadata: dict[str, Any] = obj["metadata"]
        return Target(verb, obj["apiVersion"], obj["kind"], metadata["name"], metadata.get("namespace"))
