"""Buckets of AWS and the IAM user whose key may use them alone.

The order is: look at everything, refuse before anything is made; then user → policy → key → bucket. A user carries tags that
name the instance from its first moment on. A bucket gets them after it was made; until then the key, which is let in,
shows that it is ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, ClassVar, cast

from launchpad_workflows.errors import BadCredentials, NotIsolated, Refused, Unavailable
from launchpad_workflows.items import Item
from launchpad_workflows.patience import Patience
from launchpad_workflows.provisioners.base import ABSENT, Fix, Found, foreign
from launchpad_workflows.provisioners.eventual import Eventual
from launchpad_workflows.provisioners.storage import buckets, neighbours
from launchpad_workflows.provisioners.storage.client import (
    Address,
    Denied,
    Elsewhere,
    Taken,
    TakenByUs,
    UnknownKey,
    connected,
)
from launchpad_workflows.provisioners.storage.iam import MOST_KEYS, Key, User, Users
from launchpad_workflows.provisioners.storage.policies import Policy, buckets_of, policy_for, same_policy
from launchpad_workflows.provisioners.storage.provisioner import StorageProvisioner
from launchpad_workflows.report import Report
from launchpad_workflows.requests import AmazonStorage

ROOT_TAG = "launchpad-root"


class S3Provisioner(Eventual, StorageProvisioner):
    """Buckets, and a user with a policy for them and a key that AWS chooses."""

    iam_patience: ClassVar[Patience] = Patience(attempts=6)
    """IAM itself knows of a change sooner than the rest of AWS."""
    users: Users

    @contextmanager
    def administering(self) -> Iterator[None]:
        """A client for buckets and one for users."""
        key, secret = self.administrator
        with super().administering(), connected(self._directory, key, secret, "iam") as client:
            directory = replace(self._directory, endpoint=str(client.meta.endpoint_url))
            self.users = Users(client, directory, key, self.iam_patience)
            yield

    def look(self, item: Item) -> Found:
        """A user with its rights and its key, or a bucket with its tags."""
        if item.kind == "user":
            return self._look_at_user(item.name)
        found = super().look(item)
        if not found.exists or found.foreign:
            return found
        tags = self._tags(item.name)
        fix = Fix(f"tags of bucket {item.name}", partial(self._mark, item.name))
        return found if self._named(tags) else replace(found, fixes=(fix, *found.fixes))

    def make(self, item: Item) -> None:
        """A user without rights, or an empty bucket.

        A request whose answer was lost is sent again, and meets what it made itself: that is ours, as it was not there.
        """
        try:
            if item.kind == "user":
                self.users.create(item.name, self.wanted.path, self._owner, self.wanted.permissions_boundary)
            else:
                buckets.create(self.admin, self.place, item.name)
        except TakenByUs:
            if self.not_ours(item.name):
                raise foreign(item, self.place) from None
        except Taken:
            user = self.users.find(item.name) if item.kind == "user" else None
            if user is None or not self._named(user.tags):
                raise foreign(item, self.place) from None

    def remove(self, item: Item) -> None:
        """A user with its keys and rights, or a bucket."""
        if item.kind == "user":
            self.users.remove(item.name)
        else:
            super().remove(item)

    def version(self) -> str:
        """That the key is accepted for buckets and for users."""
        with self.administering():
            found = len(self.users.names(self.wanted.path))
        return f"{super().version()}; AWS with {found} users below {self.wanted.path}"

    def names(self) -> Iterable[Item]:
        """All buckets of the account, and the users below our path."""
        yield from super().names()
        found = self.users.names(self.wanted.path)
        yield from (Item("storage", self.resource.server, "user", name) for name in found)

    def try_out(self, report: Report) -> None:
        """As the others, but AWS is given time to hear of what was changed."""
        self.try_until(super().try_out, report, UnknownKey, Denied, NotIsolated)

    def shown(self, bucket: str) -> bool:
        """The tags name this instance, or there are none yet and our key is let in."""
        tags = self._tags(bucket)
        return self._named(tags) or (buckets.OWNER_TAG not in tags and self.opens(bucket))

    def not_ours(self, bucket: str) -> str:
        """The tags name another."""
        return self._another("Bucket", bucket, self._tags(bucket))

    def stay_out(self, own: Any, report: Report) -> None:
        """Other buckets of the account are tried, where there are any."""
        name = self.resource.users()[0]
        with self.administering():
            user = self.users.find(name)
            own_names = {bucket.name for bucket in self.resource.buckets} | set(
                self._beside(user.policy if user else None)
            )
            others = [item.name for item in super().names() if item.name not in own_names]
        neighbours.stay_out(own, self.place, name, others, report)

    @property
    def wanted(self) -> AmazonStorage:
        """The request's part."""
        return cast("AmazonStorage", self.resource)

    @cached_property
    def place(self) -> Address:
        """Where the buckets are."""
        one = self.wanted
        endpoint = one.endpoint.rstrip("/")
        return Address(one.server, endpoint, one.region, one.addressing, self.authority, one.partition)

    @property
    def _directory(self) -> Address:
        """Where the users are: AWS's own place for the region unless another is given."""
        return replace(self.place, endpoint=self.wanted.iam_endpoint.rstrip("/"))

    def _policy(self, present: Policy | None) -> Policy:
        wanted = [bucket.name for bucket in self.resource.buckets]
        return policy_for([*wanted, *self._beside(present)], self.wanted.partition)

    def _beside(self, present: Policy | None) -> list[str]:
        """Further buckets of this instance that the policy opens: it may use them until it has been deployed without.

        They may be of another registered server, as users are the account's.
        """
        return [one for one in buckets_of(present or {}) if self._wanted(one) is None and self._is_mine(one)]

    def _is_mine(self, bucket: str) -> bool:
        try:
            return self._named(self._tags(bucket))
        except Elsewhere:
            return True  # its tags cannot be read here, and a right that may be in use is not taken away
        except Denied:
            return False

    @property
    def _owner(self) -> dict[str, str]:
        root = {ROOT_TAG: self.context.root} if self.context.root else {}
        return {buckets.OWNER_TAG: self.context.instance, **root}

    def _named(self, tags: buckets.Tags) -> bool:
        names = (buckets.OWNER_TAG, ROOT_TAG)
        return {name: tags[name] for name in names if name in tags} == self._owner

    def _another(self, kind: str, name: str, tags: buckets.Tags) -> str:
        if buckets.OWNER_TAG not in tags or self._named(tags):
            return ""
        return self.taken(kind, name, tags[buckets.OWNER_TAG])

    def _tags(self, bucket: str) -> buckets.Tags:
        return buckets.tags_of(self.admin, self.place, bucket)

    def _mark(self, bucket: str) -> None:
        kept = {name: value for name, value in self._tags(bucket).items() if not name.startswith("aws:")}
        buckets.mark(self.admin, self.place, bucket, {**kept, **self._owner})

    def _look_at_user(self, name: str) -> Found:
        user = self.users.find(name)
        if user is None:
            return ABSENT
        if reason := self._another("User", name, user.tags):
            return Found(foreign=reason)
        if name not in self.resource.users():
            return Found(ours=self._named(user.tags))
        fixes = tuple(map(self.changing, self._drift(name, user)))
        former = self._former(name, user.keys)
        facts: dict[str, int | str] = {"former keys": len(former)} if former else {}
        return Found(ours=self._named(user.tags), fixes=fixes, former=former, facts=facts)

    def _former(self, name: str, keys: tuple[Key, ...]) -> tuple[str, ...]:
        return tuple(f"former key …{key.name[-4:]} of user {name}" for key in keys if key.name != self._kept)

    def _drift(self, name: str, user: User) -> Iterator[Fix]:
        boundary = self.wanted.permissions_boundary
        if not self._named(user.tags):
            yield Fix(f"tags of user {name}", partial(self.users.tag, name, self._owner))
        if boundary and user.boundary != boundary:
            yield Fix(f"permissions boundary of user {name}", partial(self.users.bound, name, boundary))
        policy = self._policy(user.policy)
        if user.policy is None or not same_policy(user.policy, policy):
            yield Fix(f"policy of user {name}", partial(self.users.allow, name, policy))
        if user.more:
            yield Fix(f"further rights of user {name} ({', '.join(user.more)})", partial(self.users.strip, name))
        if fix := self._key_fix(name, user.keys):
            yield fix

    def _key_fix(self, name: str, keys: tuple[Key, ...]) -> Fix | None:
        kept = self._kept
        known = next((key for key in keys if key.name == kept), None)
        if known is None or not self._fits():
            return Fix(f"key of user {name}", partial(self._renew, name))
        if not known.active:
            return Fix(f"key of user {name}, which was disabled", partial(self.users.activate, name, known.name))
        return None

    @property
    def _kept(self) -> str:
        """The public half of the key that we know both halves of; empty where there is none."""
        return self.key[0] if self.has_key else ""

    def _fits(self) -> bool:
        """Whether the halves belong together. A key that AWS lists and does not know is new or disabled."""
        try:
            with self.own() as own:
                own.list_buckets()
        except (Denied, UnknownKey):
            return True
        except BadCredentials:
            return False
        return True

    def _renew(self, name: str) -> None:
        """A new key, kept before it is used. Those that were there stay, as the instance may use one."""
        keys = self.users.keys(name)
        if len(keys) >= MOST_KEYS:
            self._make_room(name, keys)
        access, secret = self.users.create_key(name)
        try:
            for key, value in zip(self.resource.chosen_keys(), (access, secret), strict=True):
                self.context.credentials.keep(key, value)
        except BaseException:
            self.users.remove_key(name, access)
            raise
        self.patience.until(self._answer, _Unheard)

    def _make_room(self, name: str, keys: Sequence[Key]) -> None:
        """AWS lets in no third key. One goes that nobody can be using: a disabled one, else the latest that was never used."""
        idle = [key for key in keys if not key.active]
        unused = idle or [key for key in reversed(keys) if not self.users.was_used(key.name)]
        if not unused:
            both = " and ".join(f"…{key.name[-4:]}" for key in keys)
            raise Refused(
                f"User {name} of store {self.place} needs a new key, and AWS allows two: {both} have both been used, so that "
                "neither was removed. Disable the one that the instance does not use, then repeat."
            )
        self.users.remove_key(name, unused[0].name)

    def _answer(self) -> None:
        """The store knows the key, whatever it lets it do."""
        try:
            with self.own() as own:
                own.list_buckets()
        except Denied:
            return
        except UnknownKey:
            user = self.resource.users()[0]
            raise _Unheard(f"The new key of user {user} is not accepted by store {self.place} yet: repeat.") from None


class _Unheard(Unavailable):
    """AWS made a key, and its store has not heard of it."""
