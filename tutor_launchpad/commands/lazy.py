"""A click group that imports a verb's module when the verb is called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from tutor_launchpad.commands.signals import terminable


class LazyGroup(click.Group):
    """`verbs`: name → one line of help; the command is the attribute `<name>_command` of module `<package>.<name>`."""

    def __init__(self, name: str, help: str, package: str, verbs: Mapping[str, str]) -> None:
        super().__init__(name=name, help=help)
        self.package = package
        self.verbs = verbs

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*self.verbs, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.verbs:
            return super().get_command(ctx, cmd_name)
        module = import_module(f"{self.package}.{cmd_name}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb, which SIGTERM ends as Ctrl-C does."""
        with terminable():
            return super().invoke(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        added = {name: command.get_short_help_str() for name, command in self.commands.items()}
        with formatter.section("Commands"):
            formatter.write_dl(sorted({**added, **self.verbs}.items()))
