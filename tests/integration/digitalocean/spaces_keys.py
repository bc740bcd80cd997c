"""The keys of Spaces in the stand-in: each is a user of a MinIO server, with a policy for what it was granted."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from launchpad_workflows.provisioners.storage.policies import policy_for
from launchpad_workflows.provisioners.storage.users import Users

from tests.integration.digitalocean.stand_in import Call, Problem, Route

_PATH = "/v2/spaces/keys"
_LIST = frozenset({"page", "per_page", "sort", "sort_direction", "name", "bucket", "permission"})
_PERMISSIONS = {"", "read", "readwrite", "fullaccess"}


@dataclass
class SpacesKeys:
    """`keys`: by their public half, without the secret one, which nobody is shown again."""

    users: Users
    buckets: Any
    """The administrator's client, which knows the buckets."""
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)

    def routes(self) -> list[Route]:
        one = f"{_PATH}/([^/]+)"
        return [
            Route("GET", _PATH, "spaces_key:read", 200, self.page, _LIST),
            Route("POST", _PATH, "spaces_key:create_credentials", 201, self.create),
            Route("GET", one, "spaces_key:read", 200, lambda call: {"key": self._find(call)}),
            Route("DELETE", one, "spaces_key:delete", 204, self.delete),
        ]

    def page(self, call: Call) -> Any:
        found = [one for one in self.keys.values() if call.query.get("name", one["name"]) == one["name"]]
        return call.page("keys", sorted(found, key=lambda one: str(one["created_at"]), reverse=True))

    def create(self, call: Call) -> Any:
        body = call.fields({"name": str, "grants": list}, "name")
        grants = body.get("grants", [])
        self._check(grants)
        access, secret = f"DO{secrets.token_hex(9).upper()}", secrets.token_urlsafe(32)
        moment = datetime.now(tz=timezone.utc).isoformat()
        key = {"name": body["name"], "grants": grants, "access_key": access, "created_at": moment}
        self.users.put(access, secret)
        self.keys[access] = key
        self.allow(access)
        self.users.set_policy(access, f"launchpad-{access}")
        return {"key": {**key, "secret_key": secret}}

    def allow(self, access: str) -> None:
        """What a key was granted, on the server."""
        granted = [grant["bucket"] for grant in self.keys[access]["grants"] if grant["permission"] == "readwrite"]
        self.users.put_policy(f"launchpad-{access}", policy_for(granted or ["nothing"]))

    def delete(self, call: Call) -> None:
        access = str(self._find(call)["access_key"])
        self.users.remove(access)
        self.users.remove_policy(f"launchpad-{access}")
        del self.keys[access]

    def clean(self) -> None:
        """What a test left."""
        for access in list(self.keys):
            self.delete(Call((access,), {}, None, frozenset()))

    def _check(self, grants: list[dict[str, str]]) -> None:
        there = {str(one["Name"]) for one in self.buckets.list_buckets()["Buckets"]}
        for grant in grants:
            if set(grant) != {"bucket", "permission"} or grant["permission"] not in _PERMISSIONS:
                raise Problem(400, "bad_request", "a grant has a bucket and a permission")
            if (grant["permission"] == "fullaccess") != (grant["bucket"] == "") or (
                len(grants) > 1 and not grant["bucket"]
            ):
                raise Problem(400, "bad_request", "cannot mix fullaccess permission with scoped permissions.")
            if grant["bucket"] and grant["bucket"] not in there:
                raise Problem(400, "bad_request", f"bucket {grant['bucket']} does not exist")

    def _find(self, call: Call) -> dict[str, Any]:
        if call.names[0] not in self.keys:
            raise Problem(404, "not_found", "The resource you requested could not be found.")
        return self.keys[call.names[0]]
