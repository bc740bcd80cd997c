"""Which of OpenTofu and Terraform works on a root, and whether it is new enough."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tutor_launchpad.core.errors import NotFound, Refused

TITLES = {"tofu": "OpenTofu", "terraform": "Terraform"}
"""In the order of preference."""
OLDEST = (1, 10)
"""Of both: the first that lock a state in its bucket."""
REGISTRIES = {"tofu": "registry.opentofu.org", "terraform": "registry.terraform.io"}
PLATFORMS = ("linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64")
LOCK = ".terraform.lock.hcl"


@dataclass(frozen=True)
class Tool:
    """A program as it is installed."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{TITLES[self.name]} {self.version}"

    @property
    def new_enough(self) -> bool:
        """Whether it knows all that the roots ask for."""
        return tuple(int(part) for part in re.findall(r"\d+", self.version)[:2]) >= OLDEST


def choose_tool(found: Sequence[Tool], wanted: str, lock: str) -> Tool:
    """The one that was asked for; else the one that locked the providers, so that a root stays with it; else OpenTofu."""
    keeper = locked_by(lock)
    if wanted and keeper and wanted != keeper:
        raise Refused([
            f"{TITLES[keeper]} locked this root's providers in {LOCK}, so {TITLES[wanted]} would take others: leave --tool "
            f"out, or delete {LOCK} to move the root to {TITLES[wanted]}."
        ])  # fmt: skip
    name = wanted or keeper
    fitting = [tool for tool in found if tool.name == name or not name]
    least = ".".join(map(str, OLDEST))
    if not fitting:
        what = TITLES[name] if name else "OpenTofu or Terraform"
        why = f", which locked this root's providers in {LOCK}" if name and not wanted else ""
        raise NotFound(f"Neither `tofu` nor `terraform` is on the PATH: install {what} {least} or later." if not name else
                       f"`{name}` is not on the PATH: install {what} {least} or later{why}.")  # fmt: skip
    usable = [tool for tool in fitting if tool.new_enough]
    if not usable:
        raise Refused([f"{fitting[0]} is too old, as it cannot lock a state in its bucket: install {least} or later."])
    return min(usable, key=lambda tool: list(TITLES).index(tool.name))


def locked_by(lock: str) -> str:
    """The program whose registry the lock file names; empty where it names none."""
    return next((name for name, registry in REGISTRIES.items() if f'provider "{registry}/' in lock), "")


def locked_everywhere(lock: str) -> bool:
    """Whether each provider's checksum for each platform is in the lock file."""
    providers = lock.split('\nprovider "')[1:]
    return all(text.count('"h1:') >= len(PLATFORMS) for text in providers)
