"""The name of a resource on the command line."""

from __future__ import annotations

from typing import Any

import click


class ResourceName(click.Choice):  # type: ignore[type-arg] # older versions have none
    """One that a plugin gives a planner for. Which these are is asked at use, when all plugins are loaded."""

    def __init__(self) -> None:
        super().__init__([])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The name itself."""
        from tutor_launchpad import hooks

        self.choices = tuple(sorted(hooks.RESOURCES.apply({})))
        return super().convert(value, param, ctx)
