"""Step 1: everything that may stand against the deploy, all at once, before anything is changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import PurePosixPath

from tutor_launchpad import hooks
from tutor_launchpad.core.errors import LaunchpadError, NotFound, Refused
from tutor_launchpad.core.hosts import shared_hosts
from tutor_launchpad.core.plan import plan_files
from tutor_launchpad.core.podsecurity import problems as security_problems
from tutor_launchpad.core.quota import quota_problems
from tutor_launchpad.core.results import Status
from tutor_launchpad.steps.cluster_checks import cluster_problems
from tutor_launchpad.steps.deployment import Deployment
from tutor_launchpad.steps.prepare import prepare
from tutor_launchpad.steps.resources import plan_resources

INSTANCES = PurePosixPath("instances")


def run_check(deployment: Deployment) -> tuple[Status, str]:
    """Prepare all that will be recorded, and refuse what would not work."""
    problems = _collect(lambda: _resources(deployment))
    problems += _collect(lambda: _prepared(deployment))
    problems += _collect(lambda: repository_problems(deployment))
    problems += security_problems(deployment.objects, deployment.settings.cluster_resources)
    problems += quota_problems(deployment.objects, deployment.settings.quota, deployment.settings.limits)
    if deployment.cluster is not None:
        problems += _collect(lambda: cluster_problems(deployment))
    if problems:
        raise Refused(problems)
    assert deployment.record is not None
    before = deployment.repository.files(deployment.settings.folder, deployment.repository.head)
    deployment.changes = plan_files(before, deployment.record.files)
    return Status.DONE, f"{len(deployment.objects)} objects, {len(deployment.secrets)} secret settings"


def repository_problems(deployment: Deployment) -> list[str]:
    """Folders and hosts of the repository that are another instance's."""
    head = deployment.repository.fetch()
    recorded = deployment.repository.find(INSTANCES, "launchpad.json", head)
    about = {name: json.loads(data) for name, data in recorded.items()}
    name = deployment.settings.instance
    ours = about.pop(name, None)
    problems = shared_hosts(deployment.hosts, {other: item.get("hosts", []) for other, item in about.items()})
    if ours is not None:
        problems += owner_problems(deployment, str(ours.get("id", "")))
    return problems


def owner_problems(deployment: Deployment, recorded_id: str) -> list[str]:
    """One sentence where the folder was recorded by another Tutor root."""
    if recorded_id == deployment.config.get("ID"):
        return []
    return [
        f"Folder {deployment.settings.folder} of {deployment.repository.address} belongs to another Tutor root "
        f"(its ID is {recorded_id}): choose another K8S_NAMESPACE, or deploy from that root."
    ]


def _resources(deployment: Deployment) -> list[str]:
    deployment.resources = plan_resources(deployment)
    if deployment.resources is None or deployment.cluster is None or deployment.settings.worker_image:
        return []
    return [
        "LAUNCHPAD_WORKER_IMAGE is not set, but resources are to be provisioned in the cluster: build workflows/Dockerfile, "
        "push the image, and name it there."
    ]


def _prepared(deployment: Deployment) -> list[str]:
    prepare(deployment)
    hooks.NETWORK_FLOWS.apply([], deployment.config)  # says here, before anything is changed, what it has to refuse
    return []


def _collect(find: Callable[[], list[str]]) -> list[str]:
    """What `find` returns, or the problems that it raises."""
    try:
        return find()
    except Refused as error:
        return list(error.problems)
    except NotFound as error:
        return [str(error)]
    except LaunchpadError:
        raise
