"""Runs the verbs on people: what they are asked for, questions, and what is printed."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from launchpad_workflows.people.model import Action, PeopleRequest
from pydantic import ValidationError

from tutor_launchpad.adapters.tutor import load_configuration
from tutor_launchpad.commands.passwords import read_password
from tutor_launchpad.commands.terminal import Display, open_display
from tutor_launchpad.core.errors import Interrupted, LaunchpadError, Refused
from tutor_launchpad.core.people import PeopleResult, describe_end, describe_people, generate_password
from tutor_launchpad.core.results import Status, StepResult, render_json
from tutor_launchpad.core.settings import read_settings
from tutor_launchpad.steps.people import People
from tutor_launchpad.steps.target import Wish, find_cluster

AGAIN = "Run the same command again: it waits until that has ended, and does what is missing."
LOST = "a password that was generated is shown no more: give one with --password-file"


@dataclass(frozen=True)
class Call:
    """How a verb was called."""

    root: Path
    wish: Wish
    local: bool
    timeout: float
    output: str


def request_of(action: Action, given: Mapping[str, Any], **more: str) -> PeopleRequest:
    """The request that the options make; click's usage error where it is none."""
    words = {
        name: given[name] for name in ("username", "email", "name", "staff", "superuser", "delete") if name in given
    }
    if words.get("superuser") and words.get("staff") is None:
        words["staff"] = True
    try:
        return PeopleRequest.model_validate({"action": action, **words, **more})
    except ValidationError as error:
        raise click.UsageError(f"{error.errors()[0]['msg']}.") from None


def choose_password(file: Any, output: str) -> tuple[str, str]:
    """The password and where it is from; a generated one needs somebody or something that reads it."""
    if file is not None:
        return read_password(file), "given"
    if output != "json" and not sys.stdout.isatty():
        raise click.UsageError(
            "Nobody would see a generated password here: give --password-file, or read it from --output json."
        )
    return generate_password(), "generated"


def create(call: Call, request: PeopleRequest, password: str) -> None:
    """Make or change the user."""
    with _opened(call, request) as (people, display):
        _finish(call, request, _run(people, display, request, password, local=call.local))


def remove(call: Call, request: PeopleRequest) -> None:
    """Show what goes, ask, and remove it."""
    with _opened(call, request) as (people, display):
        wish = call.wish
        display.say(describe_end(request, people.settings.instance))
        question = f"{'Delete' if request.delete else 'Remove'} user {request.username}?"
        if not (wish.yes or (wish.confirm is not None and wish.confirm(question))):
            raise Refused([f"{question} Nothing was changed: confirm it with --yes."])
        _finish(call, request, _run(people, display, request, local=call.local))


def show(call: Call, request: PeopleRequest) -> None:
    """Print who has rights."""
    with _opened(call, request) as (people, display):
        _finish(call, request, _run(people, display, request, local=call.local))


@contextmanager
def _opened(call: Call, request: PeopleRequest) -> Iterator[tuple[People, Display]]:
    """The instance's people and what is shown; Ctrl-C becomes a sentence on what goes on."""
    display, opened = open_display(), list[People]()
    try:
        config = load_configuration(call.root, {}).config
        settings = read_settings(config)
        changes = request.action != "list"
        cluster = find_cluster(settings, call.root, call.wish, changes=changes, needs_repository=False, say=display.say)
        if cluster is None:
            raise Refused(
                ["There is no cluster, and people are in the instance there: give --context, or set KUBECONFIG."]
            )
        opened.append(People(settings, str(config["ID"]), cluster, display.say, call.timeout))
        yield opened[0], display
    except LaunchpadError:
        for line in _left(opened, request):
            display.say(line)
        raise
    except KeyboardInterrupt:
        left = [f"  - {line}" for line in _left(opened, request)]
        if not left:
            raise Interrupted("Interrupted before anything was started: no user was changed.") from None
        raise Interrupted("\n".join(["Interrupted.", *left, AGAIN])) from None


def _left(opened: list[People], request: PeopleRequest) -> list[str]:
    """What goes on without us, and what nobody will be told then."""
    ongoing = [text for people in opened for text in people.ongoing]
    return [*ongoing, LOST] if ongoing and request.password == "generated" else ongoing


def _run(people: People, display: Display, request: PeopleRequest, password: str = "", *, local: bool) -> PeopleResult:
    """Shown as a step is."""
    started, status, detail = time.monotonic(), Status.FAILED, ""
    with display.step(request.action) as shown:
        try:
            result = people.work(request, password, local=local)
            status = Status.UNCHANGED if result.status in ("unchanged", "absent", "listed") else Status.DONE
            detail = result.place
        except KeyboardInterrupt:
            status = Status.INTERRUPTED
            raise
        finally:
            shown(StepResult(request.action, status, round(time.monotonic() - started, 2), detail))
    return result


def _finish(call: Call, request: PeopleRequest, result: PeopleResult) -> None:
    click.echo(render_json(result) if call.output == "json" else "\n".join(describe_people(result, request)))
