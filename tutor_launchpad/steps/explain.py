"""Every setting that an instance gets, and where it comes from."""

from __future__ import annotations

from tutor_launchpad.adapters import tutor
from tutor_launchpad.adapters.origins import find_origins
from tutor_launchpad.core.errors import refuse
from tutor_launchpad.core.seal.scanning import weak_secrets
from tutor_launchpad.core.shown import Shown, shown_settings
from tutor_launchpad.steps.deployment import Deployment
from tutor_launchpad.steps.prepare import configure
from tutor_launchpad.steps.resources import plan_resources

OURS = (*tutor.ALWAYS, "DRYDOCK_INGRESS_EXTRA_HOSTS", "PLUGINS")


def explain(deployment: Deployment) -> list[Shown]:
    """The settings with which a deploy would render. Raises `Refused` where a secret could not be told from other text."""
    deployment.resources = plan_resources(deployment)
    configure(deployment)
    problems = weak_secrets(deployment.secrets)
    refuse(problems)
    assert deployment.mask is not None
    origins = find_origins(deployment.loaded, {**dict.fromkeys(OURS, "Launchpad"), **deployment.origins})
    return shown_settings(deployment.config, origins, deployment.secrets, deployment.mask)
