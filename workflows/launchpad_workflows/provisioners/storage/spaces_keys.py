"""Access keys of DigitalOcean Spaces. Names are no identity there: several keys may have the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from launchpad_workflows.provisioners.digitalocean import pages
from launchpad_workflows.provisioners.http import Api, Missing, segment

_PATH = "/v2/spaces/keys"
_MAY = "readwrite"


@dataclass(frozen=True)
class Key:
    """One key as the API knows it: its public half, its name, and what it may do with which bucket."""

    access: str
    name: str
    grants: frozenset[tuple[str, str]]

    @property
    def buckets(self) -> frozenset[str]:
        """The buckets that it opens; an empty name stands for all."""
        return frozenset(bucket for bucket, _ in self.grants)


def grants_for(buckets: Iterable[str]) -> frozenset[tuple[str, str]]:
    """What an instance's key may do: all with the objects of its buckets, nothing with the buckets' settings."""
    return frozenset((bucket, _MAY) for bucket in buckets)


@dataclass(frozen=True)
class Keys:
    """The keys of the account to which the token belongs."""

    api: Api

    def named(self, name: str = "") -> list[Key]:
        """All of one name, or all."""
        query = {"name": name} if name else {}
        found = pages(self.api, _PATH, "list Spaces keys", key="keys", needs="the scope spaces_key:read", query=query)
        keys = [
            Key(
                str(one["access_key"]),
                str(one["name"]),
                frozenset((str(grant["bucket"]), str(grant["permission"])) for grant in one.get("grants") or []),
            )
            for one in found
        ]
        return [key for key in keys if name in ("", key.name)]

    def create(self, name: str, buckets: Iterable[str]) -> tuple[str, str]:
        """Both halves of a new key. Where the answer is lost, so is its secret half: the key is found by its name."""
        grants = [{"bucket": bucket, "permission": may} for bucket, may in sorted(grants_for(buckets))]
        needs = "the scopes spaces_key:read and spaces_key:create_credentials"
        body = {"name": name, "grants": grants}
        made = self.api.call("POST", _PATH, "make a Spaces key", needs=needs, body=body)["key"]
        return str(made["access_key"]), str(made["secret_key"])

    def remove(self, access: str) -> None:
        """Nobody gets in with it any more; nothing where it is gone."""
        try:
            needs = "the scope spaces_key:delete"
            self.api.call("DELETE", f"{_PATH}/{segment(access)}", "remove a Spaces key", needs=needs)
        except Missing:
            return
