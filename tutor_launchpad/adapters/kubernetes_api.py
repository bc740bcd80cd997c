"""Requests about objects: where a kind is served, what an answer holds, what a refusal means."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from tutor_launchpad.adapters.kubernetes_errors import Target, no_such_kind, translate
from tutor_launchpad.adapters.kubernetes_kinds import KNOWN, Kinds, Served, path, read_discovery, read_group, root
from tutor_launchpad.adapters.kubernetes_patience import Patience, send
from tutor_launchpad.adapters.kubernetes_transport import Request, Response, Transport
from tutor_launchpad.core.errors import LaunchpadError
from tutor_launchpad.core.types import Object

DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


class Api:
    """One API server as one user, and how patient we are with it."""

    def __init__(self, transport: Transport, patience: Patience) -> None:
        self.transport = transport
        self.patience = patience
        self.ahead = timedelta()
        self._kinds: Kinds = dict(KNOWN)

    def send(self, request: Request) -> Response:
        """The answer, whatever it is."""
        response = send(self.transport, request, self.patience)
        with suppress(ValueError):
            told = parsedate_to_datetime(response.headers.get("Date", ""))
            self.ahead = told - datetime.now(timezone.utc)
        return response

    def call(self, request: Request, target: Target) -> Object:
        """The answer's object, or the error that a refusal means."""
        return self.read(self.send(request), target)

    def read(self, response: Response, target: Target) -> Object:
        """See `call`."""
        if not 200 <= response.status < 300:
            raise translate(response, target, self.transport)
        if response.document is None:
            raise LaunchpadError(
                f"{self.transport.server} did not answer as a Kubernetes API does: does a proxy stand between, or is "
                "the kubeconfig's address wrong?"
            )
        return response.document

    def post(self, obj: Object) -> Object:
        """Ask the server something that it answers at once and does not keep."""
        target = Target("create", obj["apiVersion"], obj["kind"])
        return self.call(Request("POST", self.path(target), (), as_json(obj), content("application/json")), target)

    def path(self, target: Target, *, collection: bool = False) -> str:
        """Of the object, or of the list that it is in."""
        return path(target.api_version, self._served(target), target.namespace, "" if collection else target.name)

    def kinds(self) -> set[tuple[str, str]]:
        """Every (apiVersion, kind) that the cluster serves, in two requests."""
        found: Kinds = {}
        for place in ("/api", "/apis"):
            headers = (("Accept", f"{DISCOVERY},application/json"),)
            document = self.call(Request("GET", place, headers=headers), Target("list", "", "API"))
            found |= read_discovery(document) if "items" in document else self._read_groups(document)
        self._kinds |= found
        return set(found)

    def _read_groups(self, document: Object) -> Kinds:
        """Servers before 1.27 answer with names only; each group is asked."""
        found: Kinds = {}
        versions = [*document.get("versions", [])]
        versions += [group["preferredVersion"]["groupVersion"] for group in document.get("groups", [])]
        for api_version in versions:
            answer = self.call(Request("GET", root(api_version)), Target("list", api_version, "API"))
            found |= read_group(api_version, answer)
        return found

    def _served(self, target: Target) -> Served:
        key = target.api_version, target.kind
        if key not in self._kinds:
            answer = self.call(Request("GET", root(target.api_version)), target)
            self._kinds |= read_group(target.api_version, answer)
        if key not in self._kinds:
            raise no_such_kind(target)
        return self._kinds[key]


def as_json(obj: Object) -> bytes:
    """The body of a request."""
    return json.dumps(obj, separators=(",", ":"), default=str).encode()


def content(kind: str) -> tuple[tuple[str, str], ...]:
    """The header that says what a body is."""
    return (("Content-Type", kind),)
