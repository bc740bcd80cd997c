"""Where passwords come from: a request only names them.

In a pod they are files of mounted Secrets, `<root>/admin/<resource>/<server>/<key>` (or `dump` in place of `admin`, for
the store that last copies go to) and `<root>/instance/<key>`; in process they are mappings. Environment variables,
arguments and parameters never hold one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from launchpad_workflows.errors import Absent, Refused

USERNAME = "username"
"""Key of an administrator's user name, or of the public half of a storage key."""
PASSWORD = "password"
"""Key of an administrator's password, or of the secret half of a storage key."""
CA = "ca.crt"
"""Optional key of the certificate authority that signed the server's certificate."""
TOKEN = "token"
"""Key of the token for a cloud's API, where a provider needs one beside the administrator's password."""
ADDRESS = "address"
"""Optional key, no secret: where the password may be sent to, as `Resource.address` says it."""
ACCOUNT = "account"
"""Folder below the root with the token of a pod that may keep what a provider chooses."""
NEXT = ".next"
"""Ending of the keys under which an instance's credentials hold what a rotation changes to."""


class Credentials(Protocol):
    """Reads secrets by name; `Absent` tells which name is missing, never a value."""

    def admin(self, resource: str, server: str, key: str) -> str: ...

    def instance(self, key: str) -> str: ...

    def keep(self, key: str, value: str) -> None:
        """Keep a secret that a provider chose, before it is used: `instance` reads it from then on."""
        ...


class Keeper(Protocol):
    """Puts a value where it outlives this process, under a key; raises `ProvisioningError` where it cannot."""

    def __call__(self, key: str, value: str) -> None: ...


@dataclass(frozen=True)
class FileCredentials:
    """Secrets mounted below a folder. `keeper`: where there is one, what a provider chooses goes there."""

    root: Path = Path("/credentials")
    keeper: Keeper | None = None
    kept: dict[str, str] = field(default_factory=dict, repr=False)

    def admin(self, resource: str, server: str, key: str) -> str:
        """One value of the server's Secret."""
        places = [self.root / kind / resource / server for kind in ("admin", "dump")]
        place = next((one for one in places if one.is_dir()), places[0])
        return _read(place / key, f"Secret {admin_secret(resource, server)}", key)

    def instance(self, key: str) -> str:
        """One value of the instance's Secrets: the one that providers choose for, and the one that the caller writes."""
        if key in self.kept:
            return self.kept[key]
        chosen = self.root / "chosen" / key
        return _read(chosen if chosen.exists() else self.root / "instance" / key, "the instance's Secret", key)

    def keep(self, key: str, value: str) -> None:
        """In the instance's Secret, at once. Not in a pod whose account may write none."""
        if self.keeper is None:
            raise Refused(f"The provider chose {key}, and this pod has no place to keep it.")
        self.keeper(key, value)
        self.kept[key] = value


@dataclass(frozen=True)
class MappingCredentials:
    """Secrets at hand: `admins` by (resource, server), `values` of the instance by key."""

    admins: Mapping[tuple[str, str], Mapping[str, str]] = field(repr=False)
    values: Mapping[str, str] = field(repr=False)
    kept: dict[str, str] = field(default_factory=dict, repr=False)
    """What a provider chose; the caller's to store."""
    keeper: Keeper | None = None
    """Stores it at once, so that nothing is lost where this process is stopped."""

    def admin(self, resource: str, server: str, key: str) -> str:
        """One value of the server's credentials."""
        return _look_up(self.admins.get((resource, server), {}), f"the credentials of server {resource}/{server}", key)

    def instance(self, key: str) -> str:
        """One value of the instance's credentials."""
        return _look_up({**self.values, **self.kept}, "the instance's credentials", key)

    def keep(self, key: str, value: str) -> None:
        """In `kept`, and with the keeper."""
        if self.keeper is not None:
            self.keeper(key, value)
        self.kept[key] = value


@dataclass(frozen=True)
class Following:
    """The same, with what a rotation changes to as the instance's own.

    `chosen`: keys of credentials that a provider chooses, which have a name for each generation as it is.
    """

    credentials: Credentials
    chosen: frozenset[str] = frozenset()

    def admin(self, resource: str, server: str, key: str) -> str:
        """As the credentials behind it."""
        return self.credentials.admin(resource, server, key)

    def instance(self, key: str) -> str:
        """The next value of the instance."""
        return self.credentials.instance(self._name(key))

    def keep(self, key: str, value: str) -> None:
        """The next value of the instance."""
        self.credentials.keep(self._name(key), value)

    def _name(self, key: str) -> str:
        return key if key in self.chosen else key + NEXT


@dataclass
class Masking:
    """Remembers each secret that was read, so that it can be taken out of any text."""

    credentials: Credentials
    _seen: set[str] = field(default_factory=set, repr=False)

    def admin(self, resource: str, server: str, key: str) -> str:
        """As the credentials behind it."""
        value = self.credentials.admin(resource, server, key)
        return value if key in (USERNAME, CA, ADDRESS) else self._remember(value)

    def instance(self, key: str) -> str:
        """As the credentials behind it."""
        return self._remember(self.credentials.instance(key))

    def keep(self, key: str, value: str) -> None:
        """As the credentials behind it."""
        self.credentials.keep(key, self._remember(value))

    def mask(self, text: str) -> str:
        """The text without any secret that was read so far."""
        for secret in sorted(self._seen, key=len, reverse=True):
            text = text.replace(secret, "«hidden»")
        return text

    def _remember(self, value: str) -> str:
        if value:
            self._seen.update({value, repr(value)[1:-1]})
        return value


def admin_secret(resource: str, server: str) -> str:
    """Name of the Secret with a registered server's administrator."""
    return f"launchpad-server-{resource}-{server}"


def instance_secret(instance: str) -> str:
    """Name of the Secret with the passwords that an instance's resources shall have."""
    return f"launchpad-instance-{instance}"


def chosen_secret(instance: str) -> str:
    """Name of the Secret with what providers chose for an instance, and of the account whose pods may write it."""
    return f"launchpad-chosen-{instance}"


def optional(credentials: Credentials, resource: str, server: str, key: str) -> str:
    """A value that a server may lack."""
    try:
        return credentials.admin(resource, server, key)
    except Absent:
        return ""


def _read(path: Path, owner: str, key: str) -> str:
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except FileNotFoundError:
        raise _missing(owner, key) from None


def _look_up(values: Mapping[str, str], owner: str, key: str) -> str:
    if key not in values:
        raise _missing(owner, key)
    return values[key]


def _missing(owner: str, key: str) -> Absent:
    return Absent(f"No key {key} in {owner}: register the server again or deploy once more, which writes it.")
