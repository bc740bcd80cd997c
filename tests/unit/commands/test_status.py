"""`tutor launchpad status`, as it is typed and as it is shown."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console
from rich.live import Live

from tests.conftest import Root
from tests.unit.core.status.looks import NOW, read
from tutor_launchpad.commands.status import status_command
from tutor_launchpad.commands.watching import JsonView, LineView, LiveView, Picture, open_view
from tutor_launchpad.core.errors import Unreachable
from tutor_launchpad.core.results import render_json
from tutor_launchpad.core.status.model import Verdict
from tutor_launchpad.core.status.text import describe

HEALTHY = read()
WORSE = replace(HEALTHY, health="Degraded", verdict=Verdict.UNHEALTHY)


@dataclass
class Clock:
    """Moves when told to."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def later(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def _at(moment: datetime) -> str:
    return f"{moment.astimezone():%H:%M:%S}"


@pytest.mark.parametrize(
    "options",
    ["--timeout 5", "--exit-code --watch", "--interval 0", "--until gone", "--until healthy --exit-code"],
)
def test_contradicting_options_are_wrong_usage(options: str) -> None:
    assert CliRunner().invoke(status_command, options.split()).exit_code == 2


def test_exit_status_tells_health_only_when_asked(root: Root) -> None:
    root.launchpad("deploy")

    plain, strict = root.launchpad("status"), root.launchpad("status", "--exit-code")

    assert (plain.status, strict.status) == (0, 1)
    assert strict.stdout == plain.stdout


@pytest.mark.parametrize(("until", "status"), [([], 0), (["--until", "healthy"], 1)], ids=["watch", "awaited in vain"])
def test_ctrl_c_ends_a_watch(root: Root, until: list[str], status: int) -> None:
    command = [str(Path(sys.executable).with_name("tutor")), "launchpad", "status", "--watch", *until]
    with subprocess.Popen(command, env=root.environment, stdout=PIPE, stderr=PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)

    assert "instance      openedx" in first
    assert process.returncode == status
    assert "Traceback" not in errors


def test_repository_that_does_not_answer_is_told_and_exits_with_1(root: Root) -> None:
    root.set(LAUNCHPAD_REPOSITORY="http://127.0.0.1:9/repo.git")

    ran = root.launchpad("status", "--output", "json")

    assert ran.status == 1
    seen = json.loads(ran.stdout)
    assert seen["unseen"]["git"]["why"] == "unreachable"
    assert "http://127.0.0.1:9/repo.git" in seen["unseen"]["git"]["text"]


def test_lines_tell_changes_alone(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    view = LineView(clock)
    for status in (HEALTHY, replace(HEALTHY, age=9**9), WORSE):
        view.show(status)
        clock.later(5)

    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        *(f"{_at(NOW)}  {line}" for line in describe(HEALTHY).splitlines()),
        f"{_at(NOW + timedelta(seconds=10))}  instance      moon is unhealthy",
        f"{_at(NOW + timedelta(seconds=10))}  health        Degraded",
    ]


def test_silence_is_told_once_with_its_beginning(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    view = LineView(clock)
    view.show(HEALTHY)
    capsys.readouterr()
    for _ in range(3):
        clock.later(5)
        view.lose(Unreachable("no route"))
    view.show(HEALTHY)

    assert [line.partition("  ")[2] for line in capsys.readouterr().out.splitlines()] == [
        f"nothing heard since {_at(NOW)}: no route",
        "heard again",
    ]


def _events(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_json_lines_are_the_documents_of_one_look(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    view = JsonView(clock)
    for status in (HEALTHY, replace(HEALTHY, observed="later", age=1), WORSE):
        view.show(status)

    events = _events(capsys)
    assert [(one["event"], one["verdict"]) for one in events] == [("status", "healthy"), ("status", "unhealthy")]
    assert {**json.loads(render_json(HEALTHY)), "event": "status"} == events[0]


def test_json_lines_tell_a_loss_each_other_reason_and_the_return(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    view, since = JsonView(clock), NOW.isoformat(timespec="seconds")
    view.show(HEALTHY)
    capsys.readouterr()
    for error in ("no route", "no route", "expired", "no route"):
        clock.later(5)
        view.lose(Unreachable(error))
    view.show(HEALTHY)

    events, last = _events(capsys), clock.now.isoformat(timespec="seconds")
    assert [one["event"] for one in events] == ["lost", "lost", "lost", "heard", "status"]
    assert events[1]["error"] == {"kind": "Unreachable", "message": "expired", "problems": ["expired"]}
    assert {one["unheard_since"] for one in events[:4]} == {since}
    assert events[3] == {"event": "heard", "observed": last, "unheard_since": since}


@pytest.mark.parametrize(
    ("settings", "words", "events"),
    [({}, ["--until", "healthy", "--timeout", "1"], ["status", "failed"]), ({"LMS_HOST": 7}, ["--watch"], ["failed"])],
    ids=["awaited in vain", "never begun"],
)
def test_json_lines_stay_lines_where_the_watch_fails(
    root: Root, settings: dict[str, Any], words: list[str], events: list[str]
) -> None:
    root.set(**settings)

    ran = root.launchpad("status", "--output", "json", *words)

    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert (ran.status, [line["event"] for line in lines]) == (1, events)
    assert lines[-1]["error"]["message"] in ran.stderr


def test_terminal_is_drawn_in_place_and_its_clock_moves_on(clock: Clock) -> None:
    out, picture = io.StringIO(), Picture(5, clock)
    console = Console(file=out, force_terminal=True, width=100, height=40, highlight=False)
    with Live(picture, console=console, auto_refresh=False) as live:
        view = LiveView(picture, live)
        view.show(HEALTHY)
        clock.later(3)
        assert "seen 3 s ago, looks every 5 s, Ctrl-C ends" in picture.text
        view.lose(Unreachable("no [route]"))
        assert f"nothing heard since {_at(NOW)} (3 s): no [route]" in picture.text
        view.show(WORSE)

    drawn = out.getvalue()
    assert "no [route]" in drawn
    assert "\x1b[2K" in drawn
    assert drawn.count("moon is unhealthy") >= 1


@pytest.mark.parametrize(
    ("output", "tty", "kind"),
    [("json", True, JsonView), ("text", False, LineView), ("text", True, LiveView)],
    ids=["json", "no terminal", "terminal"],
)
def test_view_follows_output_and_terminal(
    output: str, tty: bool, kind: type, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: tty)

    with open_view(output, 5) as view:
        assert isinstance(view, kind)


def test_terminal_says_that_it_looks_before_the_first_answer() -> None:
    assert Picture(5, Clock(datetime(2026, 6, 1, tzinfo=timezone.utc))).text.startswith("looking …")
