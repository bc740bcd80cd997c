"""Where the value of a setting comes from, as Tutor puts its configuration together."""

from __future__ import annotations

import os
from collections.abc import Mapping

from tutor import config as tutor_config
from tutor import hooks as tutor_hooks

from tutor_launchpad.adapters.tutor import Configuration
from tutor_launchpad.core.shown import DEFAULT, FILE, GENERATED


def find_origins(loaded: Configuration, overrides: Mapping[str, str]) -> dict[str, str]:
    """Setting → where its value comes from. `overrides`: those that Launchpad sets, and on whose account."""
    by_plugin = {name: f"{DEFAULT} of plugin {plugin}" for name, plugin in _plugins_of("defaults").items()}
    set_by_plugin = {name: f"plugin {plugin}" for name, plugin in _plugins_of("overrides").items()}
    defaults, base = tutor_config.get_defaults(), tutor_config.get_base()
    origins = {}
    for name in loaded.config:
        if name in overrides:
            origins[name] = overrides[name] + (f", over {FILE}" if _hidden(name, loaded) else "")
        elif f"TUTOR_{name}" in os.environ and (name in loaded.user or name in defaults):
            origins[name] = f"environment TUTOR_{name}"
        elif name in base and name not in set_by_plugin and _is_template(base[name]):
            origins[name] = GENERATED
        elif name in loaded.user:
            same = loaded.user[name] == loaded.templates.get(name)
            origins[name] = f"{FILE}, as the {DEFAULT}" if same else FILE
        else:
            origins[name] = set_by_plugin.get(name) or by_plugin.get(name) or f"{DEFAULT} of Tutor"
    return origins


def _plugins_of(kind: str) -> dict[str, str]:
    """Setting → the plugin that gives it a default or an override."""
    hooks = tutor_hooks.Filters.CONFIG_DEFAULTS if kind == "defaults" else tutor_hooks.Filters.CONFIG_OVERRIDES
    return {
        name: plugin
        for plugin, context in sorted(tutor_hooks.Contexts.APP.items())
        for name, _ in hooks.iterate_from_context(context.name)
    }


def _hidden(name: str, loaded: Configuration) -> bool:
    """Whether config.yml says something else."""
    return name in loaded.user and loaded.user[name] != loaded.config[name]


def _is_template(value: object) -> bool:
    return isinstance(value, str) and "{{" in value
