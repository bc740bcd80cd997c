"""Passwords that provisioning would change on a server while the running instance still uses the former ones."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from launchpad_workflows.credentials import NEXT

from tutor_launchpad.core.listing import listed
from tutor_launchpad.steps.instance_secret import find_secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_launchpad.adapters.kubernetes import Cluster
    from tutor_launchpad.steps.deployment import Deployment
    from tutor_launchpad.steps.resources import Resources

YOURS = ("existing", "compatible", "none")
"""Providers whose users the operator makes."""
_SHOWN = 3


def find_replaced(deployment: Deployment, cluster: Cluster, resources: Resources) -> tuple[str, ...]:
    """The settings whose password is another than the one on the server; none where a rotation has let it in beside.

    Only what Launchpad sets counts, and only where the instance has been deployed: else nobody uses the former one.
    """
    if not (deployment.memory.revision or deployment.settings.instance in deployment.neighbours):
        return ()
    secret = find_secret(deployment, cluster) or {}
    former = {key: base64.b64decode(value).decode() for key, value in (secret.get("data") or {}).items()}
    ours = [one for one in resources.request.resources if one.provider not in YOURS]
    keys = [key for one in ours for key in one.password_keys() if key not in one.chosen_keys()]
    return tuple(key for key in dict.fromkeys(keys) if _is_replaced(key, resources.passwords.get(key), former))


def _is_replaced(key: str, wanted: str | None, former: dict[str, str]) -> bool:
    return key in former and wanted not in (None, former[key], former.get(key + NEXT))


def describe(instance: str, settings: Sequence[str]) -> str:
    """What would happen."""
    have = "has" if len(settings) == 1 else "have"
    return (
        f"{listed(settings, _SHOWN, 'settings')} {have} another password than the running {instance} uses. It would be set "
        f"on the server before {instance} is deployed with it: until then {instance} could not log in."
    )


REMEDY = "`tutor launchpad rotate` changes passwords without that: put the former one back, then run it"
