"""provision: what is missing is made, what has drifted is repaired, what is right is left alone; then all is tried."""

from __future__ import annotations

from typing import Any

from launchpad_workflows.operations.convergence import converge, try_out
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.provisioners.base import Provisioner
from launchpad_workflows.report import Report, keys
from launchpad_workflows.requests import Request


def provision(_request: Request, provisioner: Provisioner[Any]) -> Outcome:
    """Converge, then try it as the instance would."""
    report = Report(provisioner.context.say)
    items = provisioner.resource.items()
    if provisioner.makes:
        with provisioner.administering():
            converge(provisioner, items, report)
    if items:
        try_out(provisioner, report)
    made = keys(items) if provisioner.makes else ()
    return report.outcome(provisioner.resource, made=made)
