"""Finding, naming and masking secrets in texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tutor_launchpad.core.seal.forms import Forms
from tutor_launchpad.core.secrets import PEM

_ENCODING = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-")
_AFTER = re.compile(r"[A-Za-z0-9+/_=-]*")


@dataclass(frozen=True)
class Span:
    """A part of a text that gives a setting away; secrets that overlap make one span."""

    start: int
    end: int
    setting: str


class Finder:
    """Finds the given forms in many texts; `narrowed` leaves those that occur at all, which makes it quick."""

    def __init__(self, forms: Forms, among: list[str]) -> None:
        self._forms = forms
        self._among = among

    @classmethod
    def narrowed(cls, forms: Forms, text: str) -> Finder:
        """A finder for texts that are parts of `text`."""
        return cls(forms, forms.within(text))

    def __bool__(self) -> bool:
        return bool(self._among)

    def settings(self, text: str) -> list[str]:
        """The settings that a text gives away, sorted."""
        return sorted({self._forms.names[form] for form in self._among if form in text})

    def found_in(self, text: str) -> bool:
        """Whether the text gives any setting away."""
        return any(form in text for form in self._among)

    def spans(self, text: str) -> list[Span]:
        """The parts of a text that give something away, from left to right; of overlapping ones the longest names it."""
        merged: list[Span] = []
        longest = 0
        for span in sorted(self._hits(text), key=lambda hit: (hit.start, -hit.end, hit.setting)):
            if merged and span.start < merged[-1].end:
                last = merged[-1]
                setting = span.setting if span.end - span.start > longest else last.setting
                longest = max(longest, span.end - span.start)
                merged[-1] = Span(last.start, max(last.end, span.end), setting)
            else:
                merged.append(span)
                longest = span.end - span.start
        return merged

    def replace(self, text: str) -> str:
        """The text with `«SETTING»` in place of each secret."""
        parts, end = [], 0
        for span in self.spans(text):
            parts += [text[end : span.start], f"«{span.setting}»"]
            end = span.end
        return "".join([*parts, text[end:]])

    def _hits(self, text: str) -> Iterator[Span]:
        found = [form for form in self._among if form in text]
        for form in found:
            setting = self._forms.names[form]
            start = text.find(form)
            while start >= 0:
                end = start + len(form)
                if form in self._forms.encoded:
                    yield _extended(text, start, end, setting)
                else:
                    yield Span(start, end, setting)
                start = text.find(form, start + 1)
        for match in PEM.finditer(text) if found else ():
            settings = self.settings(match.group())
            if settings:
                yield Span(match.start(), match.end(), settings[0])


def _extended(text: str, start: int, end: int, setting: str) -> Span:
    """The whole encoding around a part of it."""
    while start and text[start - 1] in _ENCODING:
        start -= 1
    after = _AFTER.match(text, end)
    return Span(start, after.end() if after else end, setting)


class Mask:
    """Replaces secrets in any form by `«SETTING»`, for logs and messages."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._forms = Forms(secrets)

    def __call__(self, text: str) -> str:
        return Finder.narrowed(self._forms, text).replace(text)
