"""Local accounts in Argo CD's own settings: which keys make one, and what the keys that are there say.

An account's rights are a key of its own in `argocd-rbac-cm`, which Argo CD reads beside `policy.csv`. So nobody else's
lines are touched, and the key says whose the account is. It is written first and removed last: an account that has no
such key is somebody else's.
"""

from __future__ import annotations

import base64
import csv
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone

from tutor_launchpad.core.cluster.components import ARGO_CD
from tutor_launchpad.core.users.memberships import Membership, Team
from tutor_launchpad.core.users.roles import ROLES, argo_cd_policy, argo_cd_role

SETTINGS, POLICIES, SECRET = "argocd-cm", "argocd-rbac-cm", "argocd-secret"
BUILT_IN = "admin"
CAPABILITIES = "login, apiKey"

Data = Mapping[str, str]
Change = dict[str, str | None]
"""Keys with their new values; None takes one out."""

_KEY = re.compile(r"policy\.launchpad-(?P<name>[a-z0-9-]+)\.csv")
_ROLE = re.compile(r"# role (\w+)\n")


def policy_key(name: str) -> str:
    """The key of `argocd-rbac-cm` that holds the rights of an account."""
    return f"policy.launchpad-{name}.csv"


def policy_text(name: str, role: str) -> str:
    """What that key says."""
    return "\n".join([f"# role {role}", *argo_cd_policy(role, name), ""])


def account_change(name: str, *, enabled: bool) -> Change:
    """The keys of `argocd-cm` that make an account."""
    return {f"accounts.{name}": CAPABILITIES, f"accounts.{name}.enabled": None if enabled else "false"}


def account_removal(name: str) -> Change:
    """The keys of `argocd-cm` without the account: its sessions and tokens end with it."""
    return {f"accounts.{name}": None, f"accounts.{name}.enabled": None}


def password_change(name: str, hashed: str, now: datetime) -> Change:
    """The keys of `argocd-secret` for a password. Sessions that began before end."""
    return {f"accounts.{name}.password": _encoded(hashed), **_since(name, now)}


def revocation(name: str, now: datetime) -> Change:
    """The keys of `argocd-secret` that end an account's sessions and tokens; the password stays."""
    return {f"accounts.{name}.tokens": None, **_since(name, now)}


def secret_removal(name: str) -> Change:
    """The keys of `argocd-secret` without the account."""
    return {f"accounts.{name}.{key}": None for key in ("password", "passwordMtime", "tokens")}


def read_accounts(settings: Data, policies: Data) -> list[Membership]:
    """Every local account; also what is left of one whose making or removal was interrupted."""
    ours = {found["name"]: text for key, text in policies.items() if (found := _KEY.fullmatch(key))}
    names = {key.split(".")[1] for key in settings if re.fullmatch(r"accounts\.[^.]+", key)}
    if settings.get("admin.enabled", "true") != "false":
        names.add(BUILT_IN)
    granted = _granted(policies)
    return [_account(name, settings, ours.get(name), granted.get(name, ())) for name in sorted({*names, *ours})]


def read_teams(policies: Data) -> list[Team]:
    """What groups of a single sign-on are given. A group is told by its colon, as in `organisation:team`."""
    known = {argo_cd_role(role): role for role in ROLES}
    return [
        Team(subject, known.get(role, role), ARGO_CD)
        for subject, roles in sorted(_granted(policies).items())
        for role in roles
        if ":" in subject and not subject.startswith(("role:", "proj:"))
    ]


def globs(policies: Data) -> bool:
    """Whether Argo CD reads `*` in policies as our lines mean it."""
    return policies.get("policy.matchMode", "glob").strip() in ("", "glob")


def wide_default(policies: Data) -> str:
    """The role that everybody who logs in has, where it lets one do more than look; else an empty text.

    Argo CD grants it to all, and no other line can take it away.
    """
    default = policies.get("policy.default", "").strip()
    if default in ("", argo_cd_role("readonly")):
        return ""
    if default != "role:readonly":
        return default
    widened = any(row[:2] == ["p", default] and row[3:4] != ["get"] and row[-1] == "allow" for row in _rows(policies))
    return default if widened or default in _granted(policies) else ""


def _account(name: str, settings: Data, policy: str | None, roles: Iterable[str]) -> Membership:
    there = f"accounts.{name}" in settings or name == BUILT_IN
    enabled = settings.get(f"accounts.{name}.enabled", "true") != "false"
    if policy is None:
        shown = "role:admin" if name == BUILT_IN else ", ".join(roles)
        return Membership(name, ARGO_CD, shown, enabled=enabled, ours=False)
    found = _ROLE.match(policy)
    role = found[1] if found and found[1] in ROLES else ""
    current = bool(role) and policy == policy_text(name, role)
    return Membership(name, ARGO_CD, role, enabled=enabled, whole=there, current=current)


def _granted(policies: Data) -> dict[str, tuple[str, ...]]:
    """Subject → roles, of the lines that give one."""
    found: dict[str, tuple[str, ...]] = {}
    for row in _rows(policies):
        if len(row) == 3 and row[0] == "g":
            found[row[1]] = (*found.get(row[1], ()), row[2])
    return found


def _rows(policies: Data) -> list[list[str]]:
    texts = [text for key, text in sorted(policies.items()) if key.startswith("policy.") and key.endswith(".csv")]
    lines = [line.strip() for text in texts for line in text.splitlines()]
    return [[cell.strip() for cell in row] for row in csv.reader(
        (line for line in lines if line and not line.startswith("#")), skipinitialspace=True
    )]  # fmt: skip


def _since(name: str, now: datetime) -> Change:
    moment = now.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {f"accounts.{name}.passwordMtime": _encoded(moment)}


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
