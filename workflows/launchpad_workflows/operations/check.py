"""check: does the server answer, and does it let its administrator in?"""

from __future__ import annotations

from typing import Any

from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.provisioners.base import Provisioner
from launchpad_workflows.report import Report
from launchpad_workflows.requests import Request


def check(_request: Request, provisioner: Provisioner[Any]) -> Outcome:
    """Log in and tell what answers."""
    report = Report(provisioner.context.say)
    report.note(provisioner.version())
    return report.outcome(provisioner.resource, status="reachable")
