"""The private settings: what the root's config.yml holds and Git must not, and how the copies of it are told apart.

Both copies name the revision that they belong to by a keyed hash, as a plain one would let passwords be guessed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable

import yaml

from tutor_launchpad.core.instance import dump_settings, public_settings
from tutor_launchpad.core.seal.naming import sealed_secret
from tutor_launchpad.core.types import Config, Object

AGE_FILE = "secrets.age"
SECRET = "launchpad-settings"
SECRET_KEY = "config.yml"
SECRET_LABEL = "launchpad.openedx.org/settings"
SEAL_KEY = "LAUNCHPAD_SEAL_KEY"
REPOSITORY = "LAUNCHPAD_REPOSITORY"
MACHINE = (REPOSITORY, "LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE", "LAUNCHPAD_BRANCH")
"""How one machine reaches the repository: another's way may differ, and whoever reads the repository knows one."""


def split_settings(user: Config, secrets: Iterable[str]) -> tuple[Config, Config]:
    """The settings of config.yml that Git may hold, and the others. `secrets`: paths, as `public_settings` takes them."""
    portable = {name: value for name, value in user.items() if name not in MACHINE}
    public = public_settings(portable, secrets)
    return public, {name: value for name, value in portable.items() if name not in public}


def seal_key(user: Config, otherwise: str = "") -> str:
    """The key of both hashes: the one in config.yml, so that whoever has the settings can check them."""
    return str(user.get(SEAL_KEY) or otherwise)


def private_text(private: Config) -> bytes:
    """Private settings as both copies hold them."""
    return dump_settings(private)


def read_private(data: bytes) -> Config | None:
    """The settings in a copy; None where it holds no settings."""
    try:
        found = yaml.safe_load(data.decode())
    except (UnicodeDecodeError, yaml.YAMLError):
        return None
    return found if isinstance(found, dict) else None


def settings_secret(private: Config, namespace: str, key: str) -> Object:
    """The Secret that keeps them in the instance's namespace; its name tells which revision it belongs to."""
    data = {SECRET_KEY: base64.b64encode(private_text(private)).decode()}
    return sealed_secret(SECRET, namespace, key, data, {"metadata": {"labels": {SECRET_LABEL: "true"}}})


def age_digest(private: Config, recipients: Iterable[str], encrypted: bytes, key: str) -> str:
    """What `launchpad.json` keeps of `secrets.age`: it changes with the settings, the recipients, or a damaged file."""
    content = json.dumps([private_text(private).decode(), sorted(recipients), encrypted.decode(errors="replace")])
    return hmac.new(key.encode(), content.encode(), hashlib.sha256).hexdigest()
