"""Settings for init jobs, under names that stay where only what pages and mails show has changed.

An init job runs again when a map that it mounts gets another name. So init jobs mount copies of the sealed maps, which
are named by what of them may matter to a task, and by the job's image: whatever else starts a task anew makes a new copy.
"""

from __future__ import annotations

import ast
import base64
import copy
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from tutor_launchpad.core.jobs import is_init_job
from tutor_launchpad.core.pods import containers
from tutor_launchpad.core.seal import Sealed
from tutor_launchpad.core.seal.naming import sealed_secret
from tutor_launchpad.core.secrets import is_secret_name
from tutor_launchpad.core.types import Object

DISPLAYED = (
    "PLATFORM_NAME",
    "STUDIO_NAME",
    "CONTACT_MAILING_ADDRESS",
    "*EMAIL*",
    "SMTP_*",
    "MFE_CONFIG",
    "FRONTEND_SITE_CONFIG",
)
"""Names in settings files, with `*` for any characters, whose values tasks neither need nor store.

A name that says that it holds a secret, such as EMAIL_HOST_PASSWORD, is none of them: no copy keeps an old password.
"""
COPY_LABEL = "launchpad.openedx.org/init-copy"
"""Marks copies: what they show may be older than what the map shows that they were made of."""

_KEY = re.compile(r"([A-Za-z0-9_]+):(\s|$)")
_Ignored = Callable[[str], bool]


def share_settings(sealed: Sealed, displayed: Sequence[str], key: str, namespace: str) -> Sealed:
    """The same with init jobs that mount copies of the maps; `displayed`: patterns of what may change without a run."""
    maps = {item["metadata"]["name"]: item for item in sealed.secrets}
    made: dict[str, Object] = {}
    public = []
    for item in sealed.public:
        if is_init_job(item):
            item = copy.deepcopy(item)
            spec = item["spec"]["template"]["spec"]
            images = [container["image"] for _, container in containers(spec)]
            for holder, field in _mounted(spec):
                found = maps.get(holder[field])
                relevant = _relevant_data(found, displayed) if found is not None else {}
                if found is not None and relevant != found["data"]:
                    name = f"{holder[field][:-17]}-init"
                    made_copy = sealed_secret(name, namespace, key, found["data"], found, identity=[relevant, images])
                    made_copy["metadata"].setdefault("labels", {})[COPY_LABEL] = "true"
                    holder[field] = made_copy["metadata"]["name"]
                    made[holder[field]] = made_copy
        public.append(item)
    return replace(sealed, public=tuple(public), secrets=(*sealed.secrets, *made.values()))


def _mounted(spec: Object) -> Iterable[tuple[Object, str]]:
    """(what names it, the field) of each Secret that is mounted."""
    for volume in spec.get("volumes") or []:
        if "secret" in volume:
            yield volume["secret"], "secretName"
        for source in (volume.get("projected") or {}).get("sources") or []:
            if "secret" in source:
                yield source["secret"], "name"


def _relevant_data(secret: Object, displayed: Sequence[str]) -> Mapping[str, str]:
    return {file: _relevant(file, data, displayed) for file, data in secret["data"].items()}


def _relevant(file: str, data: str, displayed: Sequence[str]) -> str:
    reduce = _READERS.get(PurePosixPath(file).suffix)
    try:
        text = base64.b64decode(data).decode()
    except UnicodeDecodeError:
        return data

    def ignored(name: str) -> bool:
        return not is_secret_name(name) and any(fnmatchcase(name, one) for one in displayed)

    reduced = reduce(text, ignored) if reduce else text
    return data if reduced == text else reduced


def relevant_yaml(text: str, ignored: _Ignored) -> str:
    """The text without the ignored keys at its top level."""
    kept, dropping = [], False
    for line in text.splitlines(keepends=True):
        match = _KEY.match(line)
        if match:
            dropping = ignored(match[1])
        elif not line.startswith((" ", "\t", "-", "\n", "\r")):
            dropping = False
        if not dropping:
            kept.append(line)
    return "".join(kept)


def relevant_python(text: str, ignored: _Ignored) -> str:
    """The text without the statements that only set ignored names, unless another statement reads one of them."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return text
    dropped = {statement: name for statement in body if ignored(name := _set_name(statement))}
    while True:
        used = {node.id for one in body if one not in dropped for node in ast.walk(one) if isinstance(node, ast.Name)}
        if not used.intersection(dropped.values()):
            break
        dropped = {statement: name for statement, name in dropped.items() if name not in used}
    gone = {line for one in dropped for line in range(one.lineno, (one.end_lineno or one.lineno) + 1)}
    lines = text.splitlines(keepends=True)
    return "".join(line for number, line in enumerate(lines, 1) if number not in gone)


_READERS = {".py": relevant_python, ".yml": relevant_yaml, ".yaml": relevant_yaml}


def _set_name(statement: ast.stmt) -> str:
    """The one name that a statement sets or changes; empty where it does more."""
    targets: Sequence[Any] = ()
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, (ast.AugAssign, ast.AnnAssign)):
        targets = (statement.target,)
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        targets = (statement.value.func,) if isinstance(statement.value.func, ast.Attribute) else ()
    roots = {_root(target) for target in targets}
    return roots.pop() if len(roots) == 1 else ""


def _root(node: Any) -> str:
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
