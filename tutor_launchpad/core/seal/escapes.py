"""Texts as they are without the escapes of JSON, YAML, HTML, URLs, shells, SQL and programs.

Escapes mix (JSON in YAML in a shell's quotes), so no list of escaped forms is complete. Instead both the secret and the text are
brought to one form: escapes are undone, white space is made one blank, and what is doubled or quoted in many ways is left out.
"""

from __future__ import annotations

import base64
import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

_TOKEN = re.compile(
    r"\\{1,16}\r?\n[ \t]*\\{0,16}"  # a line that goes on
    r"|(?:\\{1,16}(?:u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]{1,6}\}|U[0-9a-fA-F]{8}))+"
    r"|(?:\\{1,16}x[0-9a-fA-F]{2})+"
    r"|(?:%(?:25)*[0-9a-fA-F]{2})+"
    r"|&(?:amp;)*(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});"
    r"|(?:[\s+]|\\{1,16}[nrt]){2,}|[^\S ]|\+|\\{1,16}[nrt]"  # a single blank stays
    r"|[\\'\"$%`]+"
    r"|[^\x00-\x7f]+"
)
_LEFT_OUT = re.compile(r"[\\'\"$%`]")
_BLANK = re.compile(r"[\s+]+")
_ESCAPE = re.compile(r"\\+[uU]\{?([0-9a-fA-F]+)\}?")
_RUN = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_WRAPPED = re.compile(r"(?:[A-Za-z0-9+/_-]{56,}\r?\n[ \t]*)+[A-Za-z0-9+/_-]*={0,2}")


@dataclass(frozen=True)
class Plain:
    """A text without escapes, and where its parts stand in the original: at `here[i]` what stood at `there[i]`."""

    original: str
    text: str
    here: list[int]
    there: list[int]

    def written(self, part: str) -> Iterator[str]:
        """How each occurrence of a part is written in the original."""
        start = self.text.find(part)
        while start >= 0:
            yield self.original[self._original(start, False) : self._original(start + len(part), True)]
            start = self.text.find(part, start + 1)

    def _original(self, position: int, is_end: bool) -> int:
        index = bisect_right(self.here, position - 1 if is_end else position) - 1
        offset = position - self.here[index]
        if index % 2:  # a token, which stands for all of its characters
            return self.there[index + 1] if is_end else self.there[index]
        return self.there[index] + offset


def unescaped(text: str) -> Plain:
    """The text without escapes. Even segments are as they were, odd ones stand for a token."""
    parts: list[str] = []
    here, there = [0], [0]
    end = length = 0
    for match in _TOKEN.finditer(text):
        meaning = _meaning(match.group())
        parts += [text[end : match.start()], meaning]
        length += match.start() - end
        here.append(length)
        there.append(match.start())
        length, end = length + len(meaning), match.end()
        here.append(length)
        there.append(end)
    parts.append(text[end:])
    return Plain(text, "".join(parts), here, there)


def _meaning(token: str) -> str:
    if token[0] == "&":
        return _character(html.unescape(re.sub("&(?:amp;)+(?=.)", "&", token)))
    if token[0] == "%" and len(token) > 1 and token[1] not in "%\\'\"$`":
        return _character(unquote_to_bytes(re.sub("%(?:25)+", "%", token)).decode(errors="replace"))
    if re.match(r"\\+x", token):
        data = bytes.fromhex(re.sub(r"\\+x", "", token))
        try:
            return _character(data.decode())
        except UnicodeDecodeError:
            return _character(data.decode("latin-1"))
    if re.match(r"\\+[uU]", token):
        return _character(_code_points(token))
    if re.match(r"\\+\r?\n", token):
        return ""
    return _character(re.sub(r"\\{1,16}[nrt]", " ", token))


def _code_points(token: str) -> str:
    numbers = [int(number, 16) for number in _ESCAPE.findall(token)]
    text = "".join(chr(number) if number < 0x110000 else "" for number in numbers)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(text: str) -> str:
    return unicodedata.normalize("NFD", _BLANK.sub(" ", _LEFT_OUT.sub("", text)))


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
