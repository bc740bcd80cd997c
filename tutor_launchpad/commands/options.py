"""Options and set-up that the verbs share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

output_option = click.option(
    "--output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Form of the result."
)


def cluster_options(function: F) -> F:
    """`--context` and `--no-cluster`."""
    decorators = (
        click.option(
            "--context", "kube_context", help="Kubernetes context to use, instead of kubeconfig's current one."
        ),
        click.option("--no-cluster", is_flag=True, help="Leave the cluster out: work in the repository alone."),
    )
    for decorate in reversed(decorators):
        function = decorate(function)
    return function


def root_of(context: click.Context) -> Path:
    """The Tutor root of this call."""
    return Path(context.obj.root)


def asker() -> Callable[[str], bool] | None:
    """Asks the person at the terminal; None where nobody is there."""
    if not sys.stdin.isatty():
        return None
    return _ask


def check_context(kube_context: str | None, no_cluster: bool) -> None:
    """Wrong usage where the two contradict each other."""
    if kube_context and no_cluster:
        raise click.UsageError("--context and --no-cluster exclude each other.")


def _ask(question: str) -> bool:
    try:
        return click.confirm(question, err=True)
    except click.Abort:  # which click makes of Ctrl-C and of the input's end
        raise KeyboardInterrupt from None
