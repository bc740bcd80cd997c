"""What went wrong in a run of OpenTofu or Terraform, as the error that people get."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tutor_launchpad.core.errors import Conflict, LaunchpadError, Unreachable
from tutor_launchpad.core.infrastructure.events import Diagnostic
from tutor_launchpad.core.infrastructure.tools import Tool

LOCKED = "Error acquiring the state lock"
MOST = 5
LONGEST = 500
_UNREACHABLE = ("dial tcp", "no such host", "i/o timeout", "connection refused", "could not connect", "TLS handshake")
_OPERATIONS = {"OperationTypeApply": "an apply", "OperationTypePlan": "a plan"}


def fault(tool: Tool, doing: str, errors: Sequence[Diagnostic], other: str) -> LaunchpadError:
    """The error of a run that failed at `doing`; `other`: what it said in no form."""
    held = next((one for one in errors if one.summary == LOCKED), None)
    if held is not None:
        return _locked(tool, held)
    texts = [_cut(str(one)) for one in errors[:MOST]] or [_cut(" ".join(other.split())) or "it said nothing"]
    if len(errors) > MOST:
        texts.append(f"and {len(errors) - MOST} more errors")
    kind = Unreachable if any(sign in text for text in texts for sign in _UNREACHABLE) else LaunchpadError
    if len(texts) == 1:
        return kind(f"{tool} failed to {doing}: {texts[0]}")
    return kind("\n".join([f"{tool} failed to {doing}:", *(f"  - {text}" for text in texts)]))


def _locked(tool: Tool, held: Diagnostic) -> LaunchpadError:
    told = {key: value.strip() for key, value in re.findall(r"^\s*(ID|Operation|Who|Created):(.*)$", held.detail, re.M)}
    if not told.get("ID"):
        first = next((line for line in held.detail.splitlines() if line.strip()), "")
        return LaunchpadError(f"{tool} cannot lock the state: {_cut(first.removeprefix('Error message: '))}")
    what = _OPERATIONS.get(told.get("Operation", ""), "a run")
    since = re.sub(r"\.\d+ \+0000", "", told.get("Created", ""))
    return Conflict(
        f"{told.get('Who') or 'Somebody'} holds the lock of the state with {what} since {since}: wait for its end; if "
        f"nothing runs there any more, unlock it with `{tool.name} -chdir=terraform force-unlock {told['ID']}`."
    )


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
