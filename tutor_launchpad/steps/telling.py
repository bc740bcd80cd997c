"""Says how a workflow's run goes on: each news once, and what a pod waits for where it waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from launchpad_workflows.watch import Part, Progress

_USUAL = ("", "PodInitializing", "ContainerCreating")
"""What every pod waits for."""


class Teller:
    """Hears of progress, and tells what it has not told yet. A pod that starts to wait again is no news."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._told: set[str] = set()

    def __call__(self, seen: Progress) -> None:
        """Tell."""
        text = f"workflow {seen.phase} {', '.join(map(_phase, seen.parts)) or seen.message}".strip()
        for line in (text, *filter(None, map(_obstacle, seen.parts))):
            if line not in self._told:
                self._told.add(line)
                self._say(line)


def _phase(part: Part) -> str:
    again = f" (attempt {part.attempts})" if part.attempts > 1 else ""
    return f"{part.resource}/{part.server} {part.phase}{again}".rstrip()


def _obstacle(part: Part) -> str:
    """Why a pod does not start: an image that cannot be pulled, a Secret that is not there, no room."""
    reason, _, rest = part.message.partition(":")
    if part.phase != "Pending" or reason in _USUAL:
        return ""
    if reason in ("ErrImagePull", "ImagePullBackOff"):  # they take turns
        return f"{part.resource}/{part.server}: its image cannot be pulled:{rest.partition('ErrImagePull:')[2] or rest}"
    return f"{part.resource}/{part.server}: {part.message}"
