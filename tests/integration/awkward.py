"""Names and passwords that break text that is put together."""

from __future__ import annotations

import string

import pytest

AWKWARD = {
    "underscore": "a_b_c",
    "percent": "100%",
    "format": "%s %d %%",
    "single quote": "it's",
    "double quote": 'say "so"',
    "backtick": "tick`tock",
    "dollar": "$name",
    "question": "really?",
    "unicode": "größe",
    "wide": "日本語",
    "64 characters": "x" * 64,
    "comment": "a--b#c",
    "semicolon": "; DROP DATABASE mysql",
}
PASSWORDS = [
    string.printable.strip(),
    string.punctuation[::-1],
    " spaces at both ends ",
    "größe 日本語",
    "%(name)s {0} $1",
]
each_password = pytest.mark.parametrize("password", PASSWORDS)
hardest_passwords = pytest.mark.parametrize("password", [PASSWORDS[0], f" {PASSWORDS[3]} "], ids=["ascii", "unicode"])
"""For servers on which a run takes longer, and whose clients put no text together."""
