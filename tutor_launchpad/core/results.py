"""What a command has done, as data; `render_json` is the one form that programs read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import Enum

from tutor_launchpad.core.data.claims import Leftover
from tutor_launchpad.core.data.partings import Parting
from tutor_launchpad.core.overtaking import Overtaking
from tutor_launchpad.core.plan import ClusterChange, FileChange, PlannedRun
from tutor_launchpad.core.shown import Shown


class Status(str, Enum):
    """How a step ended."""

    DONE = "done"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class StepResult:
    """One step of a deploy. `seconds` is wall time; `detail` is one line for people."""

    name: str
    status: Status
    seconds: float
    detail: str = ""


@dataclass(frozen=True)
class DeployResult:
    """The outcome of a deploy; `revision` is empty where nothing is committed. `ongoing`: what goes on without us."""

    instance: str
    revision: str
    repository: str
    changed: bool
    steps: tuple[StepResult, ...]
    urls: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    ongoing: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlanResult:
    """What a deploy would change.

    `files`: in the instance's folder. `cluster`: objects that the deploy applies itself. `provisioning`: None without
    servers or cluster. `partings`: what would lose sight of data, and would have to be confirmed. `leftovers`: claims
    in the cluster that the new revision does not name. `overtaking`: what would be undone, and have to be confirmed too.
    `replaced`: settings whose password would change on the server while the running instance uses the former one; likewise.
    """

    instance: str
    repository: str
    changed: bool
    files: tuple[FileChange, ...]
    cluster: tuple[ClusterChange, ...]
    provisioning: PlannedRun | None = None
    partings: tuple[Parting, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    overtaking: Overtaking | None = None
    replaced: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckoutResult:
    """What a checkout has made of a root. `secrets`: where they came from; `kept`: the former config.yml, set aside."""

    instance: str
    revision: str
    repository: str
    root: str
    secrets: str
    changed: bool
    installed: tuple[str, ...]
    plugin_files: tuple[str, ...]
    kept: str
    next: tuple[str, ...]


@dataclass(frozen=True)
class ConfigResult:
    """Settings of an instance. `left_out`: how many more there are."""

    instance: str
    settings: tuple[Shown, ...]
    left_out: int


@dataclass(frozen=True)
class ClusterResult:
    """What was done to a cluster repository. `files`: those that the template gives anew; `clashes`: a line each.

    `added`, `removed`: of the files, those that it did not give before, or gives no more. `data`: a sentence for each thing
    in the cloud whose data the next apply would, or might, take.
    """

    cluster: str
    path: str
    revision: str
    changed: bool
    files: tuple[str, ...]
    clashes: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    data: tuple[str, ...] = ()


@dataclass(frozen=True)
class InstallResult:
    """What an installation has come to. `waiting`: what is made and waits for something; `next`: a person's part."""

    cluster: str
    path: str
    changed: bool
    steps: tuple[StepResult, ...]
    waiting: tuple[str, ...] = ()
    next: tuple[str, ...] = ()


def render_json(result: object) -> str:
    """A result dataclass as one JSON document."""
    return json.dumps(asdict(result), indent=2, default=_plain)  # type: ignore[call-overload]


def render_failure(error: Exception, result: object | None = None) -> str:
    """What programs read of a run that failed: `error`, beside what has been done until then.

    `kind` is the error's class in `core/errors.py`, `problems` has each sentence of a refusal.
    """
    done = {} if result is None else asdict(result)  # type: ignore[call-overload]
    return json.dumps({**done, "error": _told(error)}, indent=2, default=_plain)


def render_event(event: str, observed: str, content: object = None, error: Exception | None = None) -> str:
    """One line of a command that goes on: a dataclass or a mapping, `event` and `observed`, and perhaps an `error`."""
    fields = content if isinstance(content, dict) else {} if content is None else asdict(content)  # type: ignore[call-overload]
    told = {} if error is None else {"error": _told(error)}
    return json.dumps({**fields, **told, "event": event, "observed": observed}, default=_plain)


def _told(error: Exception) -> dict[str, object]:
    return {
        "kind": type(error).__name__,
        "message": str(error),
        "problems": list(getattr(error, "problems", [str(error)])),
    }


def render_json_list(results: Iterable[object]) -> str:
    """Result dataclasses as one JSON list."""
    return json.dumps([asdict(result) for result in results], indent=2, default=_plain)  # type: ignore[call-overload]


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else str(value)
