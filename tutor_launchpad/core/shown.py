"""Settings as people may see them: each with where its value comes from, and nothing secret. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tutor_launchpad.core.errors import NotFound
from tutor_launchpad.core.instance import dump_settings
from tutor_launchpad.core.types import Config

FILE = "config.yml"
GENERATED = "generated"
DEFAULT = "default"


@dataclass(frozen=True)
class Shown:
    """One setting. `value`: with `«SETTING»` in place of what is secret; `origin`: where it comes from."""

    name: str
    value: Any
    origin: str

    @property
    def is_chosen(self) -> bool:
        """Whether it is neither a default nor generated."""
        return DEFAULT not in self.origin and self.origin != GENERATED


def shown_settings(
    config: Config, origins: Mapping[str, str], secrets: Mapping[str, str], mask: Callable[[str], str]
) -> list[Shown]:
    """Every setting, by name. `secrets`: paths of settings, as `find_secrets` gives them; `mask`: made of the same."""
    return [Shown(name, masked(config[name], name, secrets, mask), origins[name]) for name in sorted(config)]


def masked(value: Any, path: str, secrets: Mapping[str, str], mask: Callable[[str], str]) -> Any:
    """The value without what is secret: leaves that are, and whatever tells of them in any form."""
    if path in secrets:
        return f"«{path}»"
    if isinstance(value, dict):
        return {mask(str(key)): masked(inner, f"{path}.{key}", secrets, mask) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(inner, f"{path}[{index}]", secrets, mask) for index, inner in enumerate(value)]
    if value is None or isinstance(value, bool):
        return value
    text = mask(str(value))
    return value if text == str(value) else text


def chosen(settings: Iterable[Shown], names: Iterable[str]) -> list[Shown]:
    """Those with these names; raises `NotFound` for a name that no setting has."""
    known = {one.name: one for one in settings}
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name.upper(), known, 3)
            hint = f"is it {' or '.join(near)}?" if near else "see `tutor launchpad config --all`."
            raise NotFound(f"No setting has the name {name}: {hint}")
    return [known[name] for name in dict.fromkeys(names)]


def describe_settings(settings: Iterable[Shown]) -> str:
    """YAML, with a comment above those of one origin."""
    groups: dict[str, Config] = {}
    for one in settings:
        groups.setdefault(one.origin, {})[one.name] = one.value
    ordered = sorted(groups, key=lambda origin: (origin != FILE, DEFAULT in origin, origin == GENERATED, origin))
    return "\n".join(f"# {origin}\n{dump_settings(groups[origin]).decode()}" for origin in ordered).rstrip()
