"""A server in memory, and the resource and provisioner for it: as small as another package's would be."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from launchpad_workflows import registry
from launchpad_workflows.errors import NotIsolated
from launchpad_workflows.items import Item
from launchpad_workflows.provisioners.base import ABSENT, Files, Fix, Found, Provisioner
from launchpad_workflows.report import Report
from launchpad_workflows.requests import Resource


@dataclass
class FakeServer:
    """`users`: name → password, `things`: name → instance that made it. `before` hears of each change and may raise."""

    users: dict[str, str] = field(default_factory=dict)
    things: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, int] = field(default_factory=dict)
    former: dict[str, str] = field(default_factory=dict)
    second_passwords: bool = False
    enforces: bool = True
    open_to_all: bool = False
    calls: list[str] = field(default_factory=list)
    before: Callable[[str], None] = lambda _call: None

    def note(self, call: str) -> None:
        self.before(call)
        self.calls.append(call)


SERVERS: dict[str, FakeServer] = {}
"""By the server's name in a request; a test puts its own there."""


class FakeResource(Resource):
    """A resource of a provider that is not built in."""

    resource: Literal["fake"] = "fake"
    provider: str = "test"
    endpoint: str = ""
    names: tuple[str, ...] = ("thing",)
    username: str = ""
    password_key: str = "FAKE_PASSWORD"

    def items(self) -> tuple[Item, ...]:
        users = (self.user(self.username),) if self.username else ()
        return self._items("user", users) + self._items("thing", self.names)

    def password_keys(self) -> tuple[str, ...]:
        return (self.password_key,)


class FakeProvisioner(Provisioner[FakeResource]):
    """Reads its password for everything that it makes."""

    @property
    def server(self) -> FakeServer:
        return SERVERS.setdefault(self.resource.server, FakeServer())

    @property
    def secret(self) -> str:
        return self.context.credentials.instance(self.resource.password_key)

    def look(self, item: Item) -> Found:
        self.server.before(f"look at {item.key}")
        if item.kind == "thing":
            owner = self.server.things.get(item.name)
            return ABSENT if owner is None else Found(ours=owner == self.context.instance, facts={"bytes": 1})
        if item.name not in self.server.users:
            return ABSENT
        opens = self.server.users[item.name] == self.password(self.resource.password_key)
        fix = Fix(f"password of user {item.name}", lambda: self.make(item))
        return Found(ours=opens, fixes=() if opens else (fix,))

    def make(self, item: Item) -> None:
        secret = self.secret
        self.server.note(f"make {item.key} with {secret}")
        if item.kind == "user":
            self.server.users[item.name] = secret
        else:
            self.server.things[item.name] = self.context.instance

    def remove(self, item: Item) -> None:
        self.server.note(f"remove {item.key}")
        (self.server.users if item.kind == "user" else self.server.things).pop(item.name, None)

    def end_sessions(self, item: Item) -> None:
        self.server.note(f"end sessions of {item.name}")
        self.server.sessions.pop(item.name, None)

    def names(self) -> Iterable[Item]:
        yield from (Item("fake", self.resource.server, "thing", name) for name in self.server.things)

    def try_out(self, report: Report) -> None:
        for item in self.resource.items():
            if item.kind == "user":
                assert self.secret in (self.server.users.get(item.name), self.server.former.get(item.name))
        if self.server.open_to_all and self.server.enforces:
            raise NotIsolated("The user reaches a neighbour's.")
        report.isolated = self.server.enforces

    def dump(self, item: Item, files: Files) -> None:
        with files.open(f"{item.name}.txt") as file:
            file.write(b"content")

    def rotates_in_place(self) -> bool:
        return self.server.second_passwords

    def add_password(self, item: Item, following: FakeProvisioner) -> None:
        if self.server.users[item.name] != following.secret:
            self.server.former[item.name], self.server.users[item.name] = self.server.users[item.name], following.secret

    def discard_password(self, item: Item) -> None:
        self.server.former.pop(item.name, None)

    def version(self) -> str:
        return "Fake 1.0"


class ChoosingResource(FakeResource):
    """Its password is the provider's to choose."""

    provider: str = "chooses"

    def password_keys(self) -> tuple[str, ...]:
        return ()

    def chosen_keys(self) -> tuple[str, ...]:
        return (self.kept_as(self.password_key),)


class ChoosingProvisioner(FakeProvisioner):
    """Each password is told once; one that was lost is replaced."""

    @property
    def _key(self) -> str:
        return self.resource.chosen_keys()[0]

    @property
    def secret(self) -> str:
        return self.context.credentials.instance(self._key)

    def look(self, item: Item) -> Found:
        if item.kind == "thing" or item.name not in self.server.users:
            return super().look(item)
        opens = self.server.users[item.name] == self.password(self._key)
        fixes = () if opens else (Fix(f"password of user {item.name}", lambda: self.make(item)),)
        return Found(ours=True, fixes=fixes)

    def make(self, item: Item) -> None:
        if item.kind == "user":
            chosen = f"chosen-{len(self.server.calls)}-by-the-provider"
            self.context.credentials.keep(self._key, chosen)
        super().make(item)


registry.register(
    registry.Provider("fake", "chooses", f"{__name__}:ChoosingResource", f"{__name__}:ChoosingProvisioner")
)
registry.register(registry.Provider("fake", "test", f"{__name__}:FakeResource", f"{__name__}:FakeProvisioner"))
