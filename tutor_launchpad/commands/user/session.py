"""What the verbs on users share: the cluster, orders from options, and how a result is told, also of what fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click

from tutor_launchpad.commands.options import asker, check_context, root_of
from tutor_launchpad.commands.passwords import read_password
from tutor_launchpad.commands.user.telling import changed_lines, deleted_lines, list_lines
from tutor_launchpad.commands.workflows.session import open_cluster, read
from tutor_launchpad.core.cluster.components import ARGO_CD
from tutor_launchpad.core.errors import Interrupted, LaunchpadError, Refused
from tutor_launchpad.core.results import render_failure, render_json
from tutor_launchpad.core.users.memberships import SYSTEMS
from tutor_launchpad.core.users.planning import Order
from tutor_launchpad.steps.target import Wish
from tutor_launchpad.steps.users import Users, new_password

LEAST, MOST = 12, 72
"""Characters of a password that somebody chooses; bytes that bcrypt looks at."""


def create(context: click.Context, name: str, role: str, output: str, given: Mapping[str, Any]) -> None:
    """Make the accounts and show what lets their owner in."""
    systems = given["systems"] or SYSTEMS
    if ARGO_CD not in systems and (given["password_file"] or given["api_token"]):
        raise click.UsageError(
            "--password-file and --api-token are for Argo CD: leave them out, or add --system argo-cd."
        )
    order = Order(
        name,
        password=_password(given["password_file"]),
        generated=new_password(),
        tokens=(ARGO_CD,) if given["api_token"] else (),
        days=given["days"],
    )
    users = _open(context, given, changes=True)
    with _told(users, f"tutor launchpad user create {name}", output):
        users.create(order, role, systems)
    _tell(users, output, changed_lines(users.result))


def update(context: click.Context, name: str, output: str, given: Mapping[str, Any]) -> None:
    """Change the accounts and show what was made anew."""
    if given["reset_password"] and given["password_file"]:
        raise click.UsageError("--reset-password and --password-file exclude each other.")
    reset = bool(given["reset_password"] or given["password_file"])
    if ARGO_CD in given["tokens"] and not reset:
        raise click.UsageError(
            "--token argo-cd needs --reset-password or --password-file: Argo CD gives a token to whoever logs in with it."
        )
    order = Order(
        name,
        given["role"],
        None if given["disable"] is None else not given["disable"],
        _password(given["password_file"]),
        new_password(),
        reset,
        given["revoke"],
        given["tokens"],
        given["days"],
    )
    users = _open(context, given, changes=True)
    with _told(users, f"tutor launchpad user update {name}", output):
        users.update(order)
    _tell(users, output, changed_lines(users.result))


def delete(context: click.Context, name: str, output: str, given: Mapping[str, Any]) -> None:
    """End the accounts, once somebody has confirmed it."""
    users, ask = _open(context, given, changes=True), asker()
    with _told(users, f"tutor launchpad user delete {name}", output):
        users.check_owned(name)
        if not given["yes"] and not (ask is not None and ask(f"End the accounts of user {name}?")):
            raise Refused([f"User {name} stays: confirm the end of their accounts with --yes."])
        users.delete(name)
    _tell(users, output, deleted_lines(users.result))


def show(context: click.Context, kube_context: str | None, output: str) -> None:
    """List everybody."""
    found = _open(context, {"kube_context": kube_context, "yes": False}, changes=False).everybody()
    click.echo(render_json(found) if output == "json" else "\n".join(list_lines(found)))
    if output != "json":
        for warning in found.warnings:
            click.echo(f"Warning: {warning}", err=True)


def open_users(root: Path, wish: Wish, *, changes: bool) -> Users:
    """The users of the root's cluster; raises `Refused` where there is none."""
    settings = read(root)
    cluster = open_cluster(root, settings, wish, changes=changes)
    return Users.of(cluster, settings.argocd_namespace, settings.namespace)


def _open(context: click.Context, given: Mapping[str, Any], *, changes: bool) -> Users:
    check_context(given["kube_context"], False)
    wish = Wish(given["kube_context"], False, given["yes"], asker())
    return open_users(root_of(context), wish, changes=changes)


def _password(file: TextIO | None) -> str:
    if file is None:
        return ""
    password = read_password(file)
    if len(password) < LEAST or len(password.encode()) > MOST:
        raise click.UsageError(f"The password is to have {LEAST} characters at least, and {MOST} bytes at most.")
    return password


@contextmanager
def _told(users: Users, command: str, output: str) -> Iterator[None]:
    """What has been given is told also where the rest fails: nobody could ask for it again."""
    try:
        yield
    except LaunchpadError as error:
        _tell_failed(users, error, output)
        raise
    except KeyboardInterrupt:
        name = command.split()[-1]
        interrupted = Interrupted(
            f"Interrupted. `{command}` with the same options finishes it. A password that was set and never shown is replaced "
            f"with `tutor launchpad user update {name} --reset-password`."
        )
        _tell_failed(users, interrupted, output)
        raise interrupted from None


def _tell_failed(users: Users, error: LaunchpadError, output: str) -> None:
    if output == "json":
        click.echo(render_failure(error, users.result if users.result.user else None))
        error.printed = True
    elif users.result.credentials:
        click.echo("\n".join(changed_lines(users.result)))


def _tell(users: Users, output: str, lines: list[str]) -> None:
    click.echo(render_json(users.result) if output == "json" else "\n".join(lines))
