"""Finds the operation that a request asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from launchpad_workflows.operations.check import check
from launchpad_workflows.operations.deprovision import deprovision
from launchpad_workflows.operations.inspect import inspect
from launchpad_workflows.operations.provision import provision
from launchpad_workflows.operations.rotate import rotate
from launchpad_workflows.operations.verify import verify
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.provisioners.base import Provisioner
from launchpad_workflows.requests import Operation, Request

_OPERATIONS: Mapping[Operation, Callable[[Request, Provisioner[Any]], Outcome]] = {
    "provision": provision,
    "verify": verify,
    "rotate": rotate,
    "deprovision": deprovision,
    "inspect": inspect,
    "check": check,
}


def operate(request: Request, provisioner: Provisioner[Any]) -> Outcome:
    """Do what the request asks for."""
    return _OPERATIONS[request.operation](request, provisioner)
