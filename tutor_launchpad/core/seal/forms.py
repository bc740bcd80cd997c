"""The forms in which a secret may stand in a text.

A *written* form is the value itself or an escape of it: exactly that text may be taken out.
An *encoded* form is part of a longer encoding whose neighbours tell of the secret too: all of that encoding is taken.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from urllib.parse import quote, quote_plus

from Crypto.PublicKey import RSA

from tutor_launchpad.core.seal.escapes import decoded_runs, unescaped
from tutor_launchpad.core.secrets import PEM, SHORTEST, is_secret_name

_SHORTEST_LINE = 16
_SHORTEST_ENCODED = 6
_SHORTEST_CASED = 8
_LONG_TEXT = 20_000
"""Characters from which it pays to sort out first what cannot occur in a text."""
_LITERAL = re.compile(r"[A-Za-z0-9_.-]*")
_SHORTEST_PLAIN = 6
_LONGEST_PLAIN = 300
"""Longer values are keys, which are looked for by their lines."""
_DEEPEST = 3
"""How often base64 in base64 is decoded."""
_ALGORITHMS = ("md5", "sha1", "sha256", "sha512")
_DIGEST = 10
"""Characters of a digest that are looked for: a name may hold a cut one."""


class Forms:
    """Every form of a set of secrets. `names`: form → the setting that it gives away; `encoded`: those of that kind."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self.names: dict[str, str] = {}
        self.encoded: set[str] = set()
        self._special: dict[str, str] = {}
        for name, value in secrets.items():
            if len(value.strip()) < SHORTEST:
                continue
            for form, encoded in _forms(value):
                if form not in self.names:
                    self.names[form] = name
                    if encoded:
                        self.encoded.add(form)
            for part in (value.strip(), *_json_secrets(value.strip())):
                plain = unescaped(part).text.strip()
                if not _LITERAL.fullmatch(part) and _SHORTEST_PLAIN <= len(plain) <= _LONGEST_PLAIN:
                    self._special.setdefault(plain, name)

    def within(self, text: str) -> list[str]:
        """The forms that occur in a text, longest first. What is escaped or encoded in its own way becomes a form."""
        self._learn(text, _DEEPEST)
        found: Iterable[str] = self.names
        if len(text) > _LONG_TEXT:
            fours = _fours(text)
            found = [form for form in self.names if _first_four(form) in fours]
        return sorted((form for form in found if form in text), key=lambda form: (-len(form), form))

    def _learn(self, text: str, depth: int) -> None:
        """Add the unusual forms that a text holds: mixed escapes, and base64 of any form."""
        special = {part: name for part, name in self._special.items() if _longest_word(part) in text}
        plain = unescaped(text if special else "")
        for part, name in special.items():
            for written in plain.written(part):
                self.names.setdefault(written, name)
        for run, meaning in decoded_runs(text) if depth else ():
            if run in self.names:
                continue
            self._learn(meaning, depth - 1)
            told = next((name for form, name in self.names.items() if form in meaning), None)
            if told is not None:
                self.names[run] = told
                self.encoded.add(run)


def _fours(text: str) -> frozenset[int]:
    """All that stands in four bytes in a row, as numbers: sets of texts would take twice the time."""
    data = text.encode(errors="surrogatepass") + bytes(8)
    size = len(data) // 4 * 4 - 4
    return frozenset().union(*(memoryview(data)[shift : shift + size].cast("I") for shift in range(4)))


def _first_four(form: str) -> int:
    return int.from_bytes(form.encode(errors="surrogatepass")[:4], sys.byteorder)


def _longest_word(text: str) -> str:
    """The part of a text that no escape changes."""
    words: list[str] = re.findall(r"[A-Za-z0-9]*", text)
    return max(words, key=len)


def private_keys(text: str) -> list[str]:
    """The private keys in a text, whoever they belong to."""
    if "PRIVATE KEY-----" not in text:
        return []
    return [match.group() for match in PEM.finditer(text) if re.search(r"[A-Za-z0-9+/]{32}", match.group())]


def digests(value: bytes) -> Iterator[str]:
    """The beginnings of plain digests, from each of which an 8-character password can be guessed."""
    found = [hashlib.new(algorithm, value, usedforsecurity=False).digest() for algorithm in _ALGORITHMS]
    found.append(hashlib.sha1(found[1], usedforsecurity=False).digest())  # MySQL's own
    for digest in found:
        yield digest.hex()[:_DIGEST]
        yield digest.hex()[:_DIGEST].upper()
        yield base64.b64encode(digest).decode()[:_DIGEST]


