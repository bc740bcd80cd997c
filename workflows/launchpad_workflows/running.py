"""Runs one resource of a request: in a pod or in process, the same code."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

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
    """What became of it. A failure is an outcome too, whatever it is, with `may_pass` where a retry makes sense.

    Nothing is secret: an error of an unknown kind is told by its kind and place alone. Raises `ImportError` where a library
    of the provider is not installed.
    """
    masking = Masking(credentials)

    def tell(line: str) -> None:
        say(f"{resource.resource}/{resource.server}: {masking.mask(line)}")

    context = Context(request.instance, masking, tell, request.root)
    provider = find(resource.resource, resource.provider)
    try:
        provisioner = provider.load_provisioner()(resource, context)
        provisioner.refuse_elsewhere()
        outcome = operate(request, provisioner)
    except ProvisioningError as error:
        report = Report(tell)
        report.note(str(error))
        outcome = report.outcome(resource, status="failed", may_pass=isinstance(error, Unavailable))
    except ImportError:
        raise  # the caller says what to install
    except Exception as error:  # noqa: BLE001 - the other resources' outcomes must not be lost with this one
        for frame in traceback.extract_tb(error.__traceback__):
            tell(f"at {frame.filename}:{frame.lineno} in {frame.name}")
        report = Report(tell)
        report.note(_unexpected(request, resource, error))
        outcome = report.outcome(resource, status="failed")
    left = tuple(one.model_copy(update={"reason": masking.mask(one.reason)}) for one in outcome.left)
    return outcome.model_copy(update={"details": tuple(map(masking.mask, outcome.details)), "left": left})


def _unexpected(request: Request, resource: Resource, error: Exception) -> str:
    """Without the error's own text, which may hold what a server answered: a secret that was never read by us."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"{request.operation.capitalize()} of {resource.resource}/{resource.server} with the provider {resource.provider} met an "
        f"error that it does not know, {type(error).__name__} at {Path(last.filename).name}:{last.lineno}. Repeat; if it comes "
        "again, report it with the lines above it."
    )
