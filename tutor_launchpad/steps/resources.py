"""Which resources an instance needs on which servers: the request for them, and the settings that follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from launchpad_workflows.requests import Request
from pydantic import ValidationError

from tutor_launchpad import hooks
from tutor_launchpad.adapters.servers import ClusterServers, FileServers, Servers, find_server
from tutor_launchpad.core.errors import NotFound, Refused, refuse
from tutor_launchpad.core.resources import ResourcePlan, Server, Wanted, named_servers, plugin_conflicts

if TYPE_CHECKING:
    from tutor_launchpad.steps.deployment import Deployment


@dataclass(frozen=True)
class Resources:
    """The servers that are used, what is asked of them, and the passwords that the request names."""

    servers: tuple[Server, ...]
    request: Request
    passwords: Mapping[str, str] = field(repr=False)


def servers_of(deployment: Deployment) -> Servers:
    """Where this deployment's servers are registered."""
    if deployment.cluster is None:
        return FileServers(deployment.root)
    return ClusterServers(deployment.cluster, deployment.settings.namespace)


def plan_resources(deployment: Deployment, only: tuple[str, ...] = ()) -> Resources | None:
    """What this instance needs, merged into the deployment's overrides and flows; None where it names no server.

    `only`: resources to keep in the request; all of them shape the configuration. Raises `Refused`, for all
    that are wrong; the others' settings are merged all the same.
    """
    loaded = deployment.loaded
    planners = hooks.RESOURCES.apply({})
    named = named_servers(loaded.config, planners)
    if not named:
        return None
    known = servers_of(deployment)
    databases = tuple(hooks.MYSQL_DATABASES.apply([], loaded.config))
    wanted = Wanted(deployment.settings.instance, loaded.config, loaded.user, loaded.templates, databases)
    problems, plans = plugin_conflicts(loaded.config, named), list[tuple[Server, ResourcePlan]]()
    for resource, name in named.items():
        try:
            server = find_server(known, resource, name)
            plans.append((server, planners[resource](wanted, server)))
        except (NotFound, Refused) as error:
            problems += error.problems
    for server, plan in plans:
        deployment.overrides |= plan.overrides
        deployment.origins |= dict.fromkeys(plan.overrides, f"server {server}")
    refuse(problems)
    deployment.flows = [server.flow for server, _ in plans]
    kept = [plan for server, plan in plans if not only or server.resource in only]
    passwords = {key: value for _, plan in plans for key, value in plan.secrets.items()}
    return Resources(tuple(server for server, _ in plans), _request(deployment.settings.instance, kept), passwords)


def wanted_resources(deployment: Deployment, only: tuple[str, ...]) -> Resources | None:
    """What the settings ask for; raises `Refused` where one of `only` is not in use."""
    resources = plan_resources(deployment, only)
    known = {} if resources is None else {one.resource for one in resources.servers}
    unknown = [name for name in only if name not in known]
    if unknown:
        raise Refused([
            f"This instance names no server for {name}: set LAUNCHPAD_{name.upper()}_SERVER." for name in unknown
        ])  # fmt: skip
    return resources


def _request(instance: str, plans: list[ResourcePlan]) -> Request:
    try:
        return Request.model_validate({"instance": instance, "resources": [dict(plan.part) for plan in plans]})
    except ValidationError as error:
        raise Refused(request_problems(error)) from None


def request_problems(error: ValidationError) -> list[str]:
    """What does not hold in a request, without the values."""
    found = error.errors(include_input=False)
    return [f"{'.'.join(map(str, one['loc']))}: {one['msg'].removeprefix('Value error, ')}" for one in found]
