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

# `mysql … -e "…"` on one line; statements in it that only create or grant; the loop that waits for the server.
_MYSQL_CALL = re.compile(
    r"""^([ \t]*)(mysql\b[^\n]*?\s(?:-e|--execute)[\s=]+)(["'])([^\n]*?)(?<!\\)\3([ \t]*(?:\|\|\s*true)?[ \t]*(?:\n|\Z))""",
    re.MULTILINE,
)
_STATEMENT = re.compile(r"""(?:'[^']*'|"[^"]*"|`[^`]*`|[^;'"`])+""")
_CREATION = re.compile(
    r"\s*(?:CREATE\s+(?:DATABASE|SCHEMA|USER)|ALTER\s+(?:DATABASE|SCHEMA|USER)|GRANT|FLUSH\s+PRIVILEGES)\b",
    re.IGNORECASE,
)
_MYSQL_WAIT = re.compile(r"""^until mysql\b[^\n]*["']exit;?["']\s*\n.*?^done\s*$""", re.MULTILINE | re.DOTALL)
_MYSQL_IDLE = re.compile(r"(?:echo\b[^;&|<>`$]*|#.*|\w+=\S*|for \w+ in [\w\s.-]+; do|done|:|)")
_MONGO_CREATION = re.compile(r"if \(db\.getUser\(")
_MONGO_IDLE = re.compile(r"(?:echo\b.*|mongosh\b.*<<\s*\S+|exit;?|EOF|#.*|//.*|)")

_BRACKETS = re.compile(r"""[{}]|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""")
"""Brackets, and texts in quotes, whose brackets do not count."""


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
    """The script without statements that only create or grant; empty where no other work is left."""
    rest = _MYSQL_CALL.sub(_without_creating, script)
    lines = _MYSQL_WAIT.sub("", rest).splitlines()
    return "" if all(_MYSQL_IDLE.fullmatch(line.strip()) for line in lines) else rest


def _without_creating(call: re.Match[str]) -> str:
    """The call with its other statements, and itself where it creates nothing.

    Where it has no others: nothing; in a block, which must not be empty, the command that does nothing.
    """
    indent, head, quote, sql, tail = call.groups()
    statements = [found for found in _STATEMENT.findall(sql) if found.strip()]
    kept = [statement for statement in statements if not _CREATION.match(statement)]
    if kept == statements:
        return call.group()
    if kept:
        return f"{indent}{head}{quote}{';'.join(kept)};{quote}{tail}"
    return f"{indent}:\n" if indent else ""


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
    for token in _BRACKETS.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(token.group(), 0)
        if depth == 0:
            return token.end()
    return len(text)
