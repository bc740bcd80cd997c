"""Work on an instance's people: by a workflow in its namespace, or in its running LMS."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from launchpad_workflows.errors import ProvisioningError
from launchpad_workflows.people.in_lms import MARK
from launchpad_workflows.people.lms import DEPLOYMENT, LmsPod, read_lms
from launchpad_workflows.people.model import PeopleOutcome, PeopleRequest

from tutor_launchpad.adapters.lms import run_in_lms
from tutor_launchpad.core.access import needed_for, sentences
from tutor_launchpad.core.errors import LaunchpadError, NoSuchKind, Refused, refuse
from tutor_launchpad.core.people import PeopleResult, result_of
from tutor_launchpad.core.seal import Mask
from tutor_launchpad.core.settings import Settings
from tutor_launchpad.steps.namespace import find_namespace

if TYPE_CHECKING:
    from launchpad_workflows.people.remote import PeopleRun
    from launchpad_workflows.submit import Run

    from tutor_launchpad.adapters.kubernetes import Cluster


@dataclass
class People:
    """The people of one instance. `ongoing`: what goes on without us."""

    settings: Settings
    root_id: str
    cluster: Cluster
    say: Callable[[str], None]
    timeout: float
    ongoing: list[str] = field(default_factory=list)

    def work(self, request: PeopleRequest, password: str, *, local: bool) -> PeopleResult:
        """Do what is asked for; raises `LaunchpadError` where it is not done. `local`: without Argo Workflows."""
        refuse(sentences(self.cluster.can_i(needed_for("people --local" if local else "people", self.settings))))
        lms = self._lms()
        with _translated(password):
            outcome, place = (self._in_lms if local else self._by_workflow)(request, password, lms)
        if outcome.status == "failed":
            raise LaunchpadError(" ".join(outcome.details))
        return result_of(self.settings.instance, request, outcome, place, password)

    def _lms(self) -> LmsPod:
        """As it is deployed; raises `Refused` where there is none."""
        name = self.settings.instance
        if find_namespace(self.cluster, name, self.root_id) is None:
            raise Refused([
                f"Instance {name} is not deployed: this cluster has no namespace {name}. Run `tutor launchpad deploy` first."
            ])  # fmt: skip
        deployment = self.cluster.find("apps/v1", "Deployment", DEPLOYMENT, name)
        if deployment is None:
            raise Refused([
                f"Namespace {name} has no Deployment {DEPLOYMENT}, so there is no Open edX to make users in: look at it with "
                "`tutor launchpad status`, and deploy."
            ])  # fmt: skip
        return read_lms(deployment)

    def _by_workflow(self, request: PeopleRequest, password: str, lms: LmsPod) -> tuple[PeopleOutcome, str]:
        from launchpad_workflows.people.remote import register_people, run

        namespace = self.settings.instance
        try:
            for written in register_people(
                self.cluster, request, lms, namespace, policy=self.settings.network_policies
            ):
                self.say(f"{written} applied")
            ended = run(
                self.cluster,
                request,
                password,
                namespace,
                deadline=self.timeout,
                began=self._remember,
                progress=self.say,
            )
        except NoSuchKind as error:
            raise Refused([f"{error} That is Argo Workflows; `--local` does without."]) from error
        self.ongoing.clear()
        if ended.outcome is None:
            raise LaunchpadError(Mask({"password": password})(_explain(ended)))
        return ended.outcome, f"workflow {namespace}/{ended.run.name}"

    def _remember(self, run: Run) -> None:
        look = f"kubectl -n {run.namespace} get workflow {run.name}"
        self.ongoing.append(f"workflow {run.namespace}/{run.name} goes on: look at it with `{look}`")

    def _in_lms(self, request: PeopleRequest, password: str, lms: LmsPod) -> tuple[PeopleOutcome, str]:
        from launchpad_workflows.people.template import command

        both = json.dumps({"request": request.model_dump(), "password": password}).encode()
        namespace, container = self.settings.instance, str(lms.container["name"])
        self.ongoing.append(f"what runs in the LMS of namespace {namespace} may still come to its end")
        text = run_in_lms(self.cluster.context, namespace, container, command(), both, self.timeout)
        self.ongoing.clear()
        told = [line.removeprefix(MARK) for line in text.splitlines() if line.startswith(MARK)]
        if not told:
            raise LaunchpadError(
                f"The LMS of namespace {namespace} ended the command without telling what became of it: is its image Open edX's?"
            )
        return PeopleOutcome.model_validate_json(told[-1]), f"the LMS of namespace {namespace}"


def _explain(ended: PeopleRun) -> str:
    """What is known of a run whose pod told nothing."""
    place = f"{ended.run.namespace}/{ended.run.name}"
    if ended.phase == "Succeeded":
        return f"Workflow {place} ended without telling what became of it: is the image of Deployment {DEPLOYMENT} Open edX's?"
    return "\n".join([f"Workflow {place} ended as {ended.phase}: {ended.message or 'no reason is told'}", *ended.log])


@contextmanager
def _translated(password: str) -> Iterator[None]:
    try:
        yield
    except ProvisioningError as error:
        raise LaunchpadError(Mask({"password": password})(str(error))) from None
