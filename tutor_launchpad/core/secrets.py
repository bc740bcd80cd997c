"""Which settings are secret, by one rule for Tutor and every plugin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote

from tutor_launchpad.core.types import Config

WORDS = frozenset({"PASSWORD", "SECRET", "TOKEN", "DSN"})
ENDINGS = (
    "SECRET_KEY",
    "PRIVATE_KEY",
    "MASTER_KEY",
    "API_KEY",
    "LICENSE_KEY",
    "REGISTRY_CREDENTIALS",
    "CUSTOM_CERTS",
)
GENERATORS = re.compile(r"random_string|rsa_private_key|uid_master_hash")
GENERATED_PUBLIC = frozenset({"ID"})
_USERINFO = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://([^/?#\s@'\"]*):([^/?#\s'\"]*)@")


def is_secret_name(name: str) -> bool:
    """Whether a setting or an environment variable with this name holds a secret."""
    upper = name.upper()
    return upper.endswith(ENDINGS) or not WORDS.isdisjoint(re.split(r"[^A-Z0-9]+", upper))


def find_secrets(
    config: Config, templates: Mapping[str, object], added: Iterable[str] = (), removed: Iterable[str] = ()
) -> dict[str, str]:
    """Setting path (`NAME`, `NAME.key`, `NAME[0]`) → secret value, as it may occur in manifests.

    `config` is rendered; `templates` has the defaults before rendering, whose generators tell a secret.
    """
    public, named = frozenset(removed), frozenset(added)
    found: dict[str, str] = {}
    for name, value in config.items():
        if name in public:
            continue
        whole = name in named or is_secret_name(name) or _is_generated(name, templates.get(name))
        for path, leaf, secret in _leaves(name, value, whole):
            found |= {path: leaf} if secret and _can_be_secret(leaf) else _userinfo(path, leaf)
    return found


def _is_generated(name: str, template: object) -> bool:
    return isinstance(template, str) and name not in GENERATED_PUBLIC and bool(GENERATORS.search(template))


def _leaves(path: str, value: object, secret: bool) -> Iterator[tuple[str, str, bool]]:
    """Path, text and whether it is secret, for every text and number inside a value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            named = not str(key).lower().endswith("name") and (secret or is_secret_name(str(key)))
            yield from _leaves(f"{path}.{key}", inner, named)
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            yield from _leaves(f"{path}[{index}]", inner, secret)
    elif isinstance(value, str):
        yield path, value, secret
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield path, str(value), secret


def _can_be_secret(text: str) -> bool:
    """Empty texts and switches under a secret's name say nothing."""
    return bool(text.strip()) and text.lower() not in ("true", "false", "none", "null")


def _userinfo(path: str, text: str) -> dict[str, str]:
    """The passwords in the URLs of a text."""
    found: dict[str, str] = {}
    for number, match in enumerate(_USERINFO.finditer(text)):
        name = f"{path} (password{f' {number + 1}' if number else ''} in its URL)"
        password = match.group(2)
        if password:
            found[name] = password
            if unquote(password) != password:
                found[f"{name}, decoded"] = unquote(password)
    return found
