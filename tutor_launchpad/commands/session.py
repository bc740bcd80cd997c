"""Builds a deployment from the command line and the Tutor root."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tutor_launchpad.adapters.files import make_own_folder
from tutor_launchpad.adapters.locks import RootLock
from tutor_launchpad.adapters.tutor import save_generated
from tutor_launchpad.core.errors import Refused
from tutor_launchpad.steps.deployment import Deployment, Options, Progress
from tutor_launchpad.steps.opening import all_problems, read_root
from tutor_launchpad.steps.target import Wish, find_cluster

if TYPE_CHECKING:
    from tutor_launchpad.adapters.kubernetes import Cluster


def look_for_cluster(deployment: Deployment, wish: Wish) -> Cluster | None:
    """The cluster, in which nothing will be changed."""
    say, root = deployment.progress.say, deployment.root
    return find_cluster(deployment.settings, root, wish, changes=False, needs_repository=False, say=say)


def open_deployment(
    root: Path,
    options: Options,
    wish: Wish,
    progress: Progress,
    needs_repository: bool = True,
    take: Callable[[Deployment], None] = lambda deployment: None,
) -> Deployment:
    """The deployment of this root, with its cluster reached; no step has run. Unless dry, the root is locked.

    `take` gets the deployment before anybody is asked for anything.
    """
    lock = RootLock(make_own_folder(root))
    if not options.dry_run:
        lock.acquire(progress.say, options.timeout)
        save_generated(root)
    deployment, problems = read_root(root, options, progress)
    if any(problems):
        raise Refused(all_problems(deployment, problems, lambda: look_for_cluster(deployment, wish)))
    deployment.confirm, deployment.lock = wish.confirm, lock
    take(deployment)
    changes = not options.dry_run
    deployment.cluster = find_cluster(
        deployment.settings, root, wish, changes=changes, needs_repository=needs_repository, say=progress.say
    )
    return deployment
