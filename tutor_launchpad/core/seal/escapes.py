"""One pattern for all the ways in which JSON, YAML, HTML, URLs, shells, SQL and programs escape a secret.

Escapes mix (JSON in YAML in a shell's quotes), so each character stands for itself or for any escape of it.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from html.entities import codepoint2name

_LONGEST = 256
"""Longer values (keys) are looked for by their lines."""
_CONTINUATION = r"(?:\\\r?\n[ \t]*\\?)?"
_CONTROLS = {"\n": "n", "\t": "t", "\r": "r", "\b": "b", "\f": "f", "\v": "v", "\a": "a", "\0": "0", "\x1b": "e"}
_RUN = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_WRAPPED = re.compile(r"(?:[A-Za-z0-9+/_-]{56,}\r?\n[ \t]*)+[A-Za-z0-9+/_-]*={0,2}")


@lru_cache(maxsize=4096)
def escaped(value: str) -> re.Pattern[str] | None:
    """The pattern of a value; None where no escape changes it."""
    if len(value) > _LONGEST or re.fullmatch(r"[A-Za-z0-9_.-]*", value):
        return None
    forms = {unicodedata.normalize(form, value) for form in ("NFC", "NFD")} | {value}
    return re.compile("|".join(_CONTINUATION.join(map(_character, form)) for form in sorted(forms)))


def decoded_runs(text: str) -> Iterator[tuple[str, str]]:
    """(run, what it means) for each part of a text that is base64 of a text."""
    runs = {match.group() for pattern in (_RUN, _WRAPPED) for match in pattern.finditer(text)}
    for run in sorted(runs):
        solid = re.sub(r"[\s=]", "", run).replace("-", "+").replace("_", "/")
        if len(solid) % 4 == 1:
            continue
        try:
            yield run, base64.b64decode(solid + "=" * (-len(solid) % 4)).decode()
        except UnicodeDecodeError:
            continue


def _character(character: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9]", character):
        return character
    code = ord(character)
    ways = [rf"\\*{re.escape(character)}", *_numbers(code), rf"&(?:amp;)*#0*(?:{code}|[xX]0*{_hexadecimal(code)});"]
    data = character.encode(errors="surrogatepass")
    for sign in ("%(?:25)*", r"\\+x"):
        ways.append("".join(f"{sign}{_hexadecimal(byte)}" for byte in data))
    if code in codepoint2name:
        ways.append(rf"&(?:amp;)*{codepoint2name[code]};")
    ways += _SPECIAL.get(character, [])
    if character in _CONTROLS:
        ways.append(rf"\\+{_CONTROLS[character]}")
    return f"(?:{'|'.join(ways)})"


def _numbers(code: int) -> Iterator[str]:
    """By its number, as programs write it."""
    if code < 256:
        yield rf"\\+x{_hexadecimal(code)}"
    if code < 65536:
        yield rf"\\+u{_hexadecimal(code, 4)}"
        yield rf"\\+u\{{0*{_hexadecimal(code)}\}}"
    else:
        high, low = 0xD800 + ((code - 0x10000) >> 10), 0xDC00 + ((code - 0x10000) & 0x3FF)
        yield rf"\\+u{_hexadecimal(high, 4)}\\+u{_hexadecimal(low, 4)}"
    yield rf"\\+U{_hexadecimal(code, 8)}"


def _hexadecimal(number: int, digits: int = 2) -> str:
    """Hexadecimal in capitals or not."""
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in f"{number:0{digits}x}")


_SPECIAL = {
    "'": [r"''", r"'\\+''", "'\"'\"'", r"&(?:amp;)*apos;"],
    '"': ['""', r"&(?:amp;)*quot;"],
    "$": [r"\$\$"],
    "%": ["%%"],
    "\\": [r"\\+"],
    " ": [r"\+", r"\\?\s+\\?"],
    "\n": [r"\\?\s*\n\s*", r"\s+"],
    "\r": [r"\s*"],
}
