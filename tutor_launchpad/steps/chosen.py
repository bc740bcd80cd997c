"""Credentials that providers chose: after a run they are written to config.yml, and all that follows from it is made again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_launchpad.adapters.tutor import change_settings, load_configuration
from tutor_launchpad.core.resources import chosen_settings
from tutor_launchpad.steps.check import compare
from tutor_launchpad.steps.prepare import prepare
from tutor_launchpad.steps.resources import Resources, plan_resources

if TYPE_CHECKING:
    from tutor_launchpad.steps.deployment import Deployment


def take_over(deployment: Deployment, resources: Resources, chosen: Mapping[str, str]) -> Resources:
    """The resources with what was chosen, once config.yml has it. `chosen`: by key, as a run has kept it."""
    settings = chosen_settings(resources.request, chosen)
    changes = {name: value for name, value in settings.items() if deployment.config.get(name) != value}
    if not changes:
        return resources
    change_settings(deployment.root, dict(changes))
    deployment.progress.say(f"{', '.join(sorted(changes))} written to config.yml: the provider chose it")
    deployment.loaded = load_configuration(deployment.root, {})
    planned = plan_resources(deployment, tuple(one.resource for one in resources.request.resources))
    if deployment.record is not None:
        deployment.resources = planned
        prepare(deployment)
        compare(deployment)
    return resources if planned is None else replace(planned, request=resources.request)
