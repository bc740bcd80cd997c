"""Step 1: everything that may stand against the deploy, all at once, before anything is changed."""

from __future__ import annotations

from tutor_launchpad import hooks
from tutor_launchpad.adapters.age import recipient_problems
from tutor_launchpad.adapters.plugins import plugins_code
from tutor_launchpad.core.data.former import excused
from tutor_launchpad.core.errors import problems_of, refuse
from tutor_launchpad.core.hosts import shared_hosts
from tutor_launchpad.core.instance import ABOUT, INSTANCES, about_part, is_newer, read_about
from tutor_launchpad.core.plan import plan_files
from tutor_launchpad.core.podsecurity import problems as security_problems
from tutor_launchpad.core.quota import quota_problems
from tutor_launchpad.core.releases import newer_problems
from tutor_launchpad.core.results import Status
from tutor_launchpad.core.seal.scanning import weak_secrets
from tutor_launchpad.core.settings import unknown_settings
from tutor_launchpad.steps import data
from tutor_launchpad.steps.cluster_checks import cluster_problems, tell_clocks
from tutor_launchpad.steps.cluster_hosts import cluster_host_problems
from tutor_launchpad.steps.consent import confirm, find_overtaking
from tutor_launchpad.steps.deployment import Deployment
from tutor_launchpad.steps.passwords import find_replaced
from tutor_launchpad.steps.prepare import prepare
from tutor_launchpad.steps.private import add_age_file
from tutor_launchpad.steps.resources import plan_resources


def run_check(deployment: Deployment) -> tuple[Status, str]:
    """Prepare all that will be recorded, and refuse what would not work."""
    for line in unknown_settings(deployment.loaded.user, deployment.loaded.templates):
        deployment.progress.say(line)
    problems = problems_of(lambda: _repository(deployment))
    problems += problems_of(lambda: _resources(deployment))
    problems += problems_of(lambda: _prepared(deployment))
    problems += host_problems(deployment)
    problems += recipient_problems(deployment.settings.age_recipients)
    problems += [one for one in weak_secrets(deployment.secrets) if one not in problems]
    problems += security_problems(deployment.objects, deployment.settings.cluster_resources)
    problems += quota_problems(deployment.objects, deployment.settings.quota, deployment.settings.limits)
    if deployment.cluster is not None:
        tell_clocks(deployment)
        problems += problems_of(lambda: cluster_problems(deployment))
        problems += problems_of(lambda: cluster_host_problems(deployment))
    problems += problems_of(lambda: _partings(deployment)) if not problems else []
    refuse(problems)
    compare(deployment)
    deployment.overtaking = find_overtaking(deployment) if deployment.changes else None
    if deployment.cluster is not None and deployment.resources is not None:
        deployment.replaced = find_replaced(deployment, deployment.cluster, deployment.resources)
    confirm(deployment)
    return Status.DONE, f"{len(deployment.objects)} objects, {len(deployment.secrets)} secret settings"


def compare(deployment: Deployment) -> None:
    """The prepared record against what the repository has."""
    assert deployment.record is not None
    before = deployment.repository.files(deployment.settings.folder, deployment.repository.head)
    deployment.record = add_age_file(deployment, before)
    deployment.changes = plan_files(before, deployment.record.files)


def host_problems(deployment: Deployment) -> list[str]:
    """Our hosts that another instance of the repository has; this root's own former name is no other instance."""
    others = deployment.others
    own = excused(str(deployment.config.get("ID")), others, data.formerly(deployment))
    hosts = {
        name: [str(host) for host in about.get("hosts") or []] for name, about in others.items() if name not in own
    }
    return shared_hosts(deployment.hosts, hosts)


def owner_problems(deployment: Deployment, recorded: bytes) -> list[str]:
    """One sentence where the folder was recorded by another Tutor root, or does not say by whom."""
    folder, address = deployment.settings.folder, deployment.repository.address
    about = read_about(recorded)
    if about is None:
        return [f"{folder / ABOUT} of {address} cannot be read, so nobody knows whose it is: restore it with Git."]
    if is_newer(about):
        return [
            f"{folder / ABOUT} of {address} was made by a newer Launchpad than this one: upgrade tutor-launchpad here."
        ]
    if about.get("id") == deployment.config.get("ID"):
        newer = newer_problems(f"{folder} of {address}", str(about_part(about, "versions").get("launchpad")))
        return [f"{one} To go back on purpose, revert the commits that it made." for one in newer]
    return [
        f"Folder {folder} of {address} belongs to another Tutor root (its ID is {about.get('id')}): choose another "
        "K8S_NAMESPACE, or deploy from that root."
    ]


def _repository(deployment: Deployment) -> list[str]:
    """Read what the repository records; a neighbour that cannot be read is told of, an own folder of others refused."""
    head = deployment.repository.fetch()
    recorded = deployment.repository.find(INSTANCES, ABOUT, head)
    for name, content in recorded.items():
        about = read_about(content)
        if about is not None:
            deployment.neighbours[name] = about
        elif name != deployment.settings.instance:
            deployment.progress.say(f"{INSTANCES / name / ABOUT} cannot be read: its hosts are not compared")
    lost = deployment.repository.lost()
    if lost:
        deployment.progress.say(
            f"branch {deployment.settings.branch} of {deployment.repository.address} was rewritten since: commit "
            f"{lost[:10]}, the last one of this root, is not part of it any more; a deploy records the instance again"
        )
    ours = recorded.get(deployment.settings.instance)
    return [] if ours is None else owner_problems(deployment, ours)


def _partings(deployment: Deployment) -> list[str]:
    deployment.partings = data.find(deployment)
    return []


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
    with plugins_code("the hook NETWORK_FLOWS"):
        hooks.NETWORK_FLOWS.apply([], deployment.config)  # says here, before anything is changed, what it has to refuse
    return []
