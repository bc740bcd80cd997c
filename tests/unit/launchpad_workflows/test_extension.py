"""A resource of another package, as small as one can be: one class and one registration, without a model of its own."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from launchpad_workflows import local, registry
from launchpad_workflows.credentials import MappingCredentials
from launchpad_workflows.items import Item
from launchpad_workflows.ownership import FileOwnership
from launchpad_workflows.provisioners.base import ABSENT, Found, Provisioner
from launchpad_workflows.requests import Plain, Request


class Vhosts(Provisioner[Plain]):
    """Virtual hosts of a broker that is kept in memory, and users with their passwords."""

    broker: ClassVar[dict[str, str]] = {}

    def look(self, item: Item) -> Found:
        mine = self.broker.get(item.key)
        return ABSENT if mine is None else Found(ours=mine in (self.context.instance, self.password("BROKER_PASSWORD")))

    def make(self, item: Item) -> None:
        is_user = item.kind == "user"
        self.broker[item.key] = (
            self.context.credentials.instance("BROKER_PASSWORD") if is_user else self.context.instance
        )

    def remove(self, item: Item) -> None:
        self.broker.pop(item.key, None)

    def version(self) -> str:
        return "Broker 1.0"


registry.register(registry.Provider("broker", "memory", "launchpad_workflows.requests:Plain", f"{__name__}:Vhosts"))
PART = {
    "resource": "broker",
    "provider": "memory",
    "server": "main",
    "endpoint": "https://broker.example",
    "names": {"vhost": ["moon"]},
    "users": {"moon": "BROKER_PASSWORD"},
}


def test_one_class_has_all_operations(tmp_path: Path) -> None:
    ownership = FileOwnership(tmp_path / "owners.json")
    credentials = MappingCredentials({}, {"BROKER_PASSWORD": "one", "BROKER_PASSWORD.next": "two"})

    def run(operation: str, generation: int = 1, **more: object) -> str:
        part = {**PART, "generation": generation}
        request = Request.model_validate({"instance": "moon", "operation": operation, "resources": [part], **more})
        return local.run(request, credentials, ownership, lambda _line: None).outcomes[0].status

    statuses = [run("provision"), run("provision"), run("verify"), run("inspect"), run("check")]
    rotated = [run("rotate", step="prepare"), run("rotate", 2, step="retire")]
    after = dict(Vhosts.broker)
    removed = [run("deprovision", 2), run("deprovision", 2, delete_data=True), run("deprovision", 2, delete_data=True)]

    assert statuses == ["created", "unchanged", "not verified", "inspected", "reachable"]
    assert (rotated, after) == (["prepared", "retired"], {"vhost/moon": "moon", "user/moon__2": "two"})
    assert (removed, Vhosts.broker) == (["revoked", "removed", "absent"], {})
