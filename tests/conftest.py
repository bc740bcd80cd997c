"""Tutor roots for tests, each on its own: no kubeconfig, plugins or Git settings of whoever runs the tests."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

# Run in the background of a shell, the tests ignore these, and so would the programs that they start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

LONGER = 900
"""Seconds for a test that is slow or waits for a cluster, with the fixtures that it is the first to need."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Nothing hangs for ever, and what takes longer may."""
    clusters = (Path(__file__).with_name("cluster"), Path(__file__).with_name("integration"))
    for item in items:
        if item.get_closest_marker("slow") or not set(clusters).isdisjoint(item.path.parents):
            item.add_marker(pytest.mark.timeout(LONGER))


@dataclass(frozen=True)
class Ran:
    """How a command ended, with what it printed."""

    status: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Root:
    """A Tutor root with the plugin enabled."""

    path: Path
    environment: dict[str, str]

    def tutor(self, *arguments: str, stdin: str = "", **environment: str) -> Ran:
        """Run tutor as a user does, in a process of its own."""
        result = subprocess.run(
            [str(Path(sys.executable).with_name("tutor")), *arguments],
            env={**self.environment, **environment},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        return Ran(result.returncode, result.stdout, result.stderr)

    def launchpad(self, *arguments: str, **environment: str) -> Ran:
        """`tutor launchpad …`"""
        return self.tutor("launchpad", *arguments, **environment)

    def set(self, **settings: object) -> None:
        """Write settings into config.yml."""
        config = self.config
        config.update(settings)
        (self.path / "config.yml").write_text(yaml.safe_dump(config))

    @property
    def config(self) -> dict[str, object]:
        """What config.yml says."""
        config: dict[str, object] = yaml.safe_load((self.path / "config.yml").read_text())
        return config

    @property
    def repository(self) -> Path:
        """The embedded repository."""
        return self.path / "launchpad" / "repository"

    @property
    def folder(self) -> Path:
        """The instance's folder in the embedded repository."""
        return self.repository / "instances" / "openedx"


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TUTOR_", "GIT_"))}
    return {
        **kept,
        "HOME": str(home),
        "KUBECONFIG": str(home / "no-kubeconfig"),
        "TUTOR_PLUGINS_ROOT": str(home / "plugins"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Roots by their plugins, made once: generating their keys takes time."""
    made: dict[str, Path] = {}

    def make(plugins: str) -> Path:
        if plugins not in made:
            home = tmp_path_factory.mktemp("template")
            (home / "plugins").mkdir()
            root = Root(home / "root", {**_environment(home), "TUTOR_ROOT": str(home / "root")})
            root.path.mkdir()
            ran = root.tutor("plugins", "enable", *plugins.split())
            assert ran.status == 0, ran.stderr
            made[plugins] = root.path
        return made[plugins]

    return make


@pytest.fixture
def make_root(tmp_path: Path, _template: Callable[[str], Path]) -> Callable[..., Root]:
    """Makes a root by name, with plugins enabled: `make_root("a", plugins="mfe")`."""

    def make(name: str = "root", plugins: str = "mfe forum") -> Root:
        home = tmp_path / f"home-{name}"
        (home / "plugins").mkdir(parents=True)
        path = home / "root"
        shutil.copytree(_template(f"launchpad {plugins}"), path)
        return Root(path, {**_environment(home), "TUTOR_ROOT": str(path)})

    return make


@pytest.fixture
def root(make_root: Callable[..., Root]) -> Root:
    """A root with launchpad, mfe and forum enabled."""
    return make_root()
