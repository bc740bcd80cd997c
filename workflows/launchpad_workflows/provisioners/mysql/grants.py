"""SQL text that depends on names, and what SHOW GRANTS says. Pure.

In `GRANT … ON `name`.*` the characters `_` and `%` are wildcards, so that a grant for `a_b` would also open `aXb`;
they are escaped, except on servers with partial_revokes, which read the name literally
(dev.mysql.com/doc/refman/8.4/en/grant.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from launchpad_workflows.errors import Refused

_GRANT = re.compile(r"^GRANT (?P<privileges>.+?) ON (?P<target>\S+|`(?:[^`]|``)*`\.\*) TO (?P<rest>.*)$")
_ROLE = re.compile(r"^GRANT (?P<roles>[`'\"].+?) TO ")


@dataclass(frozen=True)
class Grant:
    """One line of SHOW GRANTS: privileges on a target, or roles (then without a target)."""

    privileges: str
    target: str = ""
    grantable: bool = False


def quote(name: str) -> str:
    """An identifier in backticks."""
    return "`" + name.replace("`", "``") + "`"


def target_of(schema: str, *, literal: bool = False) -> str:
    """What a grant for one whole schema stands on."""
    pattern = schema if literal else re.sub(r"([_%\\])", r"\\\1", schema)
    return f"{quote(pattern)}.*"


def parse(lines: Iterable[str]) -> list[Grant]:
    """The grants, less USAGE, which means none. Raises `Refused` for a line that is not understood."""
    grants = []
    for line in lines:
        if match := _GRANT.match(line):
            grantable = "WITH GRANT OPTION" in match["rest"]
            if match["privileges"] != "USAGE" or grantable:
                grants.append(Grant(match["privileges"], match["target"], grantable))
        elif match := _ROLE.match(line):
            grants.append(Grant(match["roles"]))
        elif not line.startswith("SET DEFAULT ROLE"):
            raise Refused("SHOW GRANTS answered a line that is not understood: report it with the server's version.")
    return grants


def missing(grants: Iterable[Grant], targets: Iterable[str]) -> list[str]:
    """The targets on which the user does not have all privileges."""
    held = {grant.target for grant in grants if grant.privileges == "ALL PRIVILEGES"}
    return [target for target in targets if target not in held]


def surplus(grants: Iterable[Grant], targets: Iterable[str]) -> list[Grant]:
    """What the user has beyond all privileges on the targets."""
    wanted = set(targets)
    return [grant for grant in grants if grant.target not in wanted or grant.grantable]


def revocation(grant: Grant, keep: Iterable[str], user: str) -> list[str]:
    """Statements that take a surplus away; on a kept target only the right to hand it on. `user` is quoted text."""
    if not grant.target:
        return [f"REVOKE {grant.privileges} FROM {user}"]
    if grant.privileges == "PROXY":
        return [f"REVOKE PROXY ON {grant.target} FROM {user}"]
    statements = [] if grant.target in set(keep) else [f"REVOKE ALL PRIVILEGES ON {grant.target} FROM {user}"]
    if grant.grantable:
        statements.append(f"REVOKE GRANT OPTION ON {grant.target} FROM {user}")
    return statements


def changes(grants: Iterable[Grant], targets: Iterable[str], user: str, former: Iterable[str] = ()) -> list[str]:
    """Statements after which the user has all privileges on the targets and nothing else; `user` is quoted text.

    What it holds on a `former` target stays, unless it may hand it on: the instance may use that until it has been deployed.
    """
    left = set(former)
    wanted = list(targets)
    held = [grant for grant in grants if grant.grantable or grant.target not in left]
    revoked = [line for grant in surplus(held, wanted) for line in revocation(grant, wanted, user)]
    return revoked + [f"GRANT ALL PRIVILEGES ON {target} TO {user}" for target in missing(held, wanted)]
