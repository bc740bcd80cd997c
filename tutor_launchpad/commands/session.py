"""Builds a deployment from the command line and the Tutor root."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tutor_launchpad.adapters.files import make_own_folder
from tutor_launchpad.adapters.locks import RootLock
from tutor_launchpad.adapters.repositories import open_repository
from tutor_launchpad.adapters.tutor import load_configuration, save_generated
from tutor_launchpad.core.settings import read_settings
from tutor_launchpad.steps.deployment import Deployment, Options, Progress
from tutor_launchpad.steps.target import Wish, find_cluster


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
    configuration = load_configuration(root, {})
    settings = read_settings(configuration.config)
    deployment = Deployment(
        root=root,
        options=options,
        settings=settings,
        progress=progress,
        cluster=None,
        repository=open_repository(settings, root),
        confirm=wish.confirm,
        loaded=configuration,
        lock=lock,
    )
    take(deployment)
    changes = not options.dry_run
    deployment.cluster = find_cluster(
        settings, root, wish, changes=changes, needs_repository=needs_repository, say=progress.say
    )
    return deployment
