"""Buckets of a MinIO server and a key that may use them alone.

The order is: look at everything, refuse before anything is made; then policy → user → bucket. A bucket that is new
therefore never exists without our key being let in to it, which shows after an interrupted run that it is ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, partial
from typing import Any

from launchpad_workflows.errors import NotIsolated
from launchpad_workflows.items import Item
from launchpad_workflows.provisioners.base import ABSENT, Fix, Found
from launchpad_workflows.provisioners.storage import trial
from launchpad_workflows.provisioners.storage.policies import Policy, policy_for, same_policy
from launchpad_workflows.provisioners.storage.provisioner import StorageProvisioner
from launchpad_workflows.provisioners.storage.users import User, Users
from launchpad_workflows.report import Report


class MinioProvisioner(StorageProvisioner):
    """Buckets, a policy for them alone and a user with that policy."""

    def look(self, item: Item) -> Found:
        """A user with its policy, or a bucket."""
        return self._look_at_user(item.name) if item.kind == "user" else super().look(item)

    def make(self, item: Item) -> None:
        """A policy and a user without it, or a bucket."""
        if item.kind == "user":
            self._users.put_policy(_policy_of(item.name), self._policy)
            self._users.put(item.name, self._secret)
        else:
            super().make(item)

    def remove(self, item: Item) -> None:
        """A user with the keys made for it and its policy, or a bucket."""
        if item.kind == "user":
            self._users.remove(item.name)
            self._users.remove_policy(_policy_of(item.name))
        else:
            super().remove(item)

    def version(self) -> str:
        """What the server says of itself."""
        return f"MinIO {self._users.version()}"

    def names(self) -> Iterable[Item]:
        """Buckets and users."""
        yield from super().names()
        yield from (Item("storage", self.resource.server, "user", name) for name in self._users.names())

    def shown(self, bucket: str) -> bool:
        """Our key is let in."""
        return self.opens(bucket)

    def stay_out(self, own: Any, report: Report) -> None:
        """MinIO answers AccessDenied before it looks whether a bucket exists, so that none is needed to try."""
        key = self.resource.users()[0]
        if done := trial.reached(own, self.place, key):
            raise NotIsolated(
                f"Key {key} of store {self.place} may {done} in buckets that are not its own: look for policies of its "
                "groups or for bucket policies that let everybody in."
            )
        report.isolated = True
        report.note(f"key {key} can reach no other bucket")

    @cached_property
    def _users(self) -> Users:
        return Users(self.place, *self.administrator)

    @property
    def _secret(self) -> str:
        return self.context.credentials.instance(self.resource.secret_key_key)

    @property
    def _policy(self) -> Policy:
        return policy_for([*(bucket.name for bucket in self.resource.buckets), *self.resource.former("bucket")])

    def _look_at_user(self, name: str) -> Found:
        user = self._users.find(name)
        if user is None:
            return ABSENT
        if name == self.administrator[0]:
            return Found(foreign=f"Key {name} is the administrator of {self.place}: choose another name.")
        if name not in self.resource.users():
            return Found()
        opens = self.opens()
        return Found(ours=opens, fixes=tuple(self._drift(name, user, opens=opens)))

    def _drift(self, name: str, user: User, *, opens: bool) -> Iterable[Fix]:
        policy, found = _policy_of(name), self._users.policy(_policy_of(name))
        if found is None or not same_policy(found, self._policy):
            yield Fix(f"policy {policy}", partial(self._users.put_policy, policy, self._policy))
        if not user.enabled:
            yield Fix(f"user {name}, which was disabled", partial(self._users.enable, name))
        elif not opens:
            yield Fix(f"secret of user {name}", self._set_secret(name))
        if user.policies != {policy}:
            yield Fix(f"policies of user {name}", partial(self._users.set_policy, name, policy))

    def _set_secret(self, name: str) -> Any:
        return lambda: self._users.put(name, self._secret)


def _policy_of(user: str) -> str:
    return f"launchpad-{user}"
