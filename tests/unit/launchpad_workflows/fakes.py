"""A cluster in memory and a provider whose ends a test chooses."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, Literal

from launchpad_workflows import registry
from launchpad_workflows.client import Object, Objects
from launchpad_workflows.errors import Absent, Refused
from launchpad_workflows.items import Item
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.provisioners.base import Context, Report
from launchpad_workflows.requests import MySQL, MySQLDatabase, Request, Resource

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
        return self._put(obj)

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


class FakeResource(Resource):
    """A resource of a provider that is not built in."""

    resource: Literal["fake"] = "fake"
    provider: str = "test"
    names: tuple[str, ...] = ("thing",)
    password_key: str = "FAKE_PASSWORD"

    def items(self) -> tuple[Item, ...]:
        return self._items("thing", list(self.names))

    def password_keys(self) -> tuple[str, ...]:
        return (self.password_key,)


class FakeProvisioner:
    """Ends as `ends` says, after reading its password."""

    ends: Callable[[str], None] = staticmethod(lambda _password: None)

    def __init__(self, resource: Any, context: Context) -> None:
        self.resource = resource
        self.context = context

    def provision(self) -> Outcome:
        report = Report(self.context)
        password = self.context.credentials.instance(self.resource.password_key)
        type(self).ends(password)
        report.created(f"thing with {password}")
        return report.outcome(self.resource)

    def verify(self) -> Outcome:
        return Report(self.context).outcome(self.resource)

    def check(self) -> str:
        return "Fake 1.0"


registry.register(registry.Provider("fake", "test", f"{__name__}:FakeResource", f"{__name__}:FakeProvisioner"))


def fake_request(instance: str = "alpha", server: str = "main", **content: Any) -> Request:
    """A request for the fake resource alone."""
    return Request(instance=instance, resources=(FakeResource(server=server, **content),))


def mysql_request(instance: str = "alpha") -> Request:
    """A request for one schema."""
    database = MySQLDatabase(name="alpha__openedx", username="alpha__openedx", password_key="OPENEDX_MYSQL_PASSWORD")
    return Request(instance=instance, resources=(MySQL(server="main", host="db.example", databases=(database,)),))
