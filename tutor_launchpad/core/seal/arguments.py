"""Moves secrets out of a container's command, args and environment, so that it gets exactly what it got before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from tutor_launchpad.core.seal.expansion import Variables, pieces
from tutor_launchpad.core.seal.finder import Finder
from tutor_launchpad.core.seal.naming import encode
from tutor_launchpad.core.secrets import can_be_secret, is_secret_name
from tutor_launchpad.core.types import Object

PREFIX = "LAUNCHPAD_SEALED_"


@dataclass
class Taken:
    """The values taken out of one container: variable → value."""

    values: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def data(self) -> dict[str, str]:
        """The values as a Secret's data."""
        return {name: encode(value) for name, value in self.values.items()}


def seal_container(container: Object, place: str, finder: Finder) -> Taken:
    """Rewrite the container in place; `place` names it in problems.

    The caller adds the variables, with `add_references`, once the Secret that holds them has its name.
    """
    sealing = _Sealing(place, finder)
    if PREFIX in str([container.get(name) for name in ("env", "command", "args")]):
        sealing.taken.problems.append(f"{place}: names that begin with {PREFIX} are Launchpad's own: choose another.")
        return sealing.taken
    before = Variables(complete=not container.get("envFrom"))
    for entry in container.get("env") or []:
        name, text = entry["name"], entry.get("value")
        after = Variables(dict(before.values), before.complete)
        after.add(entry)
        if isinstance(text, str) and text:
            entry["value"] = sealing.text(text, before, f"env {name}", holds_secret(name, text))
        before = after
    for part in ("command", "args"):
        if container.get(part):
            container[part] = [
                sealing.text(text, before, f"{part}[{index}]", False) if isinstance(text, str) else text
                for index, text in enumerate(container[part])
            ]
    return sealing.taken


def holds_secret(name: str, text: str) -> bool:
    """Whether a literal variable is a secret by its name."""
    literal = "".join(part for is_reference, part in pieces(text, Variables(complete=False)) if not is_reference)
    return is_secret_name(name) and can_be_secret(name, literal)


def add_references(container: Object, variables: list[str], secret: str) -> None:
    """Put the variables first, so that whatever follows may refer to them."""
    own = [{"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": name}}} for name in variables]
    container["env"] = [*own, *(container.get("env") or [])]


class _Sealing:
    """One container."""

    def __init__(self, place: str, finder: Finder) -> None:
        self.place, self.finder, self.taken = place, finder, Taken()

    def text(self, text: str, variables: Variables, where: str, whole: bool) -> str:
        """The text with references in place of its secrets or, where that would change it, of all that is literal."""
        settings = self.finder.settings(text)
        if not settings and not whole:
            return text
        ways = (_all_sealed,) if whole else (_secrets_sealed, _all_sealed)
        for way in ways:
            names = {value: name for name, value in self.taken.values.items()}
            sealed = way(text, variables, self.finder, partial(_reference, names))
            values = {name: value for value, name in names.items()}
            with_own = Variables({**variables.values, **values}, variables.complete)
            if with_own.seen(sealed) == variables.seen(text) and not self.finder.found_in(sealed):
                self.taken.values = values
                return sealed
        self.taken.problems.append(
            f"{self.place} {where} holds {', '.join(settings) or 'a secret'} in a way that cannot be taken out without "
            "changing what the container gets: pass the secret in a variable of its own."
        )
        return ""  # said once; the whole is refused


def _secrets_sealed(text: str, variables: Variables, finder: Finder, refer: Callable[[str], str]) -> str:
    parts, end = [], 0
    for span in finder.spans(text):
        parts += [text[end : span.start], refer(text[span.start : span.end])]
        end = span.end
    return "".join([*parts, text[end:]])


def _all_sealed(text: str, variables: Variables, finder: Finder, refer: Callable[[str], str]) -> str:
    """References that Kubernetes may replace stay: their values are not known here, or are another's to change."""
    return "".join(part if is_reference else refer(part) for is_reference, part in pieces(text, variables))


def _reference(names: dict[str, str], value: str) -> str:
    """A reference to the variable with this value; equal values share one."""
    return f"$({names.setdefault(value, f'{PREFIX}{len(names)}')})"
