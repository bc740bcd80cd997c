"""What all providers of buckets share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, ClassVar

from launchpad_workflows.errors import BadCredentials, ProvisioningError
from launchpad_workflows.items import Item, whose
from launchpad_workflows.patience import Patience
from launchpad_workflows.provisioners.base import ABSENT, REMEDY, Files, Found, Provisioner, foreign
from launchpad_workflows.provisioners.storage import buckets, emptying, trial
from launchpad_workflows.provisioners.storage.client import Address, Denied, Missing, Taken, connected, translated
from launchpad_workflows.provisioners.storage.settings import Settings
from launchpad_workflows.report import Report
from launchpad_workflows.requests import Bucket, Storage


class StorageProvisioner(Provisioner[Storage]):
    """Buckets by the S3 protocol. A subclass says whose a bucket is, and how it gets a key."""

    settings_patience: ClassVar[Patience] = Patience(attempts=4)
    admin: Any

    @contextmanager
    def administering(self) -> Iterator[None]:
        """One client for all that the administrator does."""
        with connected(self.place, *self.administrator) as self.admin:
            yield

    def look(self, item: Item) -> Found:
        """Whose the bucket is, and what is set on it."""
        try:
            if not buckets.exists(self.admin, self.place, item.name):
                return ABSENT
        except Denied:
            whose = "somebody else's, or closed to the administrator's key"
            return Found(foreign=f"Bucket {item.name} of {self.place} is {whose}: choose another name.")
        if reason := self.not_ours(item.name):
            return Found(foreign=reason)
        wanted = self._wanted(item.name)
        fixes = Settings(self.admin, self.place, wanted, self.settings_patience).drift() if wanted else ()
        facts = buckets.facts(self.admin, self.place, item.name)
        return Found(ours=self.shown(item.name), fixes=fixes, facts=facts)

    def make(self, item: Item) -> None:
        """An empty bucket; one that somebody made since we looked is not ours."""
        try:
            buckets.create(self.admin, self.place, item.name)
        except Taken:
            raise foreign(item, self.place) from None

    def remove(self, item: Item) -> None:
        """With all versions of all objects."""
        emptying.remove(self.admin, self.place, item.name, self.context.say)

    def version(self) -> str:
        """That the key is accepted; S3 tells no version."""
        with self.administering(), translated(self.place, self.administrator[0]):
            return f"S3-compatible store with {len(self.admin.list_buckets().get('Buckets', []))} buckets"

    def names(self) -> Iterable[Item]:
        """Buckets."""
        with translated(self.place, self.administrator[0]):
            found = [str(one["Name"]) for one in self.admin.list_buckets().get("Buckets", [])]
        yield from (Item("storage", self.resource.server, "bucket", name) for name in found)

    def dump(self, item: Item, files: Files) -> None:
        """A tar archive of the present objects."""
        with files.open(f"{item.name}.tar") as file:
            buckets.write_tar(self.admin, self.place, item.name, file)

    def try_out(self, report: Report) -> None:
        """As the key: its own buckets can be used, another cannot."""
        with self.own() as own, connected(self.place, "", "") as nobody:
            for bucket in self.resource.buckets:
                trial.use(own, self.place, bucket.name)
                report.note(f"key {self.resource.users()[0]} can use bucket {bucket.name}")
                trial.look_as_nobody(own, nobody, self.place, bucket, report)
            self.stay_out(own, report)

    def shown(self, bucket: str) -> bool:
        """Whether the bucket carries proof that a run of this instance made it."""
        raise NotImplementedError

    def not_ours(self, bucket: str) -> str:
        """Why a bucket is another's, whatever is recorded."""
        return ""

    def taken(self, kind: str, name: str, owner: str) -> str:
        """The sentence on a name that carries another's mark."""
        what = f"{kind} {name} exists on {self.place} and is {whose(owner, self.context.instance)}"
        return f"{what}, so it was not touched: {REMEDY}"

    def stay_out(self, own: Any, report: Report) -> None:
        """Tries what the key is shown. That is no proof, as buckets may be open without being listed."""
        key = self.resource.users()[0]
        try:
            with translated(self.place, key):
                listed = {str(one["Name"]) for one in own.list_buckets().get("Buckets", [])}
        except Denied:
            report.note("isolation not verified: the key may not list buckets, so there was none to try")
            return
        except ProvisioningError:
            report.note("isolation not verified: the store does not list buckets")
            return
        others = sorted(listed - {bucket.name for bucket in self.resource.buckets})
        if not others:
            report.note("isolation not verified: the key is shown no other bucket, so there was none to try")
            return
        for name in others:
            if buckets.opens(own, self.place, name):
                report.note(f"isolation not verified: the key also opens bucket {name}; give the instance its own")
                return
        report.isolated = True
        report.note(f"key {key} opens no other bucket that it is shown")

    @cached_property
    def place(self) -> Address:
        """Where the store is."""
        one = self.resource
        return Address(one.server, one.endpoint.rstrip("/"), one.region, one.addressing, self.authority)

    @contextmanager
    def own(self) -> Iterator[Any]:
        """A client with the instance's key."""
        with connected(self.place, *self.key) as client:
            yield client

    @property
    def key(self) -> tuple[str, str]:
        """Both halves of the instance's key."""
        read = self.context.credentials.instance
        if chosen := self.resource.chosen_keys():
            access, secret = map(read, chosen)
            return access, secret
        return self.resource.users()[0], read(self.resource.secret_key_key)

    @property
    def has_key(self) -> bool:
        """Whether both halves are known."""
        keys = self.resource.chosen_keys() or self.resource.password_keys()
        return bool(self.resource.users() and keys) and all(self.password(one) is not None for one in keys)

    def opens(self, bucket: str = "") -> bool:
        """Whether our secret is the key's and, where a bucket is named, lets us in to it."""
        if not self.has_key:
            return False
        try:
            with self.own() as own:
                own.list_objects_v2(Bucket=bucket, MaxKeys=1) if bucket else own.list_buckets()
        except BadCredentials:
            return False
        except (Denied, Missing):
            return not bucket  # a refused call is an answer too, as it was signed rightly
        return True

    def _wanted(self, name: str) -> Bucket | None:
        return next((bucket for bucket in self.resource.buckets if bucket.name == name), None)
