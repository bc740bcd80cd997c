"""Users of an AWS account, their rights and their keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from launchpad_workflows.errors import Unavailable
from launchpad_workflows.patience import Patience
from launchpad_workflows.provisioners.storage.buckets import Tags, as_list, as_tags
from launchpad_workflows.provisioners.storage.client import Address, Denied, Missing, translated
from launchpad_workflows.provisioners.storage.policies import Policy, as_text

POLICY = "launchpad"
"""Name of the one inline policy that a user of ours has."""
MOST_KEYS = 2
"""Keys that AWS lets one user have."""


class _Lingering(Unavailable):
    """AWS still shows what it has removed."""


@dataclass(frozen=True)
class Key:
    """One of a user's keys, without its secret."""

    name: str
    active: bool


@dataclass(frozen=True)
class User:
    """A user with all that gives it rights. `policy`: our own one; `more`: other rights, to be told."""

    tags: Tags
    boundary: str
    policy: Policy | None
    more: tuple[str, ...]
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Users:
    """By the administrator's client. What was changed a moment ago may still be unknown elsewhere in AWS."""

    client: Any
    address: Address
    administrator: str
    patience: Patience

    def find(self, name: str) -> User | None:
        """A user, or None."""
        try:
            found = self._ask("get_user", UserName=name)["User"]
            return User(
                as_tags(found.get("Tags", [])),
                found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
                self._policy(name),
                tuple(f"{what} {one}" for what, one in self._more(name)),
                tuple(self.keys(name)),
            )
        except Missing:
            return None

    def create(self, name: str, path: str, tags: Tags, boundary: str) -> None:
        """Raises `Taken` where it exists."""
        bound = {"PermissionsBoundary": boundary} if boundary else {}
        self._ask("create_user", UserName=name, Path=path, Tags=as_list(tags), **bound)

    def tag(self, name: str, tags: Tags) -> None:
        """Add these; others stay."""
        self._change("tag_user", UserName=name, Tags=as_list(tags))

    def bound(self, name: str, boundary: str) -> None:
        """Let the user have no rights beyond this policy."""
        self._change("put_user_permissions_boundary", UserName=name, PermissionsBoundary=boundary)

    def allow(self, name: str, policy: Policy) -> None:
        """Write our policy."""
        self._change("put_user_policy", UserName=name, PolicyName=POLICY, PolicyDocument=as_text(policy))

    def keys(self, name: str) -> list[Key]:
        """The user's, oldest first."""
        found = self._ask("list_access_keys", UserName=name).get("AccessKeyMetadata", [])
        ordered = sorted(found, key=lambda one: str(one.get("CreateDate", "")))
        return [Key(str(one["AccessKeyId"]), one.get("Status") == "Active") for one in ordered]

    def create_key(self, name: str) -> tuple[str, str]:
        """Both halves of a new key; AWS tells the secret one this once."""
        made = self._change("create_access_key", UserName=name)["AccessKey"]
        return str(made["AccessKeyId"]), str(made["SecretAccessKey"])

    def activate(self, name: str, key: str) -> None:
        """Let a key in again."""
        self._change("update_access_key", UserName=name, AccessKeyId=key, Status="Active")

    def was_used(self, key: str) -> bool:
        """Whether anything has logged in with it, which AWS learns with a delay."""
        return "LastUsedDate" in self._ask("get_access_key_last_used", AccessKeyId=key)["AccessKeyLastUsed"]

    def remove_key(self, name: str, key: str) -> None:
        """Nothing where it is not there."""
        self._remove("delete_access_key", UserName=name, AccessKeyId=key)

    def strip(self, name: str) -> None:
        """Take away all rights but our policy."""
        for what, one in self._more(name):
            _, call, argument = next(way for way in _RIGHTS if way[0] == what)
            self._remove(call, UserName=name, **{argument: one})

    def remove(self, name: str) -> None:
        """The user, after all that AWS wants to be gone first."""
        try:
            for key in self.keys(name):
                self.remove_key(name, key.name)
            self.strip(name)
        except Missing:
            return
        self._remove("delete_user_policy", UserName=name, PolicyName=POLICY)
        self._remove("delete_login_profile", UserName=name)
        self._remove("delete_user", UserName=name)
        self.patience.until(lambda: self._is_gone(name), _Lingering)

    def names(self, path: str) -> list[str]:
        """All users below a path."""
        with translated(self.address, self.administrator):
            pages = self.client.get_paginator("list_users").paginate(PathPrefix=path)
            return [str(user["UserName"]) for page in pages for user in page.get("Users", [])]

    def _policy(self, name: str) -> Policy | None:
        try:
            return dict(self._ask("get_user_policy", UserName=name, PolicyName=POLICY)["PolicyDocument"])
        except Missing:
            return None

    def _more(self, name: str) -> Iterator[tuple[str, str]]:
        """Kind and name (or ARN) of each right beside our policy."""
        inline = self._list("list_user_policies", "PolicyNames", name)
        yield from (("inline policy", one) for one in inline if one != POLICY)
        attached = self._list("list_attached_user_policies", "AttachedPolicies", name)
        yield from (("policy", str(one["PolicyArn"])) for one in attached)
        groups = self._list("list_groups_for_user", "Groups", name)
        yield from (("group", str(one["GroupName"])) for one in groups)

    def _list(self, call: str, key: str, name: str) -> Iterable[Any]:
        with translated(self.address, self.administrator):
            pages = self.client.get_paginator(call).paginate(UserName=name)
            return [one for page in pages for one in page.get(key, [])]

    def _ask(self, call: str, **arguments: object) -> dict[str, Any]:
        with translated(self.address, self.administrator):
            return dict(getattr(self.client, call)(**arguments))

    def _change(self, call: str, **arguments: object) -> dict[str, Any]:
        """A user that was made a moment ago may not be known yet where this is asked for.

        Where rights depend on its path, which is not known then either, AWS says that they lack.
        """
        return self.patience.until(lambda: self._ask(call, **arguments), Missing, Denied)

    def _remove(self, call: str, **arguments: object) -> None:
        try:
            self._ask(call, **arguments)
        except Missing:
            return

    def _is_gone(self, name: str) -> None:
        try:
            self._ask("get_user", UserName=name)
        except Missing:
            return
        raise _Lingering(f"User {name} of store {self.address} is still there after its removal: repeat.")


_RIGHTS: Sequence[tuple[str, str, str]] = (
    ("inline policy", "delete_user_policy", "PolicyName"),
    ("policy", "detach_user_policy", "PolicyArn"),
    ("group", "remove_user_from_group", "GroupName"),
)
"""Kind of a right, the call that takes it away, and that call's argument."""
