"""Moves secrets out of a container's command, args and environment, so that it gets exactly what it got before."""

from __future__ import annotations

from dataclasses import dataclass, field

from tutor_launchpad.core.seal.expansion import environment, expand, is_known
from tutor_launchpad.core.seal.forms import Finder
from tutor_launchpad.core.seal.naming import encode
from tutor_launchpad.core.secrets import is_secret_name
from tutor_launchpad.core.types import Object

PREFIX = "LAUNCHPAD_SEALED_"


@dataclass
class Taken:
    """The values taken out of one container: variable → value."""

    values: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def variable(self, value: str) -> str:
        """The variable that holds this value; equal values share one."""
        for name, known in self.values.items():
            if known == value:
                return name
        name = f"{PREFIX}{len(self.values)}"
        self.values[name] = value
        return name

    @property
    def data(self) -> dict[str, str]:
        """The values as a Secret's data."""
        return {name: encode(value) for name, value in self.values.items()}


def seal_container(container: Object, place: str, finder: Finder) -> Taken:
    """Rewrite the container in place; `place` names it in problems.

    The caller adds the variables, with `reference`, once the Secret that holds them has its name.
    """
    taken = Taken()
    entries = container.get("env") or []
    original = environment(entries)
    before: dict[str, str] = {}
    for entry in entries:
        name, text = entry["name"], entry.get("value")
        if isinstance(text, str) and "valueFrom" not in entry:
            whole = is_secret_name(name) and bool(text.strip()) and is_known(original[name]) and not _is_reference(text)
            entry["value"] = _seal_text(text, before, taken, finder, f"{place}.env[{name}]", whole)
        before[name] = original[name]
    for field_name in ("command", "args"):
        texts = container.get(field_name)
        if texts:
            container[field_name] = [
                _seal_text(text, original, taken, finder, f"{place}.{field_name}[{index}]", False)
                for index, text in enumerate(texts)
            ]
    return taken


def add_references(container: Object, variables: list[str], secret: str) -> None:
    """Put the variables first, so that whatever follows may refer to them."""
    own = [{"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": name}}} for name in variables]
    container["env"] = [*own, *(container.get("env") or [])]


def _seal_text(
    text: object, variables: dict[str, str], taken: Taken, finder: Finder, place: str, whole: bool
) -> object:
    """The text with references in place of its secrets, or with one in place of all of it."""
    if not isinstance(text, str):
        return text
    found = list(finder.matches(text))
    if not found and not whole:
        return text
    expanded = expand(text, variables)
    if not whole:
        parts, end = [], 0
        for match in found:
            parts += [text[end : match.start()], f"$({taken.variable(match.group())})"]
            end = match.end()
        sealed = "".join([*parts, text[end:]])
        if expand(sealed, {**variables, **taken.values}) == expanded and not finder.settings(sealed):
            return sealed
    if not is_known(expanded):
        settings = ", ".join(finder.settings(text)) or "a secret"
        taken.problems.append(
            f"{place}: holds {settings} together with a variable whose value comes from elsewhere, in a way that "
            "Kubernetes would not expand: pass the secret in a variable of its own."
        )
        return text
    return f"$({taken.variable(expanded)})"


def _is_reference(text: str) -> bool:
    return text.startswith("$(") and text.endswith(")") and text.count("$(") == 1
