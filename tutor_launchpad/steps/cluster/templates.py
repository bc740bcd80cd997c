"""Puts Launchpad's namespace, accounts and WorkflowTemplates into the cluster."""

from __future__ import annotations

from launchpad_workflows.client import CONTENT_LABEL, WORKFLOWS
from launchpad_workflows.register import plan_registration, register, register_accounts
from launchpad_workflows.templates import BUILDERS
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
    return next((image for one in _live(cluster).values() if (image := _image(one))), "")


def template_states(cluster: Cluster) -> dict[str, str]:
    """Template → `current`, `outdated` or `missing`, against this library's with the image in use; in one request.

    Empty where there are none at all.
    """
    live = _live(cluster)
    image = next((image for one in live.values() if (image := _image(one))), "")
    if not image:
        return {}
    planned = plan_registration(TemplateParams(image))
    wanted = {one["metadata"]["name"]: _content(one) for one in planned if one["kind"] == "WorkflowTemplate"}
    return {
        name: "missing" if name not in live else "current" if _content(live[name]) == content else "outdated"
        for name, content in wanted.items()
    }


def _live(cluster: Cluster) -> dict[str, Object]:
    """Our templates by their names."""
    names = set(map(template_name, BUILDERS))
    try:
        found = cluster.list(WORKFLOWS, "WorkflowTemplate", TemplateParams.namespace)
    except NoSuchKind:
        return {}
    return {one["metadata"]["name"]: one for one in found if one["metadata"]["name"] in names}


def _image(template: Object) -> str:
    templates: list[Object] = (template.get("spec") or {}).get("templates") or []
    return next((str(one["container"].get("image", "")) for one in templates if one.get("container")), "")


def _content(template: Object) -> str:
    return str((template["metadata"].get("labels") or {}).get(CONTENT_LABEL, ""))
