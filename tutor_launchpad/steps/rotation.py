"""New passwords for an instance's users on servers, while it goes on: a state machine that any run can take up.

Each resource goes: next passwords chosen (kept in a file of the root) → let in on the server → written to config.yml →
deployed → former ones shut out. What is kept in the file and what config.yml says tell how far it has come.
"""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from launchpad_workflows.credentials import NEXT
from launchpad_workflows.requests import Request

from tutor_launchpad.adapters.config_file import read_user
from tutor_launchpad.adapters.files import OWN, write_file
from tutor_launchpad.adapters.tutor import change_settings
from tutor_launchpad.core.errors import LaunchpadError, Refused
from tutor_launchpad.core.resources import chosen_settings
from tutor_launchpad.steps.instance_secret import instance_secret
from tutor_launchpad.steps.passwords import YOURS
from tutor_launchpad.steps.resources import Resources

if TYPE_CHECKING:
    from tutor_launchpad.steps.deployment import Deployment
    from tutor_launchpad.steps.runners import Ran, Runner

FILE = OWN / "rotation.json"
_LENGTH = 32
_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True)
class Rotations:
    """Next passwords by resource and key, in a file that only its owner can read."""

    root: Path

    def read(self) -> dict[str, dict[str, str]]:
        """Those that are under way."""
        path = self.root / FILE
        try:
            content = json.loads(path.read_text()) if path.exists() else {}
        except ValueError:
            content = None
        if not isinstance(content, dict) or not all(isinstance(keys, dict) for keys in content.values()):
            raise LaunchpadError(
                f"{path} cannot be read: deploy first, so that the instance uses the passwords of config.yml. Then move the "
                "file away and start the rotation again."
            )
        return content

    def write(self, rotations: Mapping[str, Mapping[str, str]]) -> None:
        """All of them."""
        write_file(self.root / FILE, json.dumps(rotations, indent=2, sort_keys=True))

    def forget(self, resource: str) -> None:
        """It has come to its end."""
        self.write({name: keys for name, keys in self.read().items() if name != resource})


def plan_rotation(root: Path, resources: Resources) -> tuple[Resources, tuple[str, ...]]:
    """What a run works on, and lines on that. Where rotations are under way it is these, unless others are asked for."""
    known = Rotations(root).read()
    under_way = [str(one) for one in resources.servers if one.resource in known and one.provider not in YOURS]
    if not under_way:
        return _makes(resources)
    found = select(resources, [one.partition("/")[0] for one in under_way])
    if not found.request.resources:
        others, told = _makes(resources)
        return others, (f"the rotation of {', '.join(under_way)} is under way, and is left as it is", *told)
    return found, (f"going on with the rotation of {names(found)}, which is under way",)


def _makes(resources: Resources) -> tuple[Resources, tuple[str, ...]]:
    """What Launchpad made the users of, and a line for each of the rest; raises `Refused` where that is all."""
    told = {
        one.resource: f"{one.resource}/{one.server} is of the provider {one.provider}: its password is yours. Change it where "
        "you made it, then in config.yml, then deploy."
        for one in resources.request.resources
        if one.provider in YOURS
    }
    found = select(resources, {one.resource for one in resources.request.resources} - set(told))
    if not found.request.resources:
        raise Refused(list(told.values()))
    return found, tuple(told.values())


def select(resources: Resources, wanted: Collection[str]) -> Resources:
    """The same for some resources alone."""
    parts = tuple(one for one in resources.request.resources if one.resource in wanted)
    return replace(resources, request=resources.request.model_copy(update={"resources": parts}))


def names(resources: Resources) -> str:
    """The resources of the request, to be told."""
    return ", ".join(f"{one.resource}/{one.server}" for one in resources.request.resources)


def unprepared(root: Path, resources: Resources) -> list[str]:
    """The resources whose next passwords config.yml does not have."""
    return [one.resource for one in resources.request.resources if not is_written(root, one.resource)]


def choose_next(root: Path, resources: Resources) -> None:
    """Next passwords where there are none yet; a plugin may have come since the others were chosen."""
    rotations = Rotations(root)
    known = rotations.read()
    for one in resources.request.resources:
        chosen = known.setdefault(one.resource, {})
        chosen |= {key: _new_password() for key in one.password_keys() if key not in chosen}
    rotations.write(known)


def is_written(root: Path, resource: str) -> bool:
    """Whether config.yml has the next passwords, so that only a deploy and the end are left."""
    return _agrees(Rotations(root).read().get(resource, {}), read_user(root) or {})


def is_in_force(deployment: Deployment, resource: str) -> bool:
    """Whether they are also what the instance gets; variables of the environment may say otherwise."""
    return _agrees(Rotations(deployment.root).read().get(resource, {}), deployment.config)


def _agrees(following: Mapping[str, str], config: Mapping[str, Any]) -> bool:
    return bool(following) and all(str(config.get(key)) == value for key, value in following.items())


def let_in(deployment: Deployment, runner: Runner, resources: Resources) -> Ran:
    """The next passwords beside the present ones; then they are written to config.yml, all in one."""
    rotations = Rotations(deployment.root).read()
    following = {key: value for keys in rotations.values() for key, value in keys.items()}
    passwords = {**resources.passwords, **{key + NEXT: value for key, value in following.items()}}
    if deployment.cluster is not None:
        deployment.cluster.ensure(instance_secret(deployment, passwords, {}))
    request = _step(resources.request, "prepare")
    ran = runner.run(request, passwords)
    rotations = _with_chosen(request, ran, runner.chosen(following_request(request)), rotations)
    Rotations(deployment.root).write(rotations)
    changes: dict[str, object] = {}
    for outcome in ran.outcomes:
        if not outcome.failed:
            changes |= rotations[outcome.resource]
            changes[f"LAUNCHPAD_{outcome.resource.upper()}_GENERATION"] = outcome.generation
    change_settings(deployment.root, changes)
    return ran


def _with_chosen(
    request: Request, ran: Ran, chosen: Mapping[str, str], rotations: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """The next passwords, also those that a provider chose for the users that were let in."""
    found = {name: dict(keys) for name, keys in rotations.items()}
    for one in following_request(request).resources:
        if any(outcome.resource == one.resource and not outcome.failed for outcome in ran.outcomes):
            part = request.model_copy(update={"resources": (one,)})
            found[one.resource] = {**found.get(one.resource, {}), **chosen_settings(part, chosen)}
    return found


def following_request(request: Request) -> Request:
    """The same for the users that the rotation makes."""
    return request.model_copy(update={"resources": tuple(one.other_generation() for one in request.resources)})


def shut_out(deployment: Deployment, runner: Runner, resources: Resources) -> Ran:
    """The former passwords, once the instance uses the present ones."""
    if deployment.cluster is not None:
        deployment.cluster.ensure(instance_secret(deployment, resources.passwords, {}))
    ran = runner.run(_step(resources.request, "retire"), resources.passwords)
    for outcome in ran.outcomes:
        if not outcome.failed and ran.recorded:
            Rotations(deployment.root).forget(outcome.resource)
    return ran


def _step(request: Request, step: str) -> Request:
    return request.model_copy(update={"operation": "rotate", "step": step})


def _new_password() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
