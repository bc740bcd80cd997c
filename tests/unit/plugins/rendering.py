"""Roots with combinations of plugins, and what a deploy without a cluster would record of each.

Rendered by `server.py` in a process of its own, once for all tests of a session that ask for the same root.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.unit.plugins.canaries import SETTINGS
from tutor_launchpad.core.resources import Server
from tutor_launchpad.core.types import Config, Object


@dataclass(frozen=True)
class Rendering:
    """`raw`: kustomize's objects; `built`: ours before sealing; `public`: after it; `manifests`: as Git holds them.

    `generated`: settings that Tutor makes once; `files`: the record; `request`: what is asked of the servers, if any.
    """

    config: Config
    generated: Sequence[str]
    raw: Sequence[Object]
    built: Sequence[Object]
    public: Sequence[Object]
    manifests: Sequence[Object]
    secrets: Sequence[Object]
    files: Mapping[str, bytes]
    found: Mapping[str, str]
    hosts: Sequence[str]
    request: Mapping[str, Any]
    passwords: Mapping[str, str]

    def of_kind(self, *kinds: str) -> list[Object]:
        """The manifests of these kinds."""
        return [item for item in self.manifests if item["kind"] in kinds]


@dataclass
class Renderer:
    """Asks the server process, and remembers its answers."""

    folder: Path
    rsa_key: str
    process: subprocess.Popen[str]
    known: dict[str, Rendering] = field(default_factory=dict)
    asked: int = 0

    def __call__(self, plugins: str = "", servers: Sequence[Server] = (), **settings: object) -> Rendering:
        """The rendering of a root with these plugins (names and a blank between), servers and settings."""
        key = repr((sorted(plugins.split()), servers, sorted(settings.items())))
        if key not in self.known:
            self.asked += 1
            root = self.folder / str(self.asked)
            write_root(root, plugins, servers, {**SETTINGS, "JWT_RSA_PRIVATE_KEY": self.rsa_key, **settings})
            self.known[key] = self._ask(root)
        return self.known[key]

    def _ask(self, root: Path) -> Rendering:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(root, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline().strip()
        if not answer:
            raise AssertionError(f"{root} cannot be rendered:\n{(root / 'error').read_text()}")
        rendering: Rendering = pickle.loads(Path(answer).read_bytes())
        return rendering


def write_root(root: Path, plugins: str, servers: Sequence[Server], settings: Mapping[str, object]) -> None:
    """A Tutor root, with what registering the servers without a cluster leaves in it."""
    from tutor_launchpad.adapters.servers import FileServers

    (root / "launchpad").mkdir(parents=True)
    for server in servers:
        FileServers(root).add(server, {})
    named = {f"LAUNCHPAD_{server.resource.upper()}_SERVER": server.name for server in servers}
    enabled = sorted({"launchpad", *plugins.split()})
    (root / "config.yml").write_text(yaml.safe_dump({**settings, **named, "PLUGINS": enabled}))


@contextmanager
def renderer(folder: Path, rsa_key: str, hash_seed: str) -> Iterator[Renderer]:
    """A renderer whose process has this PYTHONHASHSEED."""
    home = folder / "home"
    (home / "plugins").mkdir(parents=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TUTOR_", "GIT_"))}
    own = {"HOME": str(home), "TUTOR_PLUGINS_ROOT": str(home / "plugins"), "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-m", "tests.unit.plugins.server"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**kept, **own}
    ) as process:
        try:
            yield Renderer(folder, rsa_key, process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
