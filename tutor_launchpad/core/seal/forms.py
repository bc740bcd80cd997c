"""The forms in which a secret may stand in a text, and finding, naming and masking them."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote, quote_plus

from Crypto.PublicKey import RSA

SHORTEST = 4
"""A shorter secret occurs everywhere by chance."""

_SHORTEST_LINE = 16
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL)


class Forms:
    """Every form of a set of secrets. `names`: form → the setting that it gives away."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self.names: dict[str, str] = {}
        self.plain: dict[str, str] = {}
        for name, value in secrets.items():
            for plain in _parts(value):
                self.plain.setdefault(plain, name)
                for form in _encodings(plain):
                    self.names.setdefault(form, name)
            for number in _rsa_numbers(value):
                self.names.setdefault(number, name)

    def within(self, text: str) -> list[str]:
        """The forms that occur in a text, longest first."""
        return sorted((form for form in self.names if form in text), key=lambda form: (-len(form), form))


class Finder:
    """Finds the given forms in many texts; `narrowed` leaves those that occur at all, which makes it quick."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = dict(names)
        ordered = sorted(names, key=lambda form: (-len(form), form))
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    @classmethod
    def narrowed(cls, forms: Forms, text: str) -> Finder:
        """A finder for texts that are parts of `text`."""
        return cls({form: forms.names[form] for form in forms.within(text)})

    def matches(self, text: str) -> Iterator[re.Match[str]]:
        """The longest forms in a text, from left to right, without overlap."""
        return self._pattern.finditer(text) if self._pattern else iter(())

    def settings(self, text: str) -> list[str]:
        """The settings that a text gives away, sorted."""
        return sorted({self.names[match.group()] for match in self.matches(text)})

    def replace(self, text: str) -> str:
        """The text with `«SETTING»` in place of each secret."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: f"«{self.names[match.group()]}»", text)


class Mask:
    """Replaces secrets in any form by `«SETTING»`, for logs and messages."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._forms = Forms({name: value for name, value in secrets.items() if len(value) >= SHORTEST})

    def __call__(self, text: str) -> str:
        return Finder.narrowed(self._forms, text).replace(text)


def _parts(value: str) -> Iterator[str]:
    """The value, and for one of several lines each telling line: a copy may be indented or joined otherwise."""
    stripped = value.strip()
    yield stripped
    lines = stripped.splitlines()
    if len(lines) > 1:
        for line in map(str.strip, lines):
            if len(line) >= _SHORTEST_LINE and not line.startswith("-----"):
                yield line


def _encodings(plain: str) -> Iterator[str]:
    data = plain.encode()
    yield plain
    yield json.dumps(plain)[1:-1]
    yield json.dumps(plain, ensure_ascii=False)[1:-1]
    yield quote(plain, safe="")
    yield quote(plain)
    yield quote_plus(plain)
    yield html.escape(plain)
    yield plain.replace("'", "''")
    yield from _base64(data)
    yield from (text.replace("+", "-").replace("/", "_") for text in list(_base64(data)))


def _base64(data: bytes) -> Iterator[str]:
    """Base64 of the data alone, and what of it shows inside longer base64 at each of the three alignments."""
    yield base64.b64encode(data).decode()
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + data).decode().rstrip("=")
        first = (0, 2, 3)[shift]
        last = len(text) if (shift + len(data)) % 3 == 0 else len(text) - 1
        inner = text[first:last]
        if len(inner) >= 2 * SHORTEST:
            yield inner


def _rsa_numbers(value: str) -> Iterator[str]:
    """The secret numbers of RSA keys in a text, in decimal, hexadecimal and base64url (as JWK has them)."""
    for match in _PEM.finditer(value):
        try:
            key = RSA.import_key(match.group())
        except (ValueError, IndexError, TypeError):
            continue
        if not key.has_private():
            continue
        d, p, q = int(key.d), int(key.p), int(key.q)
        for number in (d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p), pow(p, -1, q)):
            data = number.to_bytes((number.bit_length() + 7) // 8, "big")
            yield str(number)
            yield data.hex()
            yield data.hex().upper()
            yield base64.urlsafe_b64encode(data).decode().rstrip("=")
            yield base64.b64encode(data).decode().rstrip("=")
