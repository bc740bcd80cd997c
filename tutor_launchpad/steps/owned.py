"""What an instance is recorded to have on servers, whatever its settings say today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launchpad_workflows.items import Claim, Item
from launchpad_workflows.requests import Request
from pydantic import ValidationError

from tutor_launchpad.adapters.servers import find_server
from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.resources import Server
from tutor_launchpad.steps.resources import Resources, plan_resources, request_problems, servers_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchpad_workflows.requests import Resource

    from tutor_launchpad.steps.deployment import Deployment


def plan_owned(
    deployment: Deployment, held: Mapping[Item, Claim], only: tuple[str, ...] = (), *, wanted: bool
) -> Resources | None:
    """The resources in which the instance has a name, on every server; None where there is none.

    Those that its settings name are as the settings say, the others have nothing but their records. `wanted`: also
    resources of the settings in which nothing is recorded.
    """
    planned = plan_resources(deployment, only)
    found = {} if planned is None else {(one.resource, one.server): one for one in planned.request.resources}
    places = dict.fromkeys((item.resource, item.server) for item in held)
    places = {place: None for place in places if not only or place[0] in only}
    parts = [_with_claims(found[place], held) if place in found else _bare(deployment, place, held) for place in places]
    if wanted:
        parts += [part for place, part in found.items() if place not in places]
    if not parts:
        return None
    passwords = {} if planned is None else planned.passwords
    servers = [find_server(servers_of(deployment), part.resource, part.server) for part in parts]
    request = Request.model_validate(
        {"instance": deployment.settings.instance, "operation": "inspect", "resources": parts}
    )
    return Resources(tuple(servers), request, passwords)


def _bare(deployment: Deployment, place: tuple[str, str], held: Mapping[Item, Claim]) -> Resource:
    """A server's part of a request with nothing in it but what is recorded."""
    server = find_server(servers_of(deployment), *place)
    try:
        request = Request.model_validate({"operation": "check", "resources": [_part(server)]})
    except ValidationError as error:
        raise Refused(request_problems(error)) from None
    return _with_claims(request.resources[0], held)


def _part(server: Server) -> dict[str, object]:
    return {"resource": server.resource, "provider": server.provider, "server": server.name, **server.settings}


def _with_claims(resource: Resource, held: Mapping[Item, Claim]) -> Resource:
    place = resource.resource, resource.server
    claims = {item.key: claim for item, claim in held.items() if (item.resource, item.server) == place}
    return resource.model_copy(update={"claims": claims})
