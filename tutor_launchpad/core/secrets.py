"""Which settings are secret, by one rule for Tutor and every plugin; docs/explanation/sealing.md gives the reasons."""

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
    "ACCOUNT_KEY",
    "ENCRYPTION_KEY",
    "SIGNING_KEY",
    "SSH_KEY",
    "REGISTRY_CREDENTIALS",
    "CUSTOM_CERTS",
)
GENERATORS = re.compile(r"\b(random_string|rsa_private_key|uid_master_hash)\b")
GENERATED_PUBLIC = frozenset({"ID"})
NOT_SECRET = frozenset({"LAUNCHPAD_SECRET_SETTINGS"})
"""Named like a secret, but its values are names of settings."""
PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL)
SHORTEST = 4
"""A shorter value occurs everywhere by chance."""
_SHORTEST_TOKEN = 16
"""A user's name in a URL without password is a token from this length on."""

# Last words of names that tell how long, how often or when, such as PASSWORD_MIN_LENGTH.
_MEASURE = re.compile(
    "AGE|ATTEMPTS|COUNT|DAYS|DB|EXPIRATION|EXPIRY|HOURS|INTERVAL|LENGTH|LIFETIME|LIMIT|MAX|MIN|MINUTES|PORT|ROUNDS|"
    "SECONDS|SIZE|TIMEOUT|TTL|VERSION"
)
# Last words of keys inside a secret setting that tell who and where, such as a registry's.
_ADDRESS = re.compile("EMAIL|HOST|HOSTNAME|NAME|PORT|REGISTRY|SERVER|USER|USERNAME")
_COMMON = re.compile(
    "admin|administrator|change-?me|cms|default|edx|example|false|guest|https?|kubernetes|launchpad|lms|local|localhost|"
    "master|mfe|minio|mongo|mongodb|mysql|none|notes|null|nginx|openedx|passw0rd|passwd|password|postgres|production|"
    "public|python|redis|root|secret|studio|test|token|true|tutor|user|username"
)
_SWITCHES = frozenset({"true", "false", "none", "null", "yes", "no", "on", "off"})
_PLACEHOLDERS = frozenset({"x-oauth-basic"})
_FILE_NAME = re.compile(r"\.{0,2}/[\w./-]*")
_OBJECT_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_USERINFO = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*)://([^/?#\s'\"@]*(?:@[^/?#\s'\"@]*)*)@")


def is_secret_name(name: str) -> bool:
    """Whether a setting, a key or an environment variable with this name holds a secret."""
    words = _words(name)
    return "_".join(words).endswith(ENDINGS) or not WORDS.isdisjoint(words)


def _words(name: str) -> list[str]:
    return re.split(r"[^A-Z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper())


def _last_word(name: str) -> str:
    return _words(name)[-1]


def can_be_secret(name: str, value: str) -> bool:
    """Whether a value under a secret's name says anything: no switch, measure, or place where the secret lies."""
    last = _last_word(name)
    if not value.strip() or value.strip().lower() in _SWITCHES:
        return False
    if _MEASURE.fullmatch(last) and re.fullmatch(r"\d+(\.\d+)?", value):
        return False
    if last in ("FILE", "PATH") and _FILE_NAME.fullmatch(value):
        return False
    return not (re.search(r"secret_?name$", name, re.IGNORECASE) and _OBJECT_NAME.fullmatch(value))


def is_weak(value: str) -> bool:
    """Whether a value cannot be told from other text: too short, or a word that occurs everywhere."""
    return len(value.strip()) < SHORTEST or bool(_COMMON.fullmatch(value.strip().lower()))


def find_secrets(
    config: Config, templates: Mapping[str, object], added: Iterable[str] = (), removed: Iterable[str] = ()
) -> dict[str, str]:
    """Setting path (`NAME`, `NAME.key`, `NAME[0]`) → secret value, as it may occur in manifests.

    `config` is rendered; `templates` has the defaults before rendering, whose generators tell a secret.
    `added` and `removed` are such paths, with what is below them; `removed` wins.
    """
    search = _Search(frozenset(added), frozenset(removed))
    for name, value in config.items():
        search.visit(name, name, value, templates.get(name), False)
    return search.found


def hidden_secrets(own: Mapping[str, str], found: Mapping[str, str]) -> dict[str, str]:
    """Those of config.yml's secrets that are not rendered, as something else overrides them; they are looked for too.

    `own`: what `find_secrets` says of config.yml as it is written; `found`: of the rendered configuration.
    """
    return {
        f"{path} (in config.yml)": value
        for path, value in own.items()
        if value not in found.values() and "{{" not in value and not is_weak(value)
    }


class _Search:
    def __init__(self, added: frozenset[str], removed: frozenset[str]) -> None:
        self.added, self.removed = added, removed
        self.found: dict[str, str] = {}

    def visit(self, path: str, name: str, value: object, template: object, secret: bool) -> None:
        """`name`: the last key of the path; `secret`: whether something above it is named so."""
        if path in self.removed or path in NOT_SECRET:
            return
        inherited = secret and not _ADDRESS.fullmatch(_last_word(name))
        secret = inherited or path in self.added or is_secret_name(name) or _is_generated(path, template)
        for inner_path, inner_name, inner, inner_template in _inner(path, name, value, template):
            self.visit(inner_path, inner_name, inner, inner_template, secret)
        if isinstance(value, dict):
            for key in value:
                self._add_userinfo(path, str(key))
        if value is not None and not isinstance(value, (bool, dict, list, tuple)):
            text = str(value)
            if (secret and (path in self.added or can_be_secret(name, text))) or PEM.search(text):
                self.found[path] = text
            self._add_userinfo(path, text)

    def _add_userinfo(self, path: str, text: str) -> None:
        self.found |= {f"{path} ({what})": part for what, part in userinfo(text) if part != text}


def _inner(path: str, name: str, value: object, template: object) -> Iterator[tuple[str, str, object, object]]:
    if isinstance(value, dict):
        templates = template if isinstance(template, dict) else {}
        for key, inner in value.items():
            yield f"{path}.{key}", str(key), inner, templates.get(key)
    elif isinstance(value, (list, tuple)):
        items = template if isinstance(template, list) else []
        for index, inner in enumerate(value):
            yield f"{path}[{index}]", name, inner, items[index] if index < len(items) else None


def _is_generated(path: str, template: object) -> bool:
    return isinstance(template, str) and path not in GENERATED_PUBLIC and bool(GENERATORS.search(template))


def userinfo(text: str) -> Iterator[tuple[str, str]]:
    """(what it is, value) of the secret parts of the URLs in a text.

    With a password: that, and user and password together. Without: a long name in an http URL, which is a token.
    """
    for number, match in enumerate(_USERINFO.finditer(text), 1):
        scheme, both = match.groups()
        where = "in its URL" if number == 1 else f"in its URL {number}"
        user, colon, password = both.partition(":")
        token = scheme.lower().endswith(("http", "https")) and len(user) >= _SHORTEST_TOKEN
        if colon and password:
            yield f"user and password {where}", both
            for part in dict.fromkeys((password, unquote(password))):
                if not is_weak(part) and part not in _PLACEHOLDERS:
                    yield f"password {where}{'' if part == password else ', decoded'}", part
        if token and password in ("", *_PLACEHOLDERS):
            yield f"user {where}", user
