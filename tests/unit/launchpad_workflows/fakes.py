"""A cluster in memory, and small requests."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from launchpad_workflows.client import Object, Objects
from launchpad_workflows.errors import Absent, Refused
from launchpad_workflows.requests import MySQL, MySQLDatabase, Request

from tests.unit.launchpad_workflows.fake_server import FakeResource

Key = tuple[str, str, str]


class FakeClient:
    """Objects by (kind, namespace, name); every call is noted. `before` may do mischief first."""

    def __init__(self, *objects: Object) -> None:
        self.objects: dict[Key, Object] = {}
        self.calls: list[tuple[str, str]] = []
        self.log_lines = "one\ntwo"
        self.before: Callable[[str, str], None] = lambda _verb, _name: None
        for obj in objects:
            self._put(obj)

    def get(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object:
        self._note("get", name)
        key = (kind, namespace or "", name)
        if key not in self.objects:
            raise Absent(f"Cannot get {kind} {name}: there is none.")
        return deepcopy(self.objects[key])

    def find(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object | None:
        try:
            return self.get(api_version, kind, name, namespace)
        except Absent:
            return None

    def list(self, api_version: str, kind: str, namespace: str | None = None, labels: str = "") -> Objects:
        self._note("list", kind)
        wanted = dict(part.split("=") for part in labels.split(",") if part)
        return [
            deepcopy(obj)
            for (one, place, _), obj in self.objects.items()
            if one == kind
            and place == (namespace or "")
            and wanted.items() <= obj["metadata"].get("labels", {}).items()
        ]

    def create(self, obj: Object) -> Object:
        self._note("create", obj["metadata"]["name"])
        if self._key(obj) in self.objects:
            raise Refused("Cannot create: it exists.")
        return self._put({**obj, "metadata": {"uid": f"uid-{len(self.calls)}", **obj["metadata"]}})

    def apply(self, obj: Object) -> Object:
        self._note("apply", obj["metadata"]["name"])
        return self._put(obj)

    def delete(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> bool:
        self._note("delete", name)
        return self.objects.pop((kind, namespace or "", name), None) is not None

    def logs(self, namespace: str, pod: str, container: str | None = None, tail: int = 20) -> str:
        self._note("logs", pod)
        return self.log_lines

    def verbs(self) -> set[str]:
        """What was done, without the looking."""
        return {verb for verb, _ in self.calls} - {"get", "list"}

    def _note(self, verb: str, name: str) -> None:
        self.calls.append((verb, name))
        self.before(verb, name)

    def _put(self, obj: Object) -> Object:
        self.objects[self._key(obj)] = deepcopy(obj)
        return deepcopy(obj)

    def _key(self, obj: Object) -> Key:
        return obj["kind"], obj["metadata"].get("namespace", ""), obj["metadata"]["name"]


def fake_request(instance: str = "alpha", server: str = "main", **content: Any) -> Request:
    """A request for the fake resource alone."""
    return Request(instance=instance, resources=(FakeResource(server=server, **content),))


def mysql_request(instance: str = "alpha") -> Request:
    """A request for one schema."""
    database = MySQLDatabase(name="alpha__openedx", username="alpha__openedx", password_key="OPENEDX_MYSQL_PASSWORD")
    return Request(instance=instance, resources=(MySQL(server="main", host="db.example", databases=(database,)),))
