"""New passwords for an instance's users on servers, while it goes on: a state machine that any run can take up.

Each resource goes: next passwords chosen (kept in a file of the root) → let in on the server → written to config.yml →
deployed → former ones shut out. What is kept in the file and what config.yml says tell how far it has come.
"""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from launchpad_workflows.credentials import NEXT
from launchpad_workflows.requests import Request

from tutor_launchpad.adapters.config_file import read_user
from tutor_launchpad.adapters.files import OWN, write_file
from tutor_launchpad.adapters.tutor import change_settings
from tutor_launchpad.core.errors import LaunchpadError, Refused
from tutor_launchpad.steps.provision import instance_secret
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
            content: dict[str, dict[str, str]] = json.loads(path.read_text()) if path.exists() else {}
        except ValueError:
            raise LaunchpadError(f"{path} cannot be read: move it away and start the rotation again.") from None
        return content

    def write(self, rotations: Mapping[str, Mapping[str, str]]) -> None:
        """All of them."""
        write_file(self.root / FILE, json.dumps(rotations, indent=2, sort_keys=True))

    def forget(self, resource: str) -> None:
        """It has come to its end."""
        self.write({name: keys for name, keys in self.read().items() if name != resource})


def choose_next(root: Path, resources: Resources) -> None:
    """Next passwords for each resource that has none yet."""
    rotations = Rotations(root)
    known = rotations.read()
    for one in resources.request.resources:
        if one.provider in ("existing", "compatible", "none"):
            raise Refused([
                f"{one.resource}/{one.server} is of the provider {one.provider}: its password is yours. Change it where you "
                "made it, then in config.yml, then deploy."
            ])  # fmt: skip
        known.setdefault(one.resource, {key: _new_password() for key in one.password_keys()})
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
    ran = runner.run(_step(resources.request, "prepare"), passwords)
    changes: dict[str, object] = {}
    for outcome in ran.outcomes:
        if not outcome.failed:
            changes |= rotations[outcome.resource]
            changes[f"LAUNCHPAD_{outcome.resource.upper()}_GENERATION"] = outcome.generation
    change_settings(deployment.root, changes)
    return ran


def shut_out(deployment: Deployment, runner: Runner, resources: Resources) -> Ran:
    """The former passwords, once the instance uses the present ones."""
    if deployment.cluster is not None:
        deployment.cluster.ensure(instance_secret(deployment, resources.passwords, {}))
    ran = runner.run(_step(resources.request, "retire"), resources.passwords)
    for outcome in ran.outcomes:
        if not outcome.failed:
            Rotations(deployment.root).forget(outcome.resource)
    return ran


def _step(request: Request, step: str) -> Request:
    return request.model_copy(update={"operation": "rotate", "step": step})


def _new_password() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
