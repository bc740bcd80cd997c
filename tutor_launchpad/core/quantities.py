"""Kubernetes quantities (`500m`, `2Gi`) as exact numbers."""

from __future__ import annotations

import re
from decimal import Decimal

from tutor_launchpad.core.errors import Refused

_SUFFIXES = {
    "": Decimal(1), "n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"),
    "k": Decimal(10**3), "M": Decimal(10**6), "G": Decimal(10**9),
    "T": Decimal(10**12), "P": Decimal(10**15), "E": Decimal(10**18),
    "Ki": Decimal(2**10), "Mi": Decimal(2**20), "Gi": Decimal(2**30),
    "Ti": Decimal(2**40), "Pi": Decimal(2**50), "Ei": Decimal(2**60),
}  # fmt: skip
_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?")


def parse_quantity(value: object) -> Decimal:
    """The number that a quantity means. Raises `Refused` where it is none."""
    match = _QUANTITY.fullmatch(str(value).strip())
    if not match:
        raise Refused([f"{value!r} is not a Kubernetes quantity: write it like 500m, 2 or 4Gi."])
    return Decimal(match[1]) * _SUFFIXES[match[2] or ""]


def same_quantity(one: object, other: object) -> bool:
    """Whether both are quantities of the same size."""
    try:
        return parse_quantity(one) == parse_quantity(other)
    except Refused:
        return False
