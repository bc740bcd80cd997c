"""The Kubernetes API as this project uses it: few requests, each one that fails explained.

Objects are plain dictionaries. Writing is server-side apply with one field manager; nothing is forced.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from typing import Any

from tutor_launchpad.adapters.kubernetes_compare import MANAGER, differs
from tutor_launchpad.adapters.kubernetes_errors import Target, no_such_kind, translate
from tutor_launchpad.adapters.kubernetes_kinds import KNOWN, Kinds, Served, path, read_discovery, read_group, root
from tutor_launchpad.adapters.kubernetes_transport import (
    Request,
    Response,
    Transport,
    contexts,
    open_transport,
    send,
)
from tutor_launchpad.core.access import Permission
from tutor_launchpad.core.errors import Conflict, LaunchpadError, NoSuchKind, NotFound
from tutor_launchpad.core.types import Object

__all__ = ["MANAGER", "Cluster", "contexts", "differs"]

PAGE = 500
ABSENT = "1"
"""As an applied object's resource version: make it, or `Conflict`. No object has it: a store's first write gives 2."""
Objects = list[Object]  # inside the class, `list` is the method
Permissions = list[Permission]
DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


class Cluster:
    """One API server as one user; every method raises the errors of `core.errors`."""

    def __init__(self, transport: Transport, context: str = "", sleep: Callable[[float], None] = time.sleep) -> None:
        self.context = context
        self.server = transport.server
        self.version = ""
        self._transport = transport
        self._sleep = sleep
        self._kinds: Kinds = dict(KNOWN)

    @classmethod
    def connect(cls, context: str | None) -> Cluster:
        """The cluster of a kubeconfig's context (None: the current one), which has answered once."""
        cluster = cls(open_transport(context), context or contexts()[1] or "")
        answer = cluster._call(Request("GET", "/version"), Target("reach", "", "version"))
        cluster.version = str(answer.get("gitVersion", ""))
        return cluster

    def get(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object:
        """The object, or `NotFound`."""
        target = Target("get", api_version, kind, name, namespace)
        return self._call(Request("GET", self._path(target)), target)

    def find(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object | None:
        """The object, or None where there is none; `NoSuchKind` where there could be none."""
        try:
            return self.get(api_version, kind, name, namespace)
        except NoSuchKind:
            raise
        except NotFound:
            return None

    def list(
        self, api_version: str, kind: str, namespace: str | None = None, labels: str = "", fields: str = ""
    ) -> Objects:
        """All objects of a kind, in a namespace or everywhere; page by page, each with its kind filled in."""
        target = Target("list", api_version, kind, "", namespace)
        selectors = [("labelSelector", labels)] if labels else []
        selectors += [("fieldSelector", fields)] if fields else []
        items: Objects = []
        token = ""
        while True:
            query = [*selectors, ("limit", str(PAGE)), *([("continue", token)] if token else [])]
            response = self._send(Request("GET", self._path(target), tuple(query)))
            if response.status == 410 and token:  # the list's version is gone: begin again
                items, token = [], ""
                continue
            page = self._read(response, target)
            items += page.get("items", [])
            token = page.get("metadata", {}).get("continue", "")
            if not token:
                return [{"apiVersion": api_version, "kind": kind} | item for item in items]

    def create(self, obj: Object) -> Object:
        """A new object; `Conflict` where it exists."""
        target = self._target("create", obj)
        at = self._path(target, collection=True)
        query = (("fieldManager", MANAGER),)
        return self._call(
            Request("POST", at, query, _json(obj), _content("application/json"), repeatable=False), target
        )

    def apply(self, obj: Object) -> Object:
        """Server-side apply: what this project wants of an object; `Conflict` names who else wants it otherwise."""
        target = self._target("apply", obj)
        query = (("fieldManager", MANAGER), ("force", "false"))
        content = _content("application/apply-patch+yaml")
        return self._call(Request("PATCH", self._path(target), query, _json(obj), content), target)

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
        content = _content("application/merge-patch+json")
        return self._call(Request("PATCH", self._path(target), query, _json(body), content), target)

    def delete(self, api_version: str, kind: str, name: str, namespace: str | None = None, uid: str = "") -> bool:
        """Delete, with what it owns, in the background. False where it was not there.

        With `uid` only the object that had it (`Conflict` where another one has the name now).
        """
        target = Target("delete", api_version, kind, name, namespace)
        options: Object = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background"}
        body = _json(options | ({"preconditions": {"uid": uid}} if uid else {}))
        try:
            self._call(Request("DELETE", self._path(target), (), body, _content("application/json")), target)
        except NotFound:
            return False
        return True

    def logs(self, namespace: str, pod: str, container: str | None = None, tail: int = 20) -> str:
        """The last lines that a pod's container wrote."""
        target = Target("read the log of", "v1", "Pod", pod, namespace)
        query = [("tailLines", str(tail)), *([("container", container)] if container else [])]
        response = self._send(Request("GET", self._path(target) + "/log", tuple(query), headers=(("Accept", "*/*"),)))
        if response.status != 200:
            raise translate(response, target, self.server)
        return response.body.decode(errors="replace")

    def kinds(self) -> set[tuple[str, str]]:
        """Every (apiVersion, kind) that the cluster serves, in two requests."""
        found: Kinds = {}
        for place in ("/api", "/apis"):
            document = self._call(
                Request("GET", place, headers=(("Accept", f"{DISCOVERY},application/json"),)),
                Target("list", "", "API"),
            )
            found |= read_discovery(document) if "items" in document else self._read_groups(document)
        self._kinds |= found
        return set(found)

    def can_i(self, permissions: Iterable[Permission]) -> Permissions:
        """Those that are denied.

        The rules of a namespace, read in one request, grant most; what they do not grant is asked for one by one, as
        rules may be incomplete and are silent on cluster-scoped kinds.
        """
        asked = list(permissions)
        places = {permission.namespace for permission in asked if permission.namespace}
        rules = {namespace: self._rules(namespace) for namespace in sorted(places)}
        unsure = [one for one in asked if not any(_grants(rule, one) for rule in rules.get(one.namespace, []))]
        return [permission for permission in unsure if not self._allowed(permission)]

    def _rules(self, namespace: str) -> Objects:
        answer = self._review("SelfSubjectRulesReview", {"namespace": namespace})
        return list(answer.get("status", {}).get("resourceRules") or [])

    def _allowed(self, one: Permission) -> bool:
        attributes = {"verb": one.verb, "group": one.group, "resource": one.resource}
        attributes |= {"namespace": one.namespace} if one.namespace else {}
        attributes |= {"subresource": one.subresource} if one.subresource else {}
        answer = self._review("SelfSubjectAccessReview", {"resourceAttributes": attributes})
        return bool(answer.get("status", {}).get("allowed"))

    def _review(self, kind: str, spec: Object) -> Object:
        target = Target("create", "authorization.k8s.io/v1", kind)
        body = _json({"apiVersion": target.api_version, "kind": kind, "spec": spec})
        return self._call(Request("POST", self._path(target), (), body, _content("application/json")), target)

    def _read_groups(self, document: Object) -> Kinds:
        """Servers before 1.27 answer with names only; each group is asked."""
        found: Kinds = {}
        versions = [*document.get("versions", [])]
        versions += [group["preferredVersion"]["groupVersion"] for group in document.get("groups", [])]
        for api_version in versions:
            found |= read_group(
                api_version, self._call(Request("GET", root(api_version)), Target("list", api_version, "API"))
            )
        return found

    def _served(self, target: Target) -> Served:
        key = target.api_version, target.kind
        if key not in self._kinds:
            answer = self._call(Request("GET", root(target.api_version)), target)
            self._kinds |= read_group(target.api_version, answer)
        if key not in self._kinds:
            raise no_such_kind(target)
        return self._kinds[key]

    def _path(self, target: Target, *, collection: bool = False) -> str:
        return path(target.api_version, self._served(target), target.namespace, "" if collection else target.name)

    def _target(self, verb: str, obj: Object) -> Target:
        metadata: dict[str, Any] = obj["metadata"]
        return Target(verb, obj["apiVersion"], obj["kind"], metadata["name"], metadata.get("namespace"))

    def _send(self, request: Request) -> Response:
        return send(self._transport, request, self._sleep)

    def _call(self, request: Request, target: Target) -> Object:
        return self._read(self._send(request), target)

    def _read(self, response: Response, target: Target) -> Object:
        if not 200 <= response.status < 300:
            raise translate(response, target, self.server)
        try:
            content = json.loads(response.body)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise LaunchpadError(
                f"{self.server} did not answer as a Kubernetes API does: is the kubeconfig's address right?"
            )
        return content


def _grants(rule: Object, one: Permission) -> bool:
    name = f"{one.resource}/{one.subresource}" if one.subresource else one.resource
    names = {name, "*"} | ({f"*/{one.subresource}"} if one.subresource else set())
    return (
        not rule.get("resourceNames")
        and not {one.verb, "*"}.isdisjoint(rule.get("verbs") or [])
        and not {one.group, "*"}.isdisjoint(rule.get("apiGroups") or [])
        and not names.isdisjoint(rule.get("resources") or [])
    )


def _json(obj: Object) -> bytes:
    return json.dumps(obj, separators=(",", ":"), default=str).encode()


def _content(kind: str) -> tuple[tuple[str, str], ...]:
    return (("Content-Type", kind),)
