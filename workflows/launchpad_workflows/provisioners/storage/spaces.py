"""Buckets of DigitalOcean Spaces, made by S3 with a full-access key, and for each instance a key by DigitalOcean's API.

A key is given for buckets that exist, so that these come first: announcement → bucket → object that names the instance → key.
The API shows the secret half of a key once and cannot change what a key may do. A key that nobody knows or that has
drifted is therefore replaced: the new one is kept, and the other stays, which the instance may use, until a rotation ends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from launchpad_workflows.errors import Unavailable
from launchpad_workflows.items import Item
from launchpad_workflows.patience import Patience
from launchpad_workflows.provisioners.base import ABSENT, Fix, Found, foreign
from launchpad_workflows.provisioners.digitalocean import connected
from launchpad_workflows.provisioners.storage import buckets, neighbours
from launchpad_workflows.provisioners.storage.announced import Announcements
from launchpad_workflows.provisioners.storage.client import Taken
from launchpad_workflows.provisioners.storage.client import connected as store_connected
from launchpad_workflows.provisioners.storage.provisioner import StorageProvisioner
from launchpad_workflows.provisioners.storage.signature import sign, signature
from launchpad_workflows.provisioners.storage.spaces_keys import Key, Keys, grants_for
from launchpad_workflows.report import Report

if TYPE_CHECKING:
    from launchpad_workflows.requests import Spaces


class SpacesProvisioner(StorageProvisioner):
    """Buckets, and a key by which they alone are read and written."""

    data_first = True
    keys: Keys

    @contextmanager
    def administering(self) -> Iterator[None]:
        """A client for the buckets and one for the keys."""
        api = cast("Spaces", self.resource).api
        with super().administering(), connected(self.resource, api, self.context.credentials) as client:
            self.keys = Keys(client)
            yield

    def look(self, item: Item) -> Found:
        """The keys of a name, or a bucket with its owner."""
        if item.kind == "user":
            return self._look_at_keys(item.name)
        found = super().look(item)
        if not found.exists or found.foreign or self._owner(item.name):
            return found
        fix = Fix(f"owner of bucket {item.name}", partial(self._sign, item.name))
        return replace(found, fixes=(fix, *found.fixes))

    def make(self, item: Item) -> None:
        """A key that is kept, or a bucket with its owner in it."""
        if item.kind == "user":
            self._make_key(item.name)
            return
        self._announcements.make(item.name)
        try:  # once: where the answer is lost, a second attempt would hear that the bucket is taken
            with store_connected(self.place, *self.administrator, attempts=1) as client:
                buckets.create(client, self.place, item.name)
        except Taken:
            self._announcements.remove(item.name)
            raise foreign(item, self.place) from None
        self._sign(item.name)

    def remove(self, item: Item) -> None:
        """All keys of the name that open a bucket of ours, or a bucket."""
        if item.kind == "user":
            self._remove_keys(self._ours(item.name))
        else:
            super().remove(item)
            self._announcements.remove(item.name)

    def version(self) -> str:
        """That both the store and the API accept what is registered."""
        with self.administering():
            return f"Spaces with {len(list(super().names()))} buckets, DigitalOcean's API with {len(self.keys.named())} keys"

    def names(self) -> Iterable[Item]:
        """Buckets and keys."""
        yield from super().names()
        found = [key.name for key in self.keys.named() if key.access != self.administrator[0]]
        yield from (Item("storage", self.resource.server, "user", name) for name in dict.fromkeys(found))

    def shown(self, bucket: str) -> bool:
        """The object in it names this instance, or it is empty and was announced by it."""
        owner = self._owner(bucket)
        if owner:
            return owner == self._me
        return bool(self._announcements.of(bucket)) and buckets.facts(self.admin, self.place, bucket)["objects"] == 0

    def not_ours(self, bucket: str) -> str:
        """The object in it names another."""
        owner = self._owner(bucket)
        if owner in ("", self._me):
            return ""
        return self.taken("Bucket", bucket, owner.partition(" ")[0])

    def stay_out(self, own: Any, report: Report) -> None:
        """Other buckets of the account are tried, where there are any."""
        with super().administering():
            others = [item.name for item in super().names() if self._wanted(item.name) is None]
        neighbours.stay_out(own, self.place, self.resource.users()[0], others, report)

    def _look_at_keys(self, name: str) -> Found:
        found = self._ours(name)
        if not found:
            return ABSENT
        opened = {bucket for key in found for bucket in key.buckets}
        shown = bool(opened) and all(self._owner(bucket) == self._me for bucket in opened)
        if name not in self.resource.users():
            return Found(ours=shown)
        opens = self.opens()
        right = self._right(found) if opens else []
        fixes = () if right else (Fix(f"key of user {name}", partial(self._make_key, name)),)
        former = tuple(f"former key …{key.access[-4:]} of user {name}" for key in found if key not in right)
        facts: dict[str, int | str] = {"former keys": len(former)} if former else {}
        return Found(ours=opens or shown, fixes=fixes, former=former, facts=facts)

    def _right(self, found: Sequence[Key]) -> list[Key]:
        wanted = grants_for(bucket.name for bucket in self.resource.buckets)
        return [key for key in found if key.access == self._kept and key.grants == wanted]

    @property
    def _kept(self) -> str:
        """The public half of the key that is in use; empty where none is known."""
        return self.password(self.resource.chosen_keys()[0]) or "" if self.resource.chosen_keys() else ""

    def _ours(self, name: str) -> list[Key]:
        """Another installation may give its keys the same name; they open other buckets."""
        claimed = [item.name for item in self.resource.claimed() if item.kind == "bucket"]
        mine = {*claimed, *(bucket.name for bucket in self.resource.buckets)}
        return [key for key in self.keys.named(name) if key.access == self._kept or key.buckets & mine]

    def _make_key(self, name: str) -> None:
        """It is removed again where it cannot be kept, as its secret half is never shown again."""
        access_key, secret_key = self.resource.chosen_keys()
        access, secret = self.keys.create(name, [bucket.name for bucket in self.resource.buckets])
        with ExitStack() as undo:
            undo.callback(self.keys.remove, access)
            self.context.credentials.keep(secret_key, secret)
            self.context.credentials.keep(access_key, access)
            undo.pop_all()
        Patience().until(partial(self._see_key, name), Unavailable)

    def _see_key(self, name: str) -> None:
        """The store learns of a new key after the API."""
        if not self.opens():
            raise Unavailable(f"Store {self.place} does not know the new key {name} yet: repeat in a while.")

    def _remove_keys(self, found: Iterable[Key]) -> None:
        for key in found:
            self.keys.remove(key.access)

    def _owner(self, bucket: str) -> str:
        return signature(self.admin, self.place, bucket)

    @property
    def _me(self) -> str:
        """The instance, and its root where it has one."""
        return f"{self.context.instance} {self.context.root}".rstrip()

    def _sign(self, bucket: str) -> None:
        sign(self.admin, self.place, bucket, self._me)
        self._announcements.remove(bucket)

    @property
    def _announcements(self) -> Announcements:
        return Announcements(self.keys, self._me.replace(" ", "-"))
