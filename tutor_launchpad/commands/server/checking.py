"""Tries a registered server: in a pod of the cluster, or from here where there is none."""

from __future__ import annotations

from pathlib import Path

from launchpad_workflows.errors import ProvisioningError
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.requests import Request

from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.adapters.servers import ClusterServers, FileServers, find_server
from tutor_launchpad.adapters.tutor import load_configuration
from tutor_launchpad.commands.terminal import open_display
from tutor_launchpad.core.errors import LaunchpadError, NotFound, Refused
from tutor_launchpad.core.resources import Server
from tutor_launchpad.core.settings import Settings, read_settings
from tutor_launchpad.steps.target import Wish, find_cluster


def check_server(root: Path, wish: Wish, resource: str, name: str, timeout: float) -> str:
    """One line on what answered; raises where nobody did, or refused the login."""
    settings = read_settings(load_configuration(root, {}).config)
    cluster = find_cluster(settings, root, wish, changes=True, needs_repository=False, say=open_display().say)
    servers = FileServers(root) if cluster is None else ClusterServers(cluster, settings.namespace)
    server = find_server(servers, resource, name)
    part = {"resource": server.resource, "provider": server.provider, "server": server.name, **server.settings}
    request = Request.model_validate({"operation": "check", "resources": [part]})
    if cluster is None:
        outcomes = _from_here(root, server, request)
    else:
        outcomes = _from_a_pod(cluster, settings, request, timeout)
    text = "\n".join(f"{server}: {' '.join(outcome.details)}" for outcome in outcomes)
    if any(outcome.failed for outcome in outcomes):
        raise LaunchpadError(text)
    return text


def _from_here(root: Path, server: Server, request: Request) -> tuple[Outcome, ...]:
    from launchpad_workflows.credentials import MappingCredentials
    from launchpad_workflows.local import run
    from launchpad_workflows.ownership import FileOwnership

    admins = {(server.resource, server.name): FileServers(root).credentials(server)}
    try:
        done = run(request, MappingCredentials(admins, {}), FileOwnership(root / "unused"), lambda _: None)
    except ImportError as error:
        raise NotFound(
            f"Checking from here needs the worker's libraries ({error.name} is missing): "
            "install them with `pip install 'tutor-launchpad[worker]'`."
        ) from error
    return done.outcomes


def _from_a_pod(cluster: Cluster, settings: Settings, request: Request, timeout: float) -> tuple[Outcome, ...]:
    from launchpad_workflows.cluster_ownership import ClusterOwnership
    from launchpad_workflows.register import register
    from launchpad_workflows.remote import run
    from launchpad_workflows.templates.common import TemplateParams

    if not settings.worker_image:
        raise Refused(["LAUNCHPAD_WORKER_IMAGE is not set: build workflows/Dockerfile, push it, and name it there."])
    try:
        register(cluster, TemplateParams(settings.worker_image, settings.namespace))
        finished = run(
            cluster,
            request,
            ClusterOwnership(cluster, settings.namespace),
            lambda _: None,
            namespace=settings.namespace,
            deadline=timeout,
        )
    except ProvisioningError as error:
        raise LaunchpadError(str(error)) from error
    if not finished.outcomes:
        lines = [f"{failure.message} {' '.join(failure.log)}" for failure in finished.failures]
        raise LaunchpadError(f"The check did not run: {finished.phase} {finished.message} {' '.join(lines)}".strip())
    return finished.outcomes
