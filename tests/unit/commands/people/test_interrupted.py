"""Ctrl-C while a run works on people: it goes on, and the next call cleans up behind it."""

from __future__ import annotations

import _thread

import pytest

from tests.unit.commands.people.conftest import CREATED, PASSWORD, Site
from tutor_launchpad.adapters.kubernetes_transport import Request
from tutor_launchpad.core.errors import Interrupted


@pytest.mark.parametrize(("words", "lost"), [(["--output", "json"], True), (["--password-file", "-"], False)])
def test_interruption_leaves_the_run_and_tells_how_to_look_at_it(site: Site, words: list[str], lost: bool) -> None:
    def interrupt(request: Request) -> None:
        if request.method == "GET" and "/workflows/" in request.path:
            _thread.interrupt_main()

    site.api.after = interrupt
    stopped = site.run("create", "ann", "--email", "a@x.org", *words, stdin=PASSWORD)

    name = site.kinds("workflows")[0]["metadata"]["name"]
    assert isinstance(stopped.exception, Interrupted)
    assert f"workflow moon/{name} goes on: look at it with `kubectl -n moon get workflow {name}`" in str(
        stopped.exception
    )
    assert ("a password that was generated is shown no more" in str(stopped.exception)) is lost
    assert any(obj["metadata"]["name"] == name for obj in site.kinds("secrets"))

    site.api.after = site.end
    site.outcome = dict(CREATED)
    assert site.create().exit_code == 0
    assert [obj for obj in site.kinds("secrets") if obj["metadata"]["name"].startswith("people-")] == []


def test_run_that_does_not_end_in_time_goes_on_and_is_told(site: Site) -> None:
    site.api.after = lambda request: None

    late = site.run("create", "ann", "--email", "a@x.org", "--timeout", "1", "--output", "json")

    assert "did not end within 1 s, last seen: Pending" in str(late.exception)
    assert "goes on: look at it with `kubectl -n moon get workflow people-create-" in late.stderr
    assert "a password that was generated is shown no more: give one with --password-file" in late.stderr