@lru_cache(maxsize=4096)
def _forms(value: str) -> tuple[tuple[str, bool], ...]:
    """(form, whether it is an encoded one). Written ones come first, so that they win."""
    numbers = [number for key in _rsa_keys(value) for number in _private_numbers(key)]
    parts = dict.fromkeys(_parts(value, _moduli(value)))
    found = [(form, False) for part in parts for form in _written(part)]
    for part in parts:
        found += [(form, True) for form in _encodings(part.encode())]
    found += [(digest, True) for digest in digests(value.encode())]
    for number in numbers:
        data = number.to_bytes((number.bit_length() + 7) // 8, "big")
        written = (str(number), f"{number:x}", f"{number:X}", data.hex(":"), data.hex(":").upper())
        found += [(form, True) for form in (*written, *_encodings(data))]
    return tuple(found)


def _parts(value: str, public: str) -> Iterator[str]:
    """The value, and what tells it where it is indented, joined or taken apart. `public`: lines within it tell nothing."""
    stripped = value.strip()
    yield value
    yield stripped
    for leaf in _json_secrets(stripped):
        yield from _parts(leaf, public)
    for line in map(str.strip, stripped.splitlines() if "\n" in stripped and stripped[0] not in "{[" else ()):
        if len(line) >= _SHORTEST_LINE and not line.startswith("-----") and line not in public:
            yield line
    decoded = _decoded_pem(stripped) or (
        stripped.replace("\\n", "\n") if "\\n" in stripped and PEM.search(value) else ""
    )
    if decoded:
        yield from _parts(decoded, public)


def _json_secrets(text: str) -> Iterator[str]:
    """The values under a secret's name in JSON, such as a registry's credentials."""
    if not text.startswith(("{", "[")):
        return
    try:
        queue: list[tuple[str, object]] = [("", json.loads(text))]
    except ValueError:
        return
    while queue:
        name, value = queue.pop()
        if isinstance(value, dict):
            queue += [(str(key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            queue += [(name, inner) for inner in value]
        elif isinstance(value, str) and len(value) >= SHORTEST and (name == "auth" or is_secret_name(name)):
            yield value


def _decoded_pem(text: str) -> str:
    """The private key in a value that is base64, as a Secret's `data` wants it; else nothing."""
    if not text.startswith("LS0tLS1CRUdJTi"):
        return ""
    try:
        decoded = base64.b64decode("".join(text.split()), validate=True).decode()
    except ValueError:
        return ""
    return decoded if PEM.search(decoded) else ""


def _written(plain: str) -> Iterator[str]:
    """The value and its escapes: JSON, URL, XML and HTML, YAML, shell, Kubernetes' and Python's formats."""
    yield plain
    if len(plain) >= _SHORTEST_CASED:
        yield from (plain.lower(), plain.upper())
    if _LITERAL.fullmatch(plain):
        return
    escaped = json.dumps(plain)[1:-1]
    yield from (escaped, json.dumps(plain, ensure_ascii=False)[1:-1], json.dumps(escaped)[1:-1])
    yield escaped.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    for quoted in (quote(plain, safe=""), quote(plain), quote_plus(plain)):
        yield quoted
        yield re.sub("%[0-9A-F]{2}", lambda match: match.group().lower(), quoted)
    for marked in (html.escape(plain), html.escape(plain, quote=False)):
        yield from (marked, marked.replace("&#x27;", "&#39;").replace("&quot;", "&#34;"))
        yield marked.replace("&#x27;", "&apos;")
    yield from (plain.replace("'", "''"), plain.replace("'", "'\"'\"'"), plain.replace("'", "'\\''"))
    yield from (plain.replace("$", "$$"), plain.replace("%", "%%"), plain.replace("\\", "\\\\").replace("'", "\\'"))


def _encodings(data: bytes) -> Iterator[str]:
    """Hexadecimal, and what shows in base64 of both alphabets at each of the three alignments."""
    yield data.hex()
    yield data.hex().upper()
    for text in _base64(data):
        yield text
        if "+" in text or "/" in text:
            yield text.replace("+", "-").replace("/", "_")


def _base64(data: bytes) -> Iterator[str]:
    """The characters of base64 that only the data determines, for each number of bytes before it (modulo 3)."""
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + data).decode().rstrip("=")
        first = (0, 2, 3)[shift]
        last = len(text) if (shift + len(data)) % 3 == 0 else len(text) - 1
        if last - first >= _SHORTEST_ENCODED:
            yield text[first:last]


def _rsa_keys(value: str) -> Iterator[RSA.RsaKey]:
    for match in PEM.finditer(_decoded_pem(value.strip()) or value.replace("\\n", "\n")):
        try:
            key = RSA.import_key(match.group())
        except (ValueError, IndexError, TypeError):
            continue
        if key.has_private():
            yield key


def _private_numbers(key: RSA.RsaKey) -> tuple[int, ...]:
    d, p, q = int(key.d), int(key.p), int(key.q)
    return (d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p), pow(p, -1, q))


def _moduli(value: str) -> str:
    """The modulus of RSA keys in base64: a PEM line inside it also stands in the public key."""
    moduli = (int(key.n) for key in _rsa_keys(value))
    return "\0".join(text for n in moduli for text in _base64(n.to_bytes((n.bit_length() + 7) // 8, "big")))
