"""verify: only try it, as the instance would, and a neighbour's; nothing is changed."""

from __future__ import annotations

from typing import Any

from launchpad_workflows.operations.convergence import try_out
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.provisioners.base import Provisioner
from launchpad_workflows.report import Report
from launchpad_workflows.requests import Request


def verify(_request: Request, provisioner: Provisioner[Any]) -> Outcome:
    """`verified` only where a neighbour was tried and refused."""
    report = Report(provisioner.context.say)
    if not provisioner.resource.items():
        return report.outcome(provisioner.resource)
    try_out(provisioner, report)
    return report.outcome(provisioner.resource, status="verified" if report.isolated else "not verified")
