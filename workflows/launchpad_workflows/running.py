"""Runs one resource of a request: in a pod or in process, the same code."""

from __future__ import annotations

from collections.abc import Callable

from launchpad_workflows.credentials import ADDRESS, Credentials, Masking, optional
from launchpad_workflows.errors import ProvisioningError, Refused, Unavailable
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.provisioners.base import Context, Provisioner
from launchpad_workflows.registry import find
from launchpad_workflows.requests import Request, Resource

Say = Callable[[str], None]


def run_resource(request: Request, resource: Resource, credentials: Credentials, say: Say) -> Outcome:
    """What became of it. A failure is an outcome too, with `may_pass` where a retry makes sense; nothing is secret."""
    masking = Masking(credentials)

    def tell(line: str) -> None:
        say(f"{resource.resource}/{resource.server}: {masking.mask(line)}")

    context = Context(request.instance, masking, tell)
    provisioner = find(resource.resource, resource.provider).load_provisioner()(resource, context)
    try:
        _refuse_elsewhere(resource, credentials)
        outcome = _operate(request.operation, provisioner, resource)
    except ProvisioningError as error:
        tell(f"failed: {error}")
        outcome = _outcome(resource, "failed", str(error), may_pass=isinstance(error, Unavailable))
    details = tuple(masking.mask(line) for line in outcome.details)
    return outcome.model_copy(update={"details": details})


def _refuse_elsewhere(resource: Resource, credentials: Credentials) -> None:
    """A password goes to the address that it was registered for, and nowhere else.

    The credentials repeat the address because they and the server's description are two objects: a registration that
    is stopped between them, or a run that was started before it, has the new password together with the old address.
    """
    meant = optional(credentials, resource.resource, resource.server, ADDRESS)
    if meant not in ("", resource.address):
        raise Refused(
            f"The administrator's credentials of {resource.resource}/{resource.server} are for {meant} and the request "
            f"is for {resource.address}: register the server again, then start a new run."
        )


def _operate(operation: str, provisioner: Provisioner, resource: Resource) -> Outcome:
    if operation == "check":
        return _outcome(resource, "unchanged", provisioner.check())
    return provisioner.verify() if operation == "verify" else provisioner.provision()


def _outcome(resource: Resource, status: str, detail: str, *, may_pass: bool = False) -> Outcome:
    return Outcome.model_validate(
        {
            "resource": resource.resource,
            "provider": resource.provider,
            "server": resource.server,
            "status": status,
            "may_pass": may_pass,
            "details": (detail,),
        }
    )
