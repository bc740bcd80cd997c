"""Takes out of init jobs what provisioning has done already.

Tutor's and the plugins' init tasks create databases and users as the server's administrator, who is not at hand where
a server is shared. The rest of their scripts still runs, as the instance's own user.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Mapping

from tutor_launchpad.core.jobs import JOB_LABEL
from tutor_launchpad.core.types import Object

_MYSQL_CREATION = re.compile(
    r"""^[ \t]*mysql\b[^\n]*?\s-e\s+(["'])\s*(?:CREATE\s+DATABASE|CREATE\s+USER|ALTER\s+USER|GRANT)\b[^\n]*?\1"""
    r"""[ \t]*(?:\|\|\s*true)?[ \t]*(?:\n|\Z)""",
    re.IGNORECASE | re.MULTILINE,
)
_MYSQL_WORK = re.compile(r"""\bmysql\b[^\n]*\s-e\s+(?!["']exit;?["'])""")
_MONGO_CREATION = re.compile(r"if \(db\.getUser\(")
_MONGO_IDLE = re.compile(r"(?:echo\b.*|mongosh\b.*<<\s*\S+|exit;?|EOF|#.*|)")


def without_creation(objects: Iterable[Object], servers: Mapping[str, str]) -> list[Object]:
    """The objects; init jobs on a service whose server is shared lose what creates, and go where nothing is left."""
    kept = []
    for item in objects:
        strip = _STRIPPERS.get(_task(item)) if _task(item) in servers else None
        stripped = _stripped(item, strip) if strip is not None else item
        if stripped is not None:
            kept.append(stripped)
    return kept


def _task(item: Object) -> str:
    if item["kind"] != "Job":
        return ""
    return str((item["metadata"].get("labels") or {}).get(JOB_LABEL, ""))


def _stripped(item: Object, strip: Callable[[str], str]) -> Object | None:
    job = copy.deepcopy(item)
    container = job["spec"]["template"]["spec"]["containers"][0]
    script = strip(container["args"][-1])
    container["args"][-1] = script
    return job if script else None


def strip_mysql(script: str) -> str:
    """The script without calls that only create or grant; empty where no other work is left."""
    rest = _MYSQL_CREATION.sub("", script)
    return rest if _MYSQL_WORK.search(rest) else ""


def strip_mongodb(script: str) -> str:
    """The script without the block that creates or updates the user; empty where no other work is left."""
    rest = script
    while match := _MONGO_CREATION.search(rest):
        end = _block_end(rest, rest.index("{", match.end()))
        more = re.match(r"\s*else\s*(?=\{)", rest[end:])
        if more:
            end = _block_end(rest, end + more.end())
        rest = rest[: match.start()] + rest[end:]
    idle = all(_MONGO_IDLE.fullmatch(line.strip()) for line in rest.splitlines())
    return "" if idle else rest


_STRIPPERS: dict[str, Callable[[str], str]] = {"mysql": strip_mysql, "mongodb": strip_mongodb}


def _block_end(text: str, start: int) -> int:
    """The position after the bracket that closes the one at `start`; the text's end where none does."""
    depth = 0
    for position in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth == 0:
            return position + 1
    return len(text)
