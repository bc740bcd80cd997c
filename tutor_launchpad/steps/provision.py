"""Step 3: the databases, buckets and users of the instance, on the servers that it names."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from launchpad_workflows.errors import ProvisioningError
from launchpad_workflows.outcomes import Outcome

from tutor_launchpad.adapters.files import OWN
from tutor_launchpad.adapters.servers import FileServers
from tutor_launchpad.core.errors import Conflict, LaunchpadError, Refused
from tutor_launchpad.core.ownership import ID_ANNOTATION, MANAGED_LABEL, MANAGER, owner
from tutor_launchpad.core.results import Status
from tutor_launchpad.core.seal import Mask
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.resources import Resources

if TYPE_CHECKING:
    from launchpad_workflows.remote import Resume
    from launchpad_workflows.submit import Run
    from launchpad_workflows.watch import Finished, Progress

    from tutor_launchpad.adapters.kubernetes import Cluster
    from tutor_launchpad.steps.deployment import Deployment

STEP = "provision"
PROVISIONED = "launchpad.openedx.org/provisioned"
OWNERS = OWN / "owners.json"


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
    finished = _run(deployment, cluster, resources, Resume(digest, ended=not always))
    if not finished.ok:
        raise LaunchpadError(_failure(finished, resources.passwords, deployment.mask))
    cluster.ensure(_secret(deployment, resources, {PROVISIONED: digest}))
    return _status(finished.outcomes), _summary(finished.outcomes)


def current_fingerprint(deployment: Deployment, resources: Resources) -> str:
    """A keyed digest of all that a run would be asked for."""
    from launchpad_workflows.credentials import MappingCredentials
    from launchpad_workflows.fingerprint import fingerprint

    return fingerprint(resources.request, MappingCredentials({}, resources.passwords), deployment.settings.seal_key)


def last_fingerprint(deployment: Deployment, cluster: Cluster) -> str:
    """That of the last run that ended well; empty where none has. Raises `Conflict` where the Secret is another root's."""
    secret = _find_secret(deployment, cluster)
    annotations = secret["metadata"].get("annotations") or {} if secret is not None else {}
    return str(annotations.get(PROVISIONED, ""))


def provision_in_process(deployment: Deployment, resources: Resources) -> tuple[Status, str]:
    """The same work in this process, with the credentials in the root's own file."""
    from launchpad_workflows.credentials import MappingCredentials
    from launchpad_workflows.local import run
    from launchpad_workflows.ownership import FileOwnership

    servers = FileServers(deployment.root)
    admins = {(one.resource, one.name): servers.credentials(one) for one in resources.servers}
    credentials = MappingCredentials(admins, resources.passwords)
    try:
        outcomes = run(
            resources.request,
            credentials,
            FileOwnership(deployment.root / OWNERS, _root_id(deployment)),
            deployment.progress.say,
        )
    except ProvisioningError as error:
        raise Refused([str(error)]) from error
    except ImportError as error:
        raise LaunchpadError(
            f"`--local` needs the worker's libraries ({error.name} is missing): "
            "install them with `pip install 'tutor-launchpad[worker]'`."
        ) from error
    failed = [_line(outcome) for outcome in outcomes if outcome.failed]
    if failed:
        raise LaunchpadError("\n".join(failed))
    return _status(outcomes), _summary(outcomes)


def _run(deployment: Deployment, cluster: Cluster, resources: Resources, resume: Resume) -> Finished:
    from launchpad_workflows.cluster_ownership import ClusterOwnership
    from launchpad_workflows.ownership import claim_names
    from launchpad_workflows.register import register
    from launchpad_workflows.remote import run
    from launchpad_workflows.templates.common import TemplateParams

    namespace = deployment.settings.namespace
    ownership = ClusterOwnership(cluster, namespace, _root_id(deployment))
    try:
        # Before the Secret: the passwords of an instance whose names are another root's must not be replaced by ours.
        claim_names(resources.request, ownership)
        for written in register(cluster, TemplateParams(deployment.settings.worker_image, namespace)):
            deployment.progress.say(f"{written} applied")
        cluster.ensure(_secret(deployment, resources, {}))
        finished = run(
            cluster,
            resources.request,
            ownership,
            _Teller(deployment),
            namespace=namespace,
            deadline=deployment.options.timeout,
            resume=resume,
            began=partial(_tell_begun, deployment),
        )
    except ProvisioningError as error:
        raise LaunchpadError(Mask(resources.passwords)(str(error))) from None
    deployment.ongoing.pop(STEP, None)
    return finished


