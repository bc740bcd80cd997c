"""Puts Launchpad's namespace, accounts and WorkflowTemplates into the cluster."""

from __future__ import annotations

from launchpad_workflows.client import WORKFLOWS
from launchpad_workflows.register import Registered, register, register_accounts, survey
from launchpad_workflows.templates.common import TemplateParams, template_name

from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.core.cluster.components import ARGO_WORKFLOWS, CRDS, LAUNCHPAD, MARKS
from tutor_launchpad.core.cluster.stages import established
from tutor_launchpad.core.errors import NoSuchKind
from tutor_launchpad.core.results import Status
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.cluster.installation import Installation

NEEDS_IMAGE = (
    "the WorkflowTemplates need the worker's image: build workflows/Dockerfile, push it, and install again with "
    "--worker-image"
)


def run_templates(installation: Installation) -> tuple[Status, str]:
    """Register what is missing or outdated; without an image, all but the templates."""
    if not installation.order.wants(LAUNCHPAD):
        return Status.SKIPPED, "not asked for"
    cluster = installation.cluster
    image = installation.order.worker_image or current_image(cluster)
    definition = cluster.find(CRDS, MARKS[ARGO_WORKFLOWS].kind, MARKS[ARGO_WORKFLOWS].name)
    served = definition is not None and established(definition)
    params = TemplateParams(image)
    written = register(cluster, params) if image and served else register_accounts(cluster, params)
    if not image:
        installation.next.append(NEEDS_IMAGE)
    elif not served:
        installation.waiting.append("the WorkflowTemplates: for Argo Workflows; then install again")
    told = f"namespace {params.namespace}" if not (image and served) else f"templates of {image}"
    return (Status.DONE, f"{told}: {len(written)} applied") if written else (Status.UNCHANGED, told)


def current_image(cluster: Cluster) -> str:
    """The worker's image that the cluster's templates have; empty where there are none."""
    try:
        live = cluster.find(WORKFLOWS, "WorkflowTemplate", template_name("check"), TemplateParams.namespace)
    except NoSuchKind:
        return ""
    templates: list[Object] = ((live or {}).get("spec") or {}).get("templates") or []
    return next((str(one["container"]["image"]) for one in templates if one.get("container")), "")


def survey_templates(cluster: Cluster) -> list[Registered]:
    """The templates, compared with what this version of the library would register with the same image."""
    return survey(cluster, TemplateParams(current_image(cluster)))
