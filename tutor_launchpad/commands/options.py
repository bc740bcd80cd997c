"""Options and set-up that the verbs share."""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click
from tutor.exceptions import TutorError

if TYPE_CHECKING:
    from tutor_launchpad.commands.operating import Call

F = TypeVar("F", bound=Callable[..., Any])


def output_option(function: F) -> F:
    """`--output`; with `json` an error is one document on standard output as well, beside its sentence on standard error."""

    @functools.wraps(function)
    def answered(*arguments: Any, **given: Any) -> Any:
        try:
            return function(*arguments, **given)
        except TutorError as error:
            if given.get("output") == "json" and not getattr(error, "printed", False):
                from tutor_launchpad.core.results import render_failure

                click.echo(render_failure(error))
            raise

    choice = click.Choice(["text", "json"])
    option = click.option("--output", type=choice, default="text", show_default=True, help="Form of the result.")
    return cast("F", option(answered))


class Seconds(click.FloatRange):
    """At least one second, and an end: neither infinity nor what is no number."""

    def __init__(self) -> None:
        super().__init__(min=1)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is no number of seconds.", param, ctx)
        return number


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


MINUTES, HOURS = 1800, 9 * 3600
"""How long a caller waits at most: an operation, and one that moves data, whose workflow may take nearly as long."""


def operation_options(function: F, *, timeout: int = MINUTES) -> F:
    """What the verbs that work on an instance's resources share; `call_of` reads them."""
    decorators = (
        click.option("--resource", "resources", multiple=True, help="Only this resource (mysql, mongodb, storage)."),
        click.option(
            "--local", is_flag=True, help="Work in this process, with the servers registered in this Tutor root."
        ),
        click.option("--timeout", type=Seconds(), default=timeout, show_default=True, help="Seconds to wait."),
        click.option("-y", "--yes", is_flag=True, help="Answer yes to all questions."),
        cluster_options,
        output_option,
    )
    for decorate in reversed(decorators):
        function = decorate(function)
    return function


def call_of(context: click.Context, given: Mapping[str, Any], *, dry: bool = False) -> Call:
    """How the verb was called; click's usage errors where that contradicts itself. `dry`: nothing of ours changes."""
    from tutor_launchpad import hooks
    from tutor_launchpad.commands.operating import Call
    from tutor_launchpad.steps.deployment import Options
    from tutor_launchpad.steps.target import Wish

    kube_context, local, yes = given["kube_context"], bool(given["local"]), bool(given["yes"])
    check_context(kube_context, given["no_cluster"])
    if kube_context and local:
        raise click.UsageError("--context and --local exclude each other.")
    known = sorted(hooks.RESOURCES.apply({}))
    unknown = [name for name in given["resources"] if name not in known]
    if unknown:
        raise click.UsageError(f"--resource {unknown[0]}: known are {', '.join(known)}.")
    wish = Wish(kube_context, given["no_cluster"] or local, yes, asker())
    options = Options(dry_run=dry, yes=yes, timeout=given["timeout"])
    return Call(root_of(context), options, wish, tuple(given["resources"]), local, given["output"])


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
    if kube_context is not None and not kube_context.strip():
        raise click.UsageError("--context is empty: name a context, or leave the option out for the current one.")
    if kube_context and no_cluster:
        raise click.UsageError("--context and --no-cluster exclude each other.")


def _ask(question: str) -> bool:
    try:
        return click.confirm(question, err=True)
    except click.Abort:  # which click makes of Ctrl-C and of the input's end
        raise KeyboardInterrupt from None
