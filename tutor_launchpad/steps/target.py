"""Which cluster and repository a root deploys to, and that it is the one that its operator means."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tutor_launchpad.adapters.files import OWN, make_own_folder, write_file
from tutor_launchpad.adapters.kubernetes import Cluster, contexts
from tutor_launchpad.adapters.repositories import is_remote
from tutor_launchpad.core.errors import LaunchpadError, Refused
from tutor_launchpad.core.settings import Settings

MEMORY = OWN / "cluster.json"


@dataclass(frozen=True)
class Wish:
    """What the command line says of the cluster. `confirm` asks a person; None: nobody is there to be asked."""

    context: str | None = None
    no_cluster: bool = False
    yes: bool = False
    confirm: Callable[[str], bool] | None = None


def find_cluster(
    settings: Settings,
    root: Path,
    wish: Wish,
    *,
    changes: bool,
    needs_repository: bool = True,
    say: Callable[[str], None] = lambda text: None,
) -> Cluster | None:
    """The cluster to deploy to, reached and confirmed; None in the embedded mode.

    `changes`: whether anything will be changed there; only then must a context be confirmed, and is remembered.
    `needs_repository`: whether Argo CD will have to read the repository. `say` hears when the cluster is waited for.
    """
    if wish.no_cluster:
        return None
    known, current = contexts()
    name = wish.context or current
    if name is None:
        _refuse_forgotten(root)
        return None
    if name in known and needs_repository and not is_remote(settings.repository):
        raise Refused([
            f"Kubernetes context {name!r} is configured, but Argo CD there cannot read "
            f"{settings.repository or 'the local repository'!r}: set LAUNCHPAD_REPOSITORY to an https:// or ssh:// "
            "address that it reaches, or use --no-cluster to work in a local repository alone."
        ])  # fmt: skip
    if changes:
        _confirm(name, root, wish)
    cluster = Cluster.connect(name, say)
    if changes:
        remember(root, name)
    return cluster


def remembered(root: Path) -> str:
    """The context that this root has used last; empty where it has used none."""
    path = root / MEMORY
    if not path.exists():
        return ""
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["context"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LaunchpadError(f"{path} is not readable: delete it; the context will be asked for again.") from error


def remember(root: Path, context: str) -> None:
    """Keep the context for the next run."""
    make_own_folder(root)
    path = root / MEMORY
    text = json.dumps({"context": context}) + "\n"
    if not path.exists() or path.read_text() != text:
        write_file(path, text)


def _refuse_forgotten(root: Path) -> None:
    """A root that has a cluster must not record what nobody then applies there: its pods would miss their Secrets."""
    before = remembered(root)
    if before:
        raise Refused([
            f"This root is deployed to Kubernetes context {before!r}, but no kubeconfig with a current context was "
            "found: set KUBECONFIG, give --context, or leave the cluster out on purpose with --no-cluster."
        ])  # fmt: skip


def _confirm(name: str, root: Path, wish: Wish) -> None:
    before = remembered(root)
    if name in (before, wish.context):
        return
    if before:
        question = f"This root was deployed to Kubernetes context {before!r} so far. Deploy to {name!r} from now on?"
    else:
        question = f"Deploy to Kubernetes context {name!r}?"
    if wish.yes and not before:
        return
    if wish.confirm is not None and wish.confirm(question):
        return
    ways = f"--context {name}" if before else f"--context {name} or --yes"
    raise Refused([f"{question} Confirm it with {ways}, or leave the cluster out with --no-cluster."])
