"""Where an operation of the provisioning library runs: in a workflow of the cluster, or in this process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from launchpad_workflows.errors import ProvisioningError
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.requests import Request

from tutor_launchpad.adapters.chosen import ChosenFile
from tutor_launchpad.adapters.files import OWN
from tutor_launchpad.adapters.servers import FileServers
from tutor_launchpad.core.access import needed_for, sentences
from tutor_launchpad.core.errors import LaunchpadError, Refused, refuse
from tutor_launchpad.core.seal import Mask
from tutor_launchpad.core.worker_image import unpinned
from tutor_launchpad.steps.telling import Teller

if TYPE_CHECKING:
    from launchpad_workflows.ownership import Ownership
    from launchpad_workflows.remote import Resume
    from launchpad_workflows.submit import Run
    from launchpad_workflows.watch import Finished

    from tutor_launchpad.adapters.kubernetes import Cluster
    from tutor_launchpad.steps.deployment import Deployment

OWNERS = OWN / "owners.json"


@dataclass(frozen=True)
class Ran:
    """A run that has ended. `place`: where people find it; `problems`: a line each, none where all is well.

    `recorded`: what became of the names is; else a repeat has to do that.
    """

    outcomes: tuple[Outcome, ...]
    place: str
    problems: tuple[str, ...]
    recorded: bool = True

    @property
    def ok(self) -> bool:
        """Whether it did what it was asked for."""
        return not self.problems


class Runner(Protocol):
    """Runs requests of one instance."""

    @property
    def ownership(self) -> Ownership:
        """Who owns which name on the servers."""

    def run(self, request: Request, passwords: Mapping[str, str], resume: Resume | None = None) -> Ran:
        """The end of the run. Raises `LaunchpadError` where none could be started, or was awaited in vain.

        `resume`: a run that may be taken up instead of a new one, where runs outlive their caller.
        """

    def chosen(self, request: Request) -> Mapping[str, str]:
        """What providers have chosen for the request's instance so far, by key; nothing where none of them chooses."""

    def forget_chosen(self) -> None:
        """The instance has nothing left."""


def open_runner(deployment: Deployment, *, local: bool) -> Runner:
    """This process, or the deployment's cluster; raises `Refused` where there is none to work in."""
    if local:
        return InProcess(deployment)
    if deployment.cluster is None:
        raise Refused(["There is no cluster to run a workflow in: give --context, or use --local."])
    if not deployment.settings.worker_image:
        raise Refused(["LAUNCHPAD_WORKER_IMAGE is not set: build workflows/Dockerfile, push it, and name it there."])
    return ByWorkflow(deployment, deployment.cluster)


@dataclass(frozen=True)
class InProcess:
    """With the credentials in the root's own file."""

    deployment: Deployment

    @property
    def ownership(self) -> Ownership:
        """In a file of the root."""
        from launchpad_workflows.ownership import FileOwnership

        return FileOwnership(self.deployment.root / OWNERS, root_id(self.deployment))

    def run(self, request: Request, passwords: Mapping[str, str], resume: Resume | None = None) -> Ran:
        """See `Runner`."""
        from launchpad_workflows.credentials import MappingCredentials
        from launchpad_workflows.local import run

        servers = FileServers(self.deployment.root)
        admins = {(one.resource, one.name): servers.credentials(one) for one in servers.all()}
        try:
            credentials = MappingCredentials(admins, {**passwords, **self._file.read()}, keeper=self._file.keep)
            done = run(request, credentials, self.ownership, self.deployment.progress.say)
        except ProvisioningError as error:
            raise Refused([str(error)]) from error
        except ImportError as error:
            raise LaunchpadError(
                f"`--local` needs the worker's libraries ({error.name} is missing): "
                "install them with `pip install 'tutor-launchpad[worker]'`."
            ) from error
        problems = [_unrecorded(done.unrecorded)] if done.unrecorded else []
        problems += [describe(one) for one in done.outcomes if one.failed]
        return Ran(done.outcomes, "this process", tuple(problems), recorded=not done.unrecorded)

    def chosen(self, request: Request) -> Mapping[str, str]:
        """See `Runner`."""
        return self._file.read()

    def forget_chosen(self) -> None:
        """See `Runner`."""
        self._file.forget()

    @property
    def _file(self) -> ChosenFile:
        return ChosenFile(self.deployment.root)


