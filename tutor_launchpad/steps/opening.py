"""From a Tutor root to a deployment that has no cluster yet, or to all that is wrong with the root's settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tutor_launchpad import hooks
from tutor_launchpad.adapters.age import recipient_problems
from tutor_launchpad.adapters.plugins import plugins_code
from tutor_launchpad.adapters.repositories import open_repository
from tutor_launchpad.adapters.tutor import Configuration, read_configuration
from tutor_launchpad.core.errors import LaunchpadError, NotFound, Refused, problems_of
from tutor_launchpad.core.faults import independent
from tutor_launchpad.core.host_names import setting_problems
from tutor_launchpad.core.resources import named_servers
from tutor_launchpad.core.seal.scanning import weak_secrets
from tutor_launchpad.core.settings import Place, Settings, judge_settings
from tutor_launchpad.core.types import Config
from tutor_launchpad.steps.deployment import Deployment, Options, Progress
from tutor_launchpad.steps.prepare import find_private
from tutor_launchpad.steps.resources import plan_resources

if TYPE_CHECKING:
    from tutor_launchpad.adapters.git import Repository
    from tutor_launchpad.adapters.kubernetes import Cluster

    Find = Callable[[], Cluster | None]


def read_root(root: Path, options: Options, progress: Progress) -> tuple[Deployment, list[list[str]]]:
    """The deployment of this root, and what keeps it from being used, one list for each stage of reading."""
    loaded = read_configuration(root, {})
    settings, wrong = judge_settings(loaded.config)
    repository, lost = _repository(settings, root)
    deployment = Deployment(
        root=root,
        options=options,
        settings=settings,
        progress=progress,
        cluster=None,
        repository=repository,
        loaded=loaded,
    )
    return deployment, [list(loaded.problems), wrong, lost]


def _repository(settings: Settings, root: Path) -> tuple[Repository, list[str]]:
    """The repository of the settings, or else the embedded one and why it is not that of the settings."""
    try:
        return open_repository(settings, root), []
    except (NotFound, Refused) as error:
        return open_repository(Place(), root), list(error.problems)


def all_problems(deployment: Deployment, stages: Iterable[Iterable[str]], find: Find) -> list[str]:
    """What `read_root` has found, and what else can be judged of the settings although these are wrong.

    `find` gives the cluster where servers are named; where it raises, they are not judged.
    """
    loaded = deployment.loaded
    find_private(deployment)
    further = [
        *setting_problems(loaded.config, loaded.templates),
        *_server_problems(deployment, find),
        *recipient_problems(deployment.settings.age_recipients),
        *weak_secrets(deployment.secrets),
    ]
    return independent([*stages, further], as_written(loaded))


def as_written(loaded: Configuration) -> Config:
    """All settings before rendering."""
    return {**loaded.templates, **loaded.user}


def _server_problems(deployment: Deployment, find: Find) -> list[str]:
    named = named_servers(deployment.config, hooks.RESOURCES.apply({}))
    if not named or any(f"LAUNCHPAD_{resource.upper()}_SERVER" in deployment.loaded.unrendered for resource in named):
        return []
    try:
        deployment.cluster = find()
        return problems_of(lambda: _planned(deployment))
    except LaunchpadError:
        return []


def _planned(deployment: Deployment) -> Iterable[str]:
    with plugins_code("the hook RESOURCES"):
        plan_resources(deployment)
    return ()
