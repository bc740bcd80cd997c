"""Who owns which name, kept in the cluster: one small ConfigMap for each name, in Launchpad's own namespace.

A ConfigMap's name is made from the owned name, so that its creation, which the API server does for one caller only,
is the claim; nothing is read, changed and written back. One object for all names of a server would meet its limit of
1 MiB at about a thousand instances, and every deploy would contend for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from launchpad_workflows.client import (
    INSTANCE_LABEL,
    KIND_LABEL,
    LABELS,
    MANAGED,
    RESOURCE_LABEL,
    SERVER_LABEL,
    Client,
    Object,
)
from launchpad_workflows.items import Claim, Item, Owned
from launchpad_workflows.names import cut
from launchpad_workflows.ownership import matches, taken

OWNER = "owner"
MADE = "made"


@dataclass(frozen=True)
class ClusterOwnership:
    """Ownership over a cluster. A claim costs one request where all names are known, two for each new one."""

    client: Client
    namespace: str
    root: str = ""

    def claim(self, items: Iterable[Item], instance: str) -> dict[Item, Claim]:
        """What is known of each name; those that nobody has are claimed."""
        wanted = list(items)
        mine = {record["metadata"]["name"]: record for record in self._list({INSTANCE_LABEL: instance})}
        found: dict[Item, Object | None] = {item: mine.get(_name(item)) or self._find(item) for item in wanted}
        others = [(item, _owner(live)) for item, live in found.items() if live and not self._holds(live, instance)]
        if others:
            raise taken(others, instance)
        claims: dict[Item, Claim] = {}
        for item, live in found.items():
            record = live or self._create(item, instance)
            claims[item] = "ours" if _made(record) else "new"
        return claims

    def record(self, items: Iterable[Item], instance: str) -> None:
        """Mark as made; `made` is the one field that is ever added."""
        for item in items:
            live = self._find(item)
            if live is not None and not self._holds(live, instance):
                raise taken([(item, _owner(live))], instance)
            obj = self._object(item, instance)
            obj["data"][MADE] = "true"
            self.client.apply(obj)

    def owned(self, instance: str = "", resource: str = "", server: str = "", *, made: bool = False) -> dict[Item, str]:
        """Name → instance."""
        labels = {INSTANCE_LABEL: instance, RESOURCE_LABEL: resource, SERVER_LABEL: server}
        records = self._list({label: value for label, value in labels.items() if value})
        found = {_item(record): _owner(record) for record in records if _made(record) or not made}
        return {item: owner for item, owner in found.items() if matches(item, owner, instance, resource, server)}

    def records(self) -> tuple[Owned, ...]:
        """One list request."""
        return tuple(Owned(_item(one), _owner(one), _root(one), _made(one)) for one in self._list({}))

    def held(self, instance: str) -> dict[Item, Claim]:
        """Name → what is known."""
        mine = [record for record in self._list({INSTANCE_LABEL: instance}) if self._holds(record, instance)]
        return {_item(record): "ours" if _made(record) else "new" for record in mine}

    def release(self, items: Iterable[Item], instance: str) -> None:
        """Delete the records that are this instance's."""
        for item in items:
            live = self._find(item)
            if live is not None and self._holds(live, instance):
                self.client.delete("v1", "ConfigMap", _name(item), self.namespace)

    def release_claims(self, resource: str, server: str) -> None:
        """Delete the records without `made`."""
        for record in self._list({RESOURCE_LABEL: resource, SERVER_LABEL: server}):
            if not _made(record):
                self.client.delete("v1", "ConfigMap", record["metadata"]["name"], self.namespace)

    def _list(self, labels: dict[str, str]) -> list[Object]:
        selector = ",".join(f"{label}={value}" for label, value in {KIND_LABEL: OWNER, **labels}.items())
        return self.client.list("v1", "ConfigMap", self.namespace, labels=selector)

    def _find(self, item: Item) -> Object | None:
        return self.client.find("v1", "ConfigMap", _name(item), self.namespace)

    def _create(self, item: Item, instance: str) -> Object:
        """Claim. Whatever a failing creation says, the record that is there afterwards decides."""
        try:
            return self.client.create(self._object(item, instance))
        except Exception:
            live = self._find(item)
            if live is None:
                raise
            if not self._holds(live, instance):
                raise taken([(item, _owner(live))], instance) from None
            return live

    def _holds(self, live: Object, instance: str) -> bool:
        return (_owner(live), _root(live)) == (instance, self.root)

    def _object(self, item: Item, instance: str) -> Object:
        labels = {INSTANCE_LABEL: instance, RESOURCE_LABEL: item.resource, SERVER_LABEL: item.server}
        return {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": _name(item),
                "namespace": self.namespace,
                "labels": {**MANAGED, KIND_LABEL: OWNER, **labels},
                "annotations": {f"{LABELS}/note": "Whose a name on a shared server is. Do not delete while it exists."},
            },
            "data": {**vars(item), "instance": instance, "root": self.root},
        }


def _name(item: Item) -> str:
    """Of the server and the name; the name itself goes in as a digest, as it may be no name of an object."""
    digest = hashlib.sha256(f"{item.kind}/{item.name.lower()}".encode()).hexdigest()[:20]
    return f"launchpad-owner-{cut(f'{item.resource}-{item.server}', 100)}-{digest}"


def _item(record: Object) -> Item:
    data = record["data"]
    return Item(data["resource"], data["server"], data["kind"], data["name"])


def _owner(record: Object) -> str:
    return str(record.get("data", {}).get("instance", ""))


def _root(record: Object) -> str:
    return str(record.get("data", {}).get("root", ""))


def _made(record: Object) -> bool:
    return bool(record.get("data", {}).get(MADE) == "true")
