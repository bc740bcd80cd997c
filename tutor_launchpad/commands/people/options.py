"""Options that the verbs on people share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tutor_launchpad.commands.options import Seconds, asker, check_context, output_option, root_of

if TYPE_CHECKING:
    from tutor_launchpad.commands.people.session import Call

F = TypeVar("F", bound=Callable[..., Any])


def people_options(function: F) -> F:
    """How to work and what to print; `call_of` reads them."""
    decorators = (
        click.option("--local", is_flag=True, help="Work in the running LMS by kubectl, without Argo Workflows."),
        click.option("--timeout", type=Seconds(), default=900, show_default=True, help="Seconds to wait."),
        click.option("-y", "--yes", is_flag=True, help="Answer yes to all questions."),
        click.option(
            "--context", "kube_context", help="Kubernetes context to use, instead of kubeconfig's current one."
        ),
        output_option,
    )
    for decorate in reversed(decorators):
        function = decorate(function)
    return function


def call_of(context: click.Context, given: Mapping[str, Any]) -> Call:
    """How the verb was called."""
    from tutor_launchpad.commands.people.session import Call
    from tutor_launchpad.steps.target import Wish

    check_context(given["kube_context"], False)
    wish = Wish(given["kube_context"], False, bool(given["yes"]), asker())
    return Call(root_of(context), wish, bool(given["local"]), float(given["timeout"]), str(given["output"]))
