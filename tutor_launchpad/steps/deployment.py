"""What the steps of a deploy share: the options, the ways to act, and what earlier steps found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from tutor_launchpad.adapters.tutor import Configuration
from tutor_launchpad.core.results import Status, StepResult
from tutor_launchpad.core.settings import Settings
from tutor_launchpad.core.types import Config, Object
from tutor_launchpad.steps.memory import Memory, recall

if TYPE_CHECKING:
    from tutor_launchpad.adapters.git import Repository
    from tutor_launchpad.adapters.kubernetes import Cluster
    from tutor_launchpad.adapters.locks import RootLock
    from tutor_launchpad.core.data.claims import Leftover
    from tutor_launchpad.core.data.partings import Parting
    from tutor_launchpad.core.flows import Flow
    from tutor_launchpad.core.instance import Record
    from tutor_launchpad.core.overtaking import Overtaking
    from tutor_launchpad.core.plan import FileChange
    from tutor_launchpad.core.seal import Mask, Sealed
    from tutor_launchpad.steps.resources import Resources


class Progress(Protocol):
    """Where a step says what it is doing; always standard error."""

    def say(self, text: str) -> None:
        """Show one line below the running step."""


@dataclass(frozen=True)
class Options:
    """How this deploy was asked for. `timeout`: seconds that each wait may take."""

    dry_run: bool = False
    yes: bool = False
    wait: bool = True
    timeout: float = 1800.0


@dataclass
class Deployment:
    """One run of deploy.

    `cluster` is None where there is none. `loaded` is Tutor's configuration, on top of it `overrides`, which the
    resources outside of the namespace bring; `origins` names each one's server; `flows` is the traffic to their servers.
    `confirm` asks a person; None: nobody is there to be asked. `neighbours`: instance → its `launchpad.json`, our own too.
    `ongoing`: step → what it has started that goes on without us. `replaced`: see `steps.passwords`. The check sets the rest.
    """

    root: Path
    options: Options
    settings: Settings
    progress: Progress
    cluster: Cluster | None
    repository: Repository
    confirm: Callable[[str], bool] | None = None
    overrides: Config = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    resources: Resources | None = None
    lock: RootLock | None = None
    loaded: Configuration = field(default_factory=lambda: Configuration({}, {}, {}))
    public: Config = field(default_factory=dict)
    private: Config = field(default_factory=dict)
    objects: list[Object] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    sealed: Sealed | None = None
    mask: Mask | None = None
    record: Record | None = None
    application: tuple[Object, ...] = ()
    hosts: tuple[str, ...] = ()
    changes: list[FileChange] = field(default_factory=list)
    neighbours: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    partings: list[Parting] = field(default_factory=list)
    leftovers: list[Leftover] = field(default_factory=list)
    overtaking: Overtaking | None = None
    replaced: tuple[str, ...] = ()
    revision: str = ""
    changed: bool = False
    remaining: list[str] = field(default_factory=list)
    ongoing: dict[str, str] = field(default_factory=dict)
    results: list[StepResult] = field(default_factory=list)

    @property
    def config(self) -> Config:
        """All settings, rendered."""
        return self.loaded.config

    @cached_property
    def memory(self) -> Memory:
        """What the root keeps of its last deploy."""
        return recall(self.root, str(self.config["ID"]))

    @property
    def others(self) -> dict[str, Mapping[str, Any]]:
        """`neighbours` without our own."""
        return {name: about for name, about in self.neighbours.items() if name != self.settings.instance}

    @property
    def urls(self) -> tuple[str, ...]:
        """Where people reach the instance."""
        scheme = "https" if self.config.get("ENABLE_HTTPS") else "http"
        return tuple(f"{scheme}://{self.config[name]}" for name in ("LMS_HOST", "CMS_HOST") if name in self.config)


@dataclass(frozen=True)
class Step:
    """A step: `run` looks first, does what is missing, and returns how it ended with one line of detail.

    It raises a `LaunchpadError` to end the deploy.
    """

    name: str
    run: Callable[[Deployment], tuple[Status, str]]