@dataclass(frozen=True)
class ByWorkflow:
    """With the credentials in the cluster, which only the workflow's pods read."""

    deployment: Deployment
    cluster: Cluster

    @property
    def ownership(self) -> Ownership:
        """In the cluster."""
        from launchpad_workflows.cluster_ownership import ClusterOwnership

        return ClusterOwnership(self.cluster, self._namespace, root_id(self.deployment))

    def claim(self, request: Request, passwords: Mapping[str, str]) -> None:
        """The names alone; raises where one is another's."""
        from launchpad_workflows.ownership import claim_names

        with _translated(passwords):
            claim_names(request, self.ownership)

    def run(self, request: Request, passwords: Mapping[str, str], resume: Resume | None = None) -> Ran:
        """See `Runner`."""
        from launchpad_workflows.register import register
        from launchpad_workflows.remote import run
        from launchpad_workflows.templates.common import TemplateParams

        deployment = self.deployment
        refuse(sentences(self.cluster.can_i(needed_for(request.operation, deployment.settings))))
        with _translated(passwords):
            params = TemplateParams(deployment.settings.worker_image, self._namespace)
            written = register(self.cluster, params)
            for one in written:
                deployment.progress.say(f"{one} applied")
            if written and (why := unpinned(params.image)):
                deployment.progress.say(why)
            finished = run(
                self.cluster,
                request,
                self.ownership,
                Teller(deployment.progress.say),
                namespace=self._namespace,
                deadline=deployment.options.timeout,
                resume=resume,
                began=partial(_tell_begun, deployment, request.operation),
            )
        deployment.ongoing.pop(request.operation, None)
        return Ran(
            finished.outcomes,
            f"workflow {finished.run.namespace}/{finished.run.name}",
            tuple(_problems(finished, passwords, self.deployment.mask)),
            recorded=not finished.unrecorded,
        )

    def chosen(self, request: Request) -> Mapping[str, str]:
        """See `Runner`."""
        from launchpad_workflows.chosen import read

        if not any(one.chosen_keys() for one in request.resources):
            return {}
        with _translated({}):
            return read(self.cluster, self.deployment.settings.instance, self._namespace, root_id(self.deployment))

    def forget_chosen(self) -> None:
        """See `Runner`."""
        from launchpad_workflows.chosen import forget

        with _translated({}):
            forget(self.cluster, self.deployment.settings.instance, self._namespace, root_id(self.deployment))

    @property
    def _namespace(self) -> str:
        return self.deployment.settings.namespace


def _tell_begun(deployment: Deployment, operation: str, run: Run, found: bool) -> None:
    """Whoever stops the waiting is told that the workflow goes on."""
    look = f"kubectl -n {run.namespace} get workflow {run.name}"
    deployment.ongoing[operation] = f"workflow {run.namespace}/{run.name} goes on: look at it with `{look}`"
    if found:
        deployment.progress.say(f"workflow {run.name} of an interrupted run does this: waiting for it")


def root_id(deployment: Deployment) -> str:
    """Which Tutor root this is, whatever its instance is called."""
    return str(deployment.config["ID"])


def describe(outcome: Outcome) -> str:
    """An outcome in one line."""
    return f"{outcome.resource}/{outcome.server} {outcome.status}: {' '.join(outcome.details)}"


def _unrecorded(why: str) -> str:
    return f"What became of the names could not be recorded: {why} Then run this again."


@contextmanager
def _translated(passwords: Mapping[str, str]) -> Iterator[None]:
    try:
        yield
    except ProvisioningError as error:
        raise LaunchpadError(Mask(passwords)(str(error))) from None


def _problems(finished: Finished, passwords: Mapping[str, str], mask: Mask | None) -> Iterator[str]:
    """What failed, why, and where to look. Masked with the request's own passwords, whoever knows of others."""
    if finished.ok:
        return
    own = Mask(passwords)
    lines = [f"workflow {finished.run.namespace}/{finished.run.name} ended as {finished.phase}."]
    if finished.unrecorded:
        lines.append(_unrecorded(finished.unrecorded))
    lines += [describe(outcome) for outcome in finished.outcomes if outcome.failed]
    told = {(outcome.resource, outcome.server) for outcome in finished.outcomes}
    for failure in finished.failures:
        if (failure.resource, failure.server) not in told:
            lines += [f"{failure.resource}/{failure.server}: {failure.message}", *failure.log]
    told |= {(failure.resource, failure.server) for failure in finished.failures}
    lines += [
        f"{resource}/{server}: no outcome" for resource, server in finished.run.places if (resource, server) not in told
    ]
    for line in lines:
        yield mask(own(line)) if mask else own(line)
