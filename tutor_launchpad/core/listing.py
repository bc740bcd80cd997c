"""Names for people to read."""

from __future__ import annotations

from collections.abc import Sequence


def listed(values: Sequence[object], most: int, noun: str = "") -> str:
    """The first `most` of them, and how many more there are: `a, b and 3 more places`."""
    more = len(values) - most
    rest = f" and {more} more{' ' + noun if noun else ''}" if more > 0 else ""
    return ", ".join(map(str, values[:most])) + rest
