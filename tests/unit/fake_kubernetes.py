"""An API server in memory, behind the adapter's own transport: what tests of the adapter and of the steps talk to.

Server-side apply is simplified: what is applied replaces what this manager had applied, other fields stay.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.adapters.kubernetes_kinds import KNOWN
from tutor_launchpad.adapters.kubernetes_patience import LIMIT, Patience
from tutor_launchpad.adapters.kubernetes_transport import Request, Response
from tutor_launchpad.core.access import Permission
from tutor_launchpad.core.types import Object

Key = tuple[str, str, str]  # plural, namespace, name
KINDS = {served.plural: (version, kind) for (version, kind), served in KNOWN.items()}


class FakeApi:
    """Objects by key, every request that was made, and a clock that only waiting moves. `answer` may take over a request.

    With `allowed` everything else is Forbidden; `used` is what the requests have taken.
    """

    server = "https://fake:6443"
    user = "user 'operator'"

    def __init__(self, *objects: Object) -> None:
        self.now = 0.0
        self.said: list[str] = []
        self.objects: dict[Key, Object] = {}
        self.requests: list[Request] = []
        self.logs: dict[str, str] = {}
        self.edited: dict[Key, dict[str, str]] = {}
        self.answer: Callable[[Request], Response | None] = lambda request: None
        self.date = ""
        self.after: Callable[[Request], None] = lambda request: None
        self.allowed: frozenset[Permission] | None = None
        self.used: set[Permission] = set()
        self._version = 1  # as in a real store, no object has the first
        for obj in objects:
            self.put(obj)

    @property
    def cluster(self) -> Cluster:
        """A client that this server has answered before, and that waits on the server's own clock."""
        patience = Patience(LIMIT, self.said.append, lambda: self.now, self.sleep)
        return Cluster(self, patience=patience)

    def sleep(self, seconds: float) -> None:
        """Move the clock."""
        self.now += seconds

    def renew(self) -> bool:
        """This user's credentials never change."""
        return False

    @property
    def writes(self) -> list[str]:
        """Method and path of each request that may change something."""
        reviews = ("reviews",)
        return [
            f"{one.method} {one.path}"
            for one in self.requests
            if one.method != "GET" and not one.path.endswith(reviews)
        ]

    def put(self, obj: Object) -> Object:
        """Store as somebody else would."""
        plural = KNOWN[obj["apiVersion"], obj["kind"]].plural
        self._version += 1
        stored = deepcopy(obj)
        stored["metadata"]["resourceVersion"] = str(self._version)
        key = plural, obj["metadata"].get("namespace", ""), obj["metadata"]["name"]
        stored["metadata"].setdefault("uid", f"uid-{self._version}")
        self.objects[key] = stored
        return stored

    def edit(self, key: Key, change: Object, by: str = "kubectl-edit") -> None:
        """Change an object as another manager does, who has these fields from then on; None removes one."""
        self.put(merge(self.objects[key], change))
        self.edited.setdefault(key, {}).update({path: by for path, value in _leaves(change) if value is not None})

    def read(self, plural: str, namespace: str, name: str) -> Object:
        """What is stored."""
        return self.objects[plural, namespace, name]

    def send(self, request: Request) -> Response:
        """Answer one request."""
        self.requests.append(request)
        response = self.answer(request) or self._handle(request)
        if self.date:
            response = replace(response, headers={**response.headers, "Date": self.date})
        self.after(request)
        return response

    def _handle(self, request: Request) -> Response:
        if request.path in ("/api", "/apis"):
            return _ok({"items": _groups(request.path)})
        key, sub = _parse(request.path)
        asked = self._asked(request)
        self.used.update(asked)
        missing = [one for one in asked if not self._may(one)]
        if missing:
            return status(403, "Forbidden", f"cannot {missing[0]}")
        if sub == "log":
            return Response(200, self.logs.get(key[2], "").encode())
        if request.method == "GET" and not key[2]:
            return _ok({"items": [obj for obj in self.objects.values() if _selected(obj, key, dict(request.query))]})
        if request.method == "POST":
            body = json.loads(request.body or b"{}")
            if key[0].endswith("reviews"):
                return _ok({"status": self._review(body["spec"])})
            if (key[0], key[1], body["metadata"]["name"]) in self.objects:
                return status(409, "AlreadyExists", f'{key[0]} "{body["metadata"]["name"]}" already exists')
            return _ok(self.put(body), 201)
        if request.method == "PATCH":
            return self._patch(key, request)
        if key not in self.objects:
            return status(404, "NotFound", f'{key[0]} "{key[2]}" not found', kind=key[0], name=key[2])
        if request.method == "DELETE":
            wanted = json.loads(request.body or b"{}").get("preconditions", {}).get("uid")
            if wanted not in (None, self.objects[key]["metadata"]["uid"]):
                return status(409, "Conflict", "the UID in the precondition does not match")
            return _ok(self.objects.pop(key))
        return _ok(self.objects[key])

    def _may(self, one: Permission) -> bool:
        return self.allowed is None or one in self.allowed

    def _review(self, spec: Object) -> Object:
        """What an administrator's rules grant in a namespace, or whether one permission is there."""
        if "resourceAttributes" in spec:
            return {"allowed": self._may(Permission(**{"namespace": "", **spec["resourceAttributes"]}))}
        granted = [one for one in self.allowed or () if one.namespace == spec["namespace"]]
        rules = [
            {
                "verbs": [one.verb],
                "apiGroups": [one.group],
                "resources": [f"{one.resource}/{one.subresource}".strip("/")],
            }
            for one in granted
        ]
        return {"resourceRules": rules}

    def _asked(self, request: Request) -> list[Permission]:
        """What a request takes: an apply of what is absent also the right to create."""
        (plural, namespace, name), sub = _parse(request.path)
        if plural.endswith("reviews"):
            return []
        verb = {"GET": "get" if name else "list", "POST": "create"}.get(request.method, request.method.lower())
        applied = "apply" in dict(request.headers).get("Content-Type", "")
        verbs = [verb, "create"] if applied and (plural, namespace, name) not in self.objects else [verb]
        parts = request.path.split("/")
        group = parts[2] if parts[1] == "apis" else ""
        return [Permission(verb, group, plural, namespace, sub) for verb in verbs]

    def _contested(self, key: Key, body: Object) -> dict[str, str]:
        """The fields that others have set otherwise. They are ours afterwards."""
        live, edited = dict(_leaves(self.objects.get(key, {}))), self.edited.get(key, {})
        return {path: edited[path] for path, value in _leaves(body) if path in edited and live.get(path) != value}

    def _patch(self, key: Key, request: Request) -> Response:
        body = json.loads(request.body or b"{}")
        live = self.objects.get(key)
        if "apply" in dict(request.headers)["Content-Type"]:
            asked = body["metadata"].pop("resourceVersion", "")
            if live is not None and asked and asked != live["metadata"]["resourceVersion"]:
                return status(409, "Conflict", "the object has been modified")
            contested = self._contested(key, body)
            if contested and dict(request.query)["force"] == "false":
                causes = [
                    {"reason": "FieldManagerConflict", "message": f'conflict with "{by}" using v1', "field": f".{path}"}
                    for path, by in contested.items()
                ]
                return status(409, "Conflict", "Apply failed", causes=causes)
            managed = {"manager": "launchpad", "operation": "Apply", "fieldsV1": _fields(body)}
            merged = deepcopy(body) if live is None else merge(live, body)
            merged["metadata"]["managedFields"] = [managed]
            self.edited.pop(key, None)
            return _ok(self.put(merged))
        if live is None:
            return status(404, "NotFound", f'{key[0]} "{key[2]}" not found', kind=key[0], name=key[2])
        asked = body.get("metadata", {}).get("resourceVersion")
        if asked and asked != live["metadata"]["resourceVersion"]:
            return status(409, "Conflict", "the object has been modified")
        return _ok(self.put(merge(live, body)))


