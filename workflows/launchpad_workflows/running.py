"""Runs one resource of a request: in a pod or in process, the same code."""

from __future__ import annotations

from collections.abc import Callable

from launchpad_workflows.credentials import Credentials, Masking
from launchpad_workflows.errors import ProvisioningError, Unavailable
from launchpad_workflows.operations.dispatch import operate
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.provisioners.base import Context
from launchpad_workflows.registry import find
from launchpad_workflows.report import Report
from launchpad_workflows.requests import Request, Resource

Say = Callable[[str], None]


def run_resource(request: Request, resource: Resource, credentials: Credentials, say: Say) -> Outcome:
    """What became of it. A failure is an outcome too, with `may_pass` where a retry makes sense; nothing is secret."""
    masking = Masking(credentials)

    def tell(line: str) -> None:
        say(f"{resource.resource}/{resource.server}: {masking.mask(line)}")

    context = Context(request.instance, masking, tell, request.root)
    provisioner = find(resource.resource, resource.provider).load_provisioner()(resource, context)
    try:
        provisioner.refuse_elsewhere()
        outcome = operate(request, provisioner)
    except ProvisioningError as error:
        report = Report(tell)
        report.note(str(error))
        outcome = report.outcome(resource, status="failed", may_pass=isinstance(error, Unavailable))
    left = tuple(one.model_copy(update={"reason": masking.mask(one.reason)}) for one in outcome.left)
    return outcome.model_copy(update={"details": tuple(map(masking.mask, outcome.details)), "left": left})