def _tell_begun(deployment: Deployment, run: Run, found: bool) -> None:
    look = f"kubectl -n {run.namespace} get workflow {run.name}"
    deployment.ongoing[STEP] = f"workflow {run.namespace}/{run.name} goes on: look at it with `{look}`"
    if found:
        deployment.progress.say(f"workflow {run.name} of an interrupted run does this: waiting for it")


class _Teller:
    """Says each change of the run once."""

    def __init__(self, deployment: Deployment) -> None:
        self._say = deployment.progress.say
        self._last = ""

    def __call__(self, seen: Progress) -> None:
        parts = ", ".join(f"{one.resource}/{one.server} {one.phase}".rstrip() for one in seen.parts)
        text = f"workflow {seen.phase} {parts or seen.message}".strip()
        if text != self._last:
            self._say(text)
            self._last = text


def _secret_name(deployment: Deployment) -> str:
    from launchpad_workflows.credentials import instance_secret

    return instance_secret(deployment.settings.instance)


def _find_secret(deployment: Deployment, cluster: Cluster) -> Object | None:
    """The Secret, where it is this root's; raises `Conflict` where it is not."""
    name, namespace = _secret_name(deployment), deployment.settings.namespace
    live = cluster.find("v1", "Secret", name, namespace)
    if live is not None and owner(live) != _root_id(deployment):
        raise Conflict(
            f"Secret {name} in namespace {namespace} belongs to another Tutor root with an instance "
            f"{deployment.settings.instance}, so nothing was touched: choose another LAUNCHPAD_INSTANCE here."
        )
    return live


def _root_id(deployment: Deployment) -> str:
    return str(deployment.config["ID"])


def _secret(deployment: Deployment, resources: Resources, annotations: dict[str, str]) -> Object:
    """The passwords that the workflow's pods set; it is the deploy's, as they are Tutor's settings."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": _secret_name(deployment),
            "namespace": deployment.settings.namespace,
            "labels": {MANAGED_LABEL: MANAGER, "launchpad.openedx.org/instance": deployment.settings.instance},
            "annotations": {ID_ANNOTATION: _root_id(deployment), **annotations},
        },
        "type": "Opaque",
        "data": {key: base64.b64encode(value.encode()).decode() for key, value in resources.passwords.items()},
    }


def _failure(finished: Finished, passwords: Mapping[str, str], mask: Mask | None) -> str:
    """What failed, why, and where to look. Masked with the request's own passwords, whoever knows of others."""
    own = Mask(passwords)
    lines = [f"Provisioning failed: workflow {finished.run.namespace}/{finished.run.name} ended as {finished.phase}."]
    lines += [_line(outcome) for outcome in finished.outcomes if outcome.failed]
    told = {(outcome.resource, outcome.server) for outcome in finished.outcomes}
    for failure in finished.failures:
        if (failure.resource, failure.server) not in told:
            lines += [f"{failure.resource}/{failure.server}: {failure.message}", *failure.log]
    told |= {(failure.resource, failure.server) for failure in finished.failures}
    lines += [
        f"{resource}/{server}: no outcome" for resource, server in finished.run.places if (resource, server) not in told
    ]
    text = own("\n".join(lines))
    return mask(text) if mask else text


def _line(outcome: Outcome) -> str:
    return f"{outcome.resource}/{outcome.server} {outcome.status}: {' '.join(outcome.details)}"


def _summary(outcomes: tuple[Outcome, ...] | list[Outcome]) -> str:
    return ", ".join(f"{outcome.resource}/{outcome.server} {outcome.status}" for outcome in outcomes)


def _status(outcomes: tuple[Outcome, ...] | list[Outcome]) -> Status:
    return Status.UNCHANGED if all(outcome.status == "unchanged" for outcome in outcomes) else Status.DONE
