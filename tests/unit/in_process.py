"""Deploys in this process, on real roots: rendered, built and sealed as a command does it, without its two seconds.

Tutor keeps plugins for the life of a process, so these are loaded once and stay.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from tutor import hooks, plugins

from tutor_launchpad.adapters.tutor import save_generated
from tutor_launchpad.commands.session import open_deployment
from tutor_launchpad.core.errors import Refused
from tutor_launchpad.steps.check import run_check
from tutor_launchpad.steps.deployment import Deployment, Options
from tutor_launchpad.steps.target import Wish

PLUGINS = ("forum", "launchpad", "mfe")


@dataclass
class Said:
    """What a deploy has said."""

    lines: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Keep it."""
        self.lines.append(text)


def load_plugins(*names: str) -> None:
    """Load what is not loaded yet."""
    if not plugins.is_installed("launchpad"):
        import tutor.commands.cli  # noqa: F401 - its modules add Tutor's own init tasks when Tutor is ready

        hooks.Actions.CORE_READY.do()
    for name in (*PLUGINS, "drydock", *names):
        if not plugins.is_loaded(name):
            plugins.load(name)


def make_root(path: Path, **settings: Any) -> Path:
    """A root with its generated settings."""
    load_plugins()
    path.mkdir(parents=True, exist_ok=True)
    write(path, PLUGINS=list(PLUGINS))
    save_generated(path)
    write(path, **settings)
    return path


def write(root: Path, **settings: Any) -> None:
    """Put settings into config.yml; those that are `...` are taken out."""
    file = root / "config.yml"
    config = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    kept = {name: value for name, value in {**config, **settings}.items() if value is not ...}
    file.write_text(yaml.safe_dump(kept, allow_unicode=True), encoding="utf-8")


def checked(root: Path, said: Said | None = None) -> Deployment:
    """The deployment of the root after its first step, which changes nothing outside of it."""
    load_plugins()
    deployment = open_deployment(root, Options(dry_run=True), Wish(no_cluster=True), said or Said())
    run_check(deployment)
    return deployment


def problems(root: Path) -> tuple[str, ...]:
    """Why the deployment of this root is refused; nothing where it is not."""
    try:
        checked(root)
    except Refused as error:
        return error.problems
    return ()
