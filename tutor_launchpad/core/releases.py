"""Which of two versions of a program is the later one, and what is said where Launchpad itself is the older."""

from __future__ import annotations

from packaging.version import InvalidVersion, Version

from tutor_launchpad.__about__ import __version__


def is_newer(version: str, other: str) -> bool:
    """Whether a version comes after another; what is no version comes after none."""
    try:
        return Version(version) > Version(other)
    except InvalidVersion:
        return False


def newer_problems(place: str, made_by: str, version: str = __version__) -> list[str]:
    """One sentence where a newer Launchpad made what is at this place."""
    if not is_newer(made_by, version):
        return []
    return [
        f"{place} was written by Launchpad {made_by}, and this is {version}: install that one or a later, with "
        f"`pip install 'tutor-launchpad>={made_by}'`."
    ]
