"""What the verbs on users share on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from tutor_launchpad.core.users.memberships import name_fault
from tutor_launchpad.core.users.roles import ROLES

F = TypeVar("F", bound=Callable[..., Any])

ROLE = click.Choice(list(ROLES))
MEANING = "; ".join(f"{role} {what}" for role, what in ROLES.items())


class UserName(click.ParamType):  # type: ignore[type-arg] # older versions have none
    """A name that both systems take."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name itself."""
        fault = name_fault(value)
        if fault:
            self.fail(f"{value!r} {fault}.", param, ctx)
        return str(value)


def cluster_choice(function: F) -> F:
    """`--context` and `--yes`."""
    context = click.option(
        "--context", "kube_context", help="Kubernetes context to use, instead of kubeconfig's current one."
    )
    yes = click.option("-y", "--yes", is_flag=True, help="Answer yes to all questions.")
    return context(yes(function))


def password_option(function: F) -> F:
    """`--password-file`."""
    option = click.option(
        "--password-file", type=click.File(encoding="utf-8"), help="File with the password for Argo CD; - for stdin."
    )
    return option(function)


def days_option(function: F) -> F:
    """`--days`."""
    option = click.option(
        "--days", type=click.IntRange(1, 365), default=30, show_default=True, help="How long new tokens hold."
    )
    return option(function)
