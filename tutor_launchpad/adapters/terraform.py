"""OpenTofu or Terraform on one root: each call starts the program, and its errors are ours."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tutor_launchpad.adapters.processes import Followed, ProcessFailed, follow, run
from tutor_launchpad.core.errors import Interrupted, LaunchpadError
from tutor_launchpad.core.infrastructure.events import Listener
from tutor_launchpad.core.infrastructure.faults import fault
from tutor_launchpad.core.infrastructure.tools import LOCK, PLATFORMS, TITLES, Tool

HOURS = 3600.0
ENVIRONMENT = {"TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}
MISLEADING = ("TF_WORKSPACE", "TF_DATA_DIR", "TF_CLI_ARGS", "TF_LOG", "TF_LOG_PATH")
"""Variables that would lead to another state, add arguments, or write secrets down."""


def installed_tools() -> list[Tool]:
    """Those on the PATH, with their versions."""
    return [_version(name) for name in TITLES if shutil.which(name)]


def _version(name: str) -> Tool:
    try:
        said = json.loads(run([name, "version", "-json"], env=ENVIRONMENT, without=_misleading(), timeout=60))
        return Tool(name, str(said["terraform_version"]))
    except (ValueError, KeyError, TypeError, ProcessFailed) as error:
        raise LaunchpadError(f"`{name} version -json` does not tell its version: install it anew.") from error


def _misleading() -> list[str]:
    return [name for name in os.environ if name in MISLEADING or name.startswith("TF_CLI_ARGS_")]


@dataclass
class Terraform:
    """A root and the program that works on it. `secrets`: environment with the cloud's credentials."""

    tool: Tool
    folder: Path
    say: Callable[[str], None]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    without: Sequence[str] = ()

    def init(self) -> None:
        """Fetch modules and providers, and open the state."""
        self._follow("initialise the root", "init", "-json", "-input=false")

    def lock_providers(self) -> None:
        """Write down the providers' checksums for all systems."""
        platforms = [f"-platform={platform}" for platform in PLATFORMS]
        self._run("lock the providers", "providers", "lock", *platforms, timeout=HOURS)

    def lock(self) -> str:
        """What the lock file says; empty where there is none."""
        path = self.folder / LOCK
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def plan(self, out: Path, *, destroy: bool = False, targets: Sequence[str] = ()) -> bool:
        """Write a plan, which only we can read; returns whether it changes anything."""
        options = [*(["-destroy"] if destroy else []), *(f"-target={target}" for target in targets)]
        _, ended = self._follow("plan", "plan", "-json", "-input=false", "-detailed-exitcode", f"-out={out}", *options,
                                good=(0, 2))  # fmt: skip
        out.chmod(0o600)
        return ended.status == 2

    def apply(self, plan: Path, total: int) -> list[str]:
        """Do what a plan says, that and no other; returns what was done, an entry for each object."""
        listener, _ = self._follow("apply", "apply", "-json", "-input=false", str(plan), total=total)
        return listener.done

    def show(self, plan: Path) -> dict[str, Any]:
        """A plan as data, with its secrets."""
        return self._json("read the plan", "show", "-json", str(plan))

    def state(self) -> dict[str, Any]:
        """The state as data, with its secrets."""
        return self._json("read the state", "show", "-json")

    def _json(self, doing: str, *words: str) -> dict[str, Any]:
        content = json.loads(self._run(doing, *words, timeout=600))
        if not isinstance(content, dict):
            raise LaunchpadError(f"{self.tool} failed to {doing}: what it says is no JSON object.")
        return content

    def _run(self, doing: str, *words: str, timeout: float) -> bytes:
        try:
            return run([self.tool.name, *words], cwd=self.folder, env={**ENVIRONMENT, **self.secrets},
                       without=[*_misleading(), *self.without], timeout=timeout)  # fmt: skip
        except ProcessFailed as error:
            raise fault(self.tool, doing, [], _plain(error.stderr)) from error

    def _follow(self, doing: str, *words: str, good: Sequence[int] = (0,), total: int = 0) -> tuple[Listener, Followed]:
        listener = Listener(total)

        def hear(line: str) -> None:
            if told := listener.hear(line):
                self.say(told)

        ended = follow([self.tool.name, *words], hear=hear, say=self.say, cwd=self.folder, timeout=3 * HOURS,
                       env={**ENVIRONMENT, **self.secrets}, without=[*_misleading(), *self.without])  # fmt: skip
        if ended.interrupted:
            raise Interrupted(_interrupted(self.tool, doing, listener))
        if ended.status not in good:
            raise self._fault(doing, listener, ended.stderr)
        return listener, ended

    def _fault(self, doing: str, listener: Listener, stderr: str) -> LaunchpadError:
        error = fault(self.tool, doing, listener.errors, _plain(stderr) or " ".join(listener.other[-3:]))
        if listener.done:
            error = type(error)(
                f"{error}\nBefore that it did {len(listener.done)} of {listener.total} things, which are recorded: "
                "correct what is wrong, and run the same command again."
            )
        return error


def _plain(stderr: str) -> str:
    """The error in what the program says for people: without colours, frames, and what comes before it."""
    text = "".join(part.partition("m")[2] if number else part for number, part in enumerate(stderr.split("\x1b[")))
    lines = [line.lstrip("│╷╵ ").rstrip() for line in text.splitlines()]
    start = next((number for number, line in enumerate(lines) if line.startswith("Error: ")), 0)
    return "\n".join(line for line in lines[start:] if line)


def _interrupted(tool: Tool, doing: str, listener: Listener) -> str:
    recorded = f" It had done {len(listener.done)} things, which are recorded." if listener.done else ""
    return f"Interrupted while {tool} was to {doing}.{recorded} Run the same command again to go on."
