"""Keys of a MinIO server: one user and one policy for an instance, by MinIO's admin API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import urllib3
from minio.credentials.providers import StaticProvider
from minio.error import MinioAdminException
from minio.minioadmin import MinioAdmin

from launchpad_workflows.errors import BadCredentials, Refused, Unavailable
from launchpad_workflows.provisioners import clocks
from launchpad_workflows.provisioners.storage.client import Address, skewed
from launchpad_workflows.provisioners.storage.policies import Policy


@dataclass(frozen=True)
class User:
    """A user as the server knows it."""

    policies: frozenset[str]
    enabled: bool


class Users:
    """The users and policies of one server."""

    def __init__(self, address: Address, key: str, secret: str) -> None:
        self._address = address
        secure = address.endpoint.startswith("https://")
        pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=10, read=60),
            retries=urllib3.Retry(total=2, backoff_factor=0.5, status_forcelist=[502, 503, 504]),
            ssl_context=address.tls_context,
        )
        self._admin = MinioAdmin(
            endpoint=address.endpoint.split("://", 1)[1].rstrip("/"),
            credentials=StaticProvider(key, secret),
            region=address.region,
            secure=secure,
            http_client=pool,
        )

    def version(self) -> str:
        """The server's version."""
        with self._translated("ask for its version"):
            servers = json.loads(self._admin.info()).get("servers") or [{}]
            return str(servers[0].get("version", "of unknown version"))

    def find(self, name: str) -> User | None:
        """A user, or None."""
        text = self._ask("look for user", lambda: self._admin.user_info(name))
        if text is None:
            return None
        found = json.loads(text)
        policies = [part for part in str(found.get("policyName", "")).split(",") if part]
        return User(frozenset(policies), found.get("status") == "enabled")

    def policy(self, name: str) -> Policy | None:
        """A policy, or None."""
        text = self._ask("look for policy", lambda: self._admin.policy_info(name))
        if text is None:
            return None
        found = json.loads(text)
        inner = found.get("Policy", found)
        return dict(json.loads(inner) if isinstance(inner, str) else inner)

    def put_policy(self, name: str, policy: Policy) -> None:
        """Make or replace a policy."""
        with self._translated(f"write policy {name}"):
            self._admin.policy_add(name, policy=policy)

    def put(self, name: str, secret: str) -> None:
        """Make a user, or give it this secret and enable it."""
        with self._translated(f"write user {name}"):
            self._admin.user_add(name, secret)

    def enable(self, name: str) -> None:
        """Let a user in again."""
        with self._translated(f"enable user {name}"):
            self._admin.user_enable(name)

    def set_policy(self, name: str, policy: str) -> None:
        """Give the user this policy and no other, in one call.

        Its attaching and detaching would each be encrypted with a key that takes both sides a tenth of a second to derive.
        """
        with self._translated(f"give user {name} its policy"):
            self._admin.policy_set(policy, user=name)

    def remove(self, name: str) -> None:
        """The user, with the keys that were made for it."""
        self._ask(f"remove user {name}", lambda: self._admin.user_remove(name))

    def remove_policy(self, name: str) -> None:
        """A policy that nobody has any more."""
        self._ask(f"remove policy {name}", lambda: self._admin.policy_remove(name))

    def names(self) -> list[str]:
        """All users."""
        with self._translated("list users"):
            return sorted(json.loads(self._admin.user_list()))

    def _ask(self, what: str, call: Any) -> str | None:
        with self._translated(what):
            try:
                return str(call())
            except MinioAdminException as error:
                if _status(error) == "404":
                    return None
                raise

    @contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        try:
            yield
        except MinioAdminException as error:
            raise self._translate(what, error) from None
        except urllib3.exceptions.HTTPError as error:
            reason = type(getattr(error, "reason", None) or error).__name__
            if why := clocks.distrust(error, clocks.now()):
                raise Refused(f"Store {self._address} cannot be used: {why}.") from None
            raise Unavailable(f"Store {self._address} cannot be reached: {reason}.") from None

    def _translate(self, what: str, error: MinioAdminException) -> Exception:
        status, code = _status(error), _code(error)
        if code == clocks.SKEWED:
            return skewed(self._address, "")
        if code in {"InvalidAccessKeyId", "SignatureDoesNotMatch"}:
            return BadCredentials(f"Store {self._address} refuses the administrator's key ({code}): register it again.")
        if status in {"429", "500", "502", "503", "504"}:
            return Unavailable(f"Store {self._address} could not {what} at the moment ({status} {code}).")
        return Refused(f"Store {self._address} did not let us {what} ({status} {code}).")


def _status(error: MinioAdminException) -> str:
    return str(getattr(error, "_code", ""))


def _code(error: MinioAdminException) -> str:
    """The server's own code, which stands in JSON or, before it knows who asks, in XML; its text is not told."""
    found = re.search(r'(?:<Code>|"Code"\s*:\s*")(\w+)', str(getattr(error, "_body", "")))
    return found[1] if found else ""
