"""Step 3: the databases, buckets and users of the instance, on the servers that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchpad_workflows.outcomes import Outcome

from tutor_launchpad.core.errors import LaunchpadError
from tutor_launchpad.core.results import Status
from tutor_launchpad.steps.chosen import take_over
from tutor_launchpad.steps.instance_secret import find_secret, instance_secret
from tutor_launchpad.steps.resources import Resources
from tutor_launchpad.steps.runners import ByWorkflow, InProcess, Ran

if TYPE_CHECKING:
    from launchpad_workflows.remote import Resume

    from tutor_launchpad.adapters.kubernetes import Cluster
    from tutor_launchpad.steps.deployment import Deployment

STEP = "provision"
PROVISIONED = "launchpad.openedx.org/provisioned"


def run_provision(deployment: Deployment) -> tuple[Status, str]:
    """Make what is missing; where nothing has changed since the last run that ended well, start none."""
    resources = deployment.resources
    if resources is None:
        return Status.SKIPPED, "no servers named: Tutor's own databases run in the namespace"
    if deployment.cluster is None:
        names = ", ".join(map(str, resources.servers))
        deployment.remaining.append(f"provision on {names} (without a cluster: tutor launchpad provision --local)")
        return Status.SKIPPED, "no cluster"
    return provision_by_workflow(deployment, deployment.cluster, resources)


def provision_by_workflow(
    deployment: Deployment, cluster: Cluster, resources: Resources, always: bool = False
) -> tuple[Status, str]:
    """One workflow, unless the last one that ended well had the same to do; `always` starts it all the same."""
    from launchpad_workflows.remote import Resume

    digest, last = current_fingerprint(deployment, resources), last_fingerprint(deployment, cluster)
    if not always and last == digest:
        return Status.UNCHANGED, f"as provisioned on {', '.join(map(str, resources.servers))}"
    runner = ByWorkflow(deployment, cluster)
    ran = _run(deployment, runner, resources, Resume(digest, ended=not always))
    resources = take_over(deployment, resources, runner.chosen(resources.request))
    if not ran.ok:
        raise LaunchpadError("Provisioning failed: " + "\n".join(ran.problems))
    InProcess(deployment).forget_chosen()  # what an earlier run in process kept is older than what config.yml has now
    cluster.ensure(
        instance_secret(deployment, resources.passwords, {PROVISIONED: current_fingerprint(deployment, resources)})
    )
    return _status(ran.outcomes), _summary(ran.outcomes)


def current_fingerprint(deployment: Deployment, resources: Resources) -> str:
    """A keyed digest of all that a run would be asked for."""
    from launchpad_workflows.credentials import MappingCredentials
    from launchpad_workflows.fingerprint import fingerprint

    return fingerprint(resources.request, MappingCredentials({}, resources.passwords), deployment.settings.seal_key)


def last_fingerprint(deployment: Deployment, cluster: Cluster) -> str:
    """That of the last run that ended well; empty where none has. Raises `Conflict` where the Secret is another root's."""
    secret = find_secret(deployment, cluster)
    annotations = secret["metadata"].get("annotations") or {} if secret is not None else {}
    return str(annotations.get(PROVISIONED, ""))


def provision_in_process(deployment: Deployment, resources: Resources) -> tuple[Status, str]:
    """The same work in this process, with the credentials in the root's own file."""
    runner = InProcess(deployment)
    ran = runner.run(resources.request, resources.passwords)
    chosen = runner.chosen(resources.request)
    take_over(deployment, resources, chosen)
    if not ran.ok:
        raise LaunchpadError("\n".join(ran.problems))
    if chosen and deployment.cluster is not None:  # likewise
        ByWorkflow(deployment, deployment.cluster).forget_chosen()
    return _status(ran.outcomes), _summary(ran.outcomes)


def _run(deployment: Deployment, runner: ByWorkflow, resources: Resources, resume: Resume) -> Ran:
    # Before the Secret: the passwords of an instance whose names are another root's must not be replaced by ours.
    runner.claim(resources.request, resources.passwords)
    runner.cluster.ensure(instance_secret(deployment, resources.passwords, {}))
    return runner.run(resources.request, resources.passwords, resume)


def _summary(outcomes: tuple[Outcome, ...] | list[Outcome]) -> str:
    return ", ".join(
        f"{one.resource}/{one.server} {one.status}{', isolation not verified' if one.made and not one.isolated else ''}"
        for one in outcomes
    )


def _status(outcomes: tuple[Outcome, ...] | list[Outcome]) -> Status:
    return Status.UNCHANGED if all(outcome.status == "unchanged" for outcome in outcomes) else Status.DONE