def status(code: int, reason: str, message: str, **details: Any) -> Response:
    """A Kubernetes Status."""
    body = {"kind": "Status", "code": code, "reason": reason, "message": message, "details": details}
    return Response(code, json.dumps(body).encode())


def merge(live: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """JSON merge patch."""
    merged = dict(deepcopy(live))
    for key, value in change.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping):
            merged[key] = merge(merged.get(key) or {}, value)
        else:
            merged[key] = value
    return merged


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        yield path, value
        return
    for key, inner in value.items():
        yield from _leaves(inner, f"{path}.{key}".strip("."))


def _parse(path: str) -> tuple[Key, str]:
    parts = path.strip("/").split("/")
    parts = parts[2:] if parts[0] == "api" else parts[3:]
    namespace = ""
    if parts and parts[0] == "namespaces" and len(parts) > 2:
        namespace, parts = parts[1], parts[2:]
    parts += [""] * (3 - len(parts))
    return (parts[0], namespace, unquote(parts[1])), parts[2]


def _groups(place: str) -> list[Object]:
    """The kinds that everybody knows, as discovery tells them."""
    found = []
    for (version, kind), served in KNOWN.items():
        group, _, number = version.rpartition("/")
        if bool(group) == (place == "/apis"):
            scope = "Namespaced" if served.namespaced else "Cluster"
            resource = {"resource": served.plural, "responseKind": {"kind": kind}, "scope": scope}
            versions = [{"version": number, "resources": [resource]}]
            found.append({"metadata": {"name": group}, "versions": versions})
    return found


def _selected(obj: Object, key: Key, query: dict[str, str]) -> bool:
    plural = KNOWN[obj["apiVersion"], obj["kind"]].plural
    labels = obj["metadata"].get("labels", {})
    wanted = [term.partition("=") for term in query.get("labelSelector", "").split(",") if term]
    return (
        plural == key[0]
        and key[1] in ("", obj["metadata"].get("namespace", ""))
        and all(name in labels and (not equals or labels[name] == value) for name, equals, value in wanted)
    )


def _fields(value: Any) -> dict[str, Any]:
    return {f"f:{key}": _fields(inner) for key, inner in value.items()} if isinstance(value, dict) else {}


def _ok(content: Object, code: int = 200) -> Response:
    return Response(code, json.dumps(content).encode())
