"""Registers Launchpad with Tutor: settings, commands, templates, patches, and our own parts through our own hooks."""

from __future__ import annotations

import typing as t

import importlib_resources
from tutor import hooks as tutor_hooks

from tutor_launchpad import hooks
from tutor_launchpad.commands import launchpad
from tutor_launchpad.defaults import DEFAULTS, UNIQUE

if t.TYPE_CHECKING:
    from tutor_launchpad.core.databases import MysqlDatabase
    from tutor_launchpad.core.flows import Flow
    from tutor_launchpad.core.resources import ResourcePlanner
    from tutor_launchpad.steps.deployment import Step

tutor_hooks.Filters.CONFIG_DEFAULTS.add_items(list(DEFAULTS.items()))
tutor_hooks.Filters.CONFIG_UNIQUE.add_items(list(UNIQUE.items()))
tutor_hooks.Filters.CLI_COMMANDS.add_item(launchpad)
tutor_hooks.Filters.ENV_TEMPLATE_ROOTS.add_item(str(importlib_resources.files("tutor_launchpad") / "templates"))

for _patch in importlib_resources.files("tutor_launchpad.patches").iterdir():
    if _patch.is_file() and "." not in _patch.name:
        tutor_hooks.Filters.ENV_PATCHES.add_item((_patch.name, _patch.read_text(encoding="utf-8")))


@hooks.DEPLOY_STEPS.add()
def _add_steps(steps: list[Step]) -> list[Step]:
    from tutor_launchpad.steps import own_steps

    return [*steps, *own_steps()]


@hooks.RESOURCES.add()
def _add_resources(resources: dict[str, ResourcePlanner]) -> dict[str, ResourcePlanner]:
    from tutor_launchpad.core.resources import PLANNERS

    return {**resources, **PLANNERS}


@hooks.DISPLAYED_SETTINGS.add()
def _add_displayed(names: list[str]) -> list[str]:
    from tutor_launchpad.core.job_settings import DISPLAYED

    return [*names, *DISPLAYED]


@hooks.MYSQL_DATABASES.add()
def _add_databases(databases: list[MysqlDatabase], config: dict[str, t.Any]) -> list[MysqlDatabase]:
    from tutor_launchpad.core.databases import own_databases

    return [*databases, *own_databases(config)]


@hooks.NETWORK_FLOWS.add()
def _add_flows(flows: list[Flow], config: dict[str, t.Any]) -> list[Flow]:
    from tutor_launchpad.core.flows import own_flows

    return [*flows, *own_flows(config)]
