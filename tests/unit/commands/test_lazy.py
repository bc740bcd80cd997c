"""Verbs are imported when they are called, and all of them are there."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from tutor_launchpad.commands import launchpad
from tutor_launchpad.commands.lazy import LazyGroup


def walk(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Each command with its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from walk(command, (*path, name))


COMMANDS = dict(walk(launchpad))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_command_and_each_option_have_help(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]

    assert command.name == path[-1]
    assert command.help
    assert command.help.endswith(".")
    for parameter in command.params:
        assert isinstance(parameter, click.Argument) or getattr(parameter, "help", None), parameter.name


def test_group_help_lists_verbs_without_importing_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tutor_launchpad.commands.deploy", raising=False)

    result = CliRunner().invoke(launchpad, ["--help"])

    assert result.exit_code == 0
    assert "deploy       Make this instance run as it is configured." in result.output
    assert "tutor_launchpad.commands.deploy" not in sys.modules


@pytest.mark.parametrize("words", [["nosuch"], ["server", "nosuch"], ["deploy", "--nosuch"]])
def test_unknown_word_is_wrong_usage(words: list[str]) -> None:
    result = CliRunner().invoke(launchpad, words)

    assert result.exit_code == 2
    assert "No such" in result.output


def test_command_of_another_plugin_takes_its_place() -> None:
    group = LazyGroup("launchpad", "Help.", "tutor_launchpad.commands", {"plan": "Show."})

    group.add_command(click.Command("audit", help="Look closely."))

    assert group.list_commands(click.Context(group)) == ["audit", "plan"]
    assert group.get_command(click.Context(group), "audit") is not None
    assert "audit" in CliRunner().invoke(group, ["--help"]).output
    assert "Look closely." in CliRunner().invoke(group, ["--help"]).output
