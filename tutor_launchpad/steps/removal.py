"""Ends what an instance has on servers: its access, and on demand its data."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from launchpad_workflows.credentials import NEXT
from launchpad_workflows.requests import Dump, Request
from pydantic import ValidationError

from tutor_launchpad.adapters.servers import find_server
from tutor_launchpad.core.errors import Conflict, LaunchpadError, Refused
from tutor_launchpad.steps.instance_secret import find_secret, instance_secret
from tutor_launchpad.steps.owned import plan_owned
from tutor_launchpad.steps.resources import Resources, plan_resources, request_problems, servers_of
from tutor_launchpad.steps.rotation import Rotations
from tutor_launchpad.steps.runners import Ran, Runner

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchpad_workflows.items import Claim, Item
    from launchpad_workflows.remote import Resume

    from tutor_launchpad.core.types import Object
    from tutor_launchpad.steps.deployment import Deployment


@dataclass(frozen=True)
class Removal:
    """What is asked for. `only`: resources, all where empty; `dump_to`: `SERVER/BUCKET[/PREFIX]`."""

    only: tuple[str, ...] = ()
    delete_data: bool = False
    dump_to: str = ""


def plan_removal(deployment: Deployment, runner: Runner, removal: Removal, now: datetime) -> Resources | None:
    """What would be removed, as the records say; None where nothing is recorded. Raises `Refused` and `NotFound`."""
    dump = _dump(deployment, removal.dump_to, now) if removal.dump_to else None
    held = runner.ownership.held(deployment.settings.instance)
    found = plan_owned(deployment, held, removal.only, wanted=False)
    if found is None:
        return None
    if dump:
        _refuse_anybodys(removal.dump_to, dump, held, runner)
    content = {"operation": "deprovision", "delete_data": removal.delete_data, "dump": dump}
    request = Request.model_validate({**dict(found.request), **content, "resources": found.request.resources})
    return Resources(found.servers, request, {**found.passwords, **_next_passwords(deployment)})


def run_removal(deployment: Deployment, runner: Runner, resources: Resources) -> Ran:
    """Remove. The instance's Secret goes with its last name, and until then is there for a repeat."""
    _forget_provisioning(deployment, resources)
    ran = runner.run(resources.request, resources.passwords, _resume(resources.request))
    if not ran.ok:
        return ran
    try:
        forget_passwords(deployment, runner)
    except LaunchpadError as error:
        return replace(ran, problems=(f"The instance's Secret could not be deleted: {error} Then run this again.",))
    return ran


def forget_passwords(deployment: Deployment, runner: Runner) -> None:
    """Delete the instance's Secrets, once it has no name left."""
    if runner.ownership.held(deployment.settings.instance):
        return
    secret = _own_secret(deployment)
    runner.forget_chosen()
    if deployment.cluster is not None and secret is not None:
        metadata = secret["metadata"]
        deployment.cluster.delete("v1", "Secret", metadata["name"], metadata["namespace"])


def _own_secret(deployment: Deployment) -> Object | None:
    """The instance's Secret. That of another root, which has the instance's name now, is not touched."""
    if deployment.cluster is None:
        return None
    try:
        return find_secret(deployment, deployment.cluster)
    except Conflict:
        return None


def _resume(request: Request) -> Resume:
    """A removal of the same names that its caller did not live to see: its outcome tells where the copies are.

    One that ended counts only if all names went with it: as they are still recorded, nobody has heard of its end.
    """
    from launchpad_workflows.remote import Resume

    content = request.sparse()
    if request.dump is not None:
        content["dump"]["prefix"] = str(PurePosixPath(request.dump.prefix).parent)  # less the time of the call
    text = json.dumps(content, sort_keys=True)
    return Resume(hashlib.sha256(text.encode()).hexdigest(), ended=request.delete_data)


def _next_passwords(deployment: Deployment) -> dict[str, str]:
    """Those of a rotation that did not come to its end: they show whose the users are that it may have made."""
    rotations = Rotations(deployment.root).read()
    return {key + NEXT: value for keys in rotations.values() for key, value in keys.items()}


def _forget_provisioning(deployment: Deployment, resources: Resources) -> None:
    """The next deploy must provision again, whatever it remembers of the last time."""
    if deployment.cluster is not None and _own_secret(deployment) is not None:
        planned = plan_resources(deployment)
        passwords = {**({} if planned is None else planned.passwords), **resources.passwords}
        deployment.cluster.ensure(instance_secret(deployment, passwords, {}))


def _refuse_anybodys(place: str, dump: Dump, held: Mapping[Item, Claim], runner: Runner) -> None:
    """A copy must outlive what it is of, and be nobody's to read who had no right to the data."""
    owned = runner.ownership.owned(resource="storage", server=dump.server)
    owners = {item: owner for item, owner in owned.items() if (item.kind, item.name) == ("bucket", dump.bucket)}
    if any(item in held for item in owners):
        raise Refused([f"--dump-to {place}: that bucket is this instance's own and goes too: name another."])
    for owner in owners.values():
        raise Refused([f"--dump-to {place}: that bucket is instance {owner}'s, who could read it: name another."])


def _dump(deployment: Deployment, place: str, now: datetime) -> Dump:
    name, _, rest = place.partition("/")
    bucket, _, prefix = rest.partition("/")
    server = find_server(servers_of(deployment), "storage", name)
    below = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
    when = now.astimezone(timezone.utc).strftime("%Y%m%d-%H%M%S")
    settings = {key: server.settings[key] for key in ("endpoint", "region", "addressing") if key in server.settings}
    content = {**settings, "server": name, "bucket": bucket}
    try:
        return Dump.model_validate({**content, "prefix": f"{below}{deployment.settings.instance}/{when}/"})
    except ValidationError as error:
        raise Refused([f"--dump-to {place}: {problem}" for problem in request_problems(error)]) from None
