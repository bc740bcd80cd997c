"""The WorkflowTemplates, one a file, and what has to be in a cluster for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hera.workflows import WorkflowTemplate

from launchpad_workflows.requests import Operation
from launchpad_workflows.templates.check import build_check
from launchpad_workflows.templates.common import TemplateParams
from launchpad_workflows.templates.deprovision import build_deprovision
from launchpad_workflows.templates.inspect import build_inspect
from launchpad_workflows.templates.provision import build_provision
from launchpad_workflows.templates.rotate import build_rotate
from launchpad_workflows.templates.verify import build_verify

BUILDERS: Mapping[Operation, Callable[[TemplateParams], WorkflowTemplate]] = {
    "provision": build_provision,
    "verify": build_verify,
    "rotate": build_rotate,
    "deprovision": build_deprovision,
    "inspect": build_inspect,
    "check": build_check,
}
