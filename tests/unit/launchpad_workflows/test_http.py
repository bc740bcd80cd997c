"""A cloud's API that is away, throttles, refuses or breaks off: what is tried again, and what is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

pytest.importorskip("httpx")

from launchpad_workflows.errors import BadCredentials, ProvisioningError, Refused, Unavailable
from launchpad_workflows.provisioners.http import Answered, Api, Bearer, Denied, Missing, segment

from tests.unit.scripted_server import Reply, Script, served

TOKEN = "t0p-secret-t0ken"
FINE = Reply(body='{"done": true}')


@contextmanager
def api(*replies: Reply) -> Iterator[tuple[Api, Script, list[float]]]:
    """An API that answers so, what it was asked, and the pauses that were made."""
    pauses: list[float] = []
    with served(*replies) as script:
        found = Api("Cloud's API", script.address, Bearer(TOKEN), sleep=pauses.append)
        yield found, script, pauses
        found.close()


def error(status: int, code: str = "", message: str = "", **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, f'{{"id": "{code}", "message": "{message}"}}', named)


def failure(*replies: Reply, method: str = "GET") -> ProvisioningError:
    with api(*replies) as (found, _, _), pytest.raises(ProvisioningError) as raised:
        found.call(method, "/v2/keys", "list keys", needs="the scope key:read")
    assert TOKEN not in str(raised.value)
    return raised.value


def test_answer_is_read_and_the_token_stands_in_the_header() -> None:
    with api(FINE, Reply(204, "")) as (found, script, _):
        answers = [found.call("POST", "/v2/keys", "make a key", body={"name": "x"}) for _ in range(2)]

    assert (answers, script.tokens) == ([{"done": True}, None], [f"Bearer {TOKEN}"] * 2)


@pytest.mark.parametrize(
    ("status", "kind", "text"),
    [
        (401, BadCredentials, "refuses the token (401 nope: No way): register the server again with a valid one."),
        (
            403,
            Denied,
            "does not let this token list keys (403 nope: No way). It needs the scope key:read: give it that",
        ),
        (404, Missing, "has nothing to list keys (404 nope: No way)."),
        (409, Answered, "did not list keys (409 nope: No way)."),
        (500, Unavailable, "could not list keys at the moment (500 nope: No way)."),
        (301, Answered, "did not list keys (301 nope: No way)."),
    ],
)
def test_each_error_has_its_sentence(status: int, kind: type[ProvisioningError], text: str) -> None:
    raised = failure(error(status, "nope", "No\\nway.", Location="https://elsewhere.example.com/"))

    assert type(raised) is kind
    assert f"Cloud's API {text}" in str(raised)


def test_throttling_waits_as_long_as_the_api_asks() -> None:
    with api(error(429, Retry_After="17"), error(429), FINE) as (found, script, pauses):
        answer = found.call("POST", "/v2/keys", "make a key", body={})

    assert (answer, len(script.seen), pauses[0]) == ({"done": True}, 3, 17.0)
    assert pauses[1] < 17


def test_long_throttling_is_left_to_a_repeat_of_the_run() -> None:
    with api(error(429, Retry_After="3000")) as (found, script, pauses), pytest.raises(Unavailable):
        found.call("GET", "/v2/keys", "list keys")

    assert (len(script.seen), pauses) == (1, [])


@pytest.mark.parametrize("moment", ["Wed, 21 Oct 2015 07:28:00 GMT", "soon"])
def test_moment_of_the_past_or_no_number_is_no_reason_to_wait_long(moment: str) -> None:
    with api(error(503, Retry_After=moment), FINE) as (found, _, pauses):
        found.call("GET", "/v2/keys", "list keys")

    assert len(pauses) == 1
    assert pauses[0] < 3


@pytest.mark.parametrize("broken", [error(502), Reply(cut=-1)], ids=["502", "hangs up"])
def test_lost_answer_is_asked_for_again_unless_it_may_have_made_something(broken: Reply) -> None:
    with api(broken, broken, FINE) as (found, script, _):
        answer = found.call("DELETE", "/v2/keys/x", "remove a key")
    with api(broken, FINE) as (found, once, _), pytest.raises(Unavailable):
        found.call("POST", "/v2/keys", "make a key", body={})

    assert (answer, len(script.seen), len(once.seen)) == ({"done": True}, 3, 1)


def test_api_that_stays_away_is_given_up() -> None:
    with api(error(503)) as (found, script, pauses), pytest.raises(Unavailable):
        found.call("GET", "/v2/keys", "list keys")

    assert (len(script.seen), len(pauses)) == (5, 4)


def test_nobody_who_answers_is_told_apart() -> None:
    found = Api("Cloud's API", "http://127.0.0.1:1", Bearer(TOKEN), sleep=lambda _: None)

    with pytest.raises(Unavailable, match=r"Cloud's API cannot be reached: ConnectError\."):
        found.call("POST", "/v2/keys", "make a key", body={})


@pytest.mark.parametrize("body", ["<html>a proxy's page</html>", '["a", "list"]', '"text"'])
def test_error_of_another_form_is_told_by_its_status(body: str) -> None:
    assert "(400)" in str(failure(Reply(400, body)))


def test_page_in_place_of_an_answer_is_refused() -> None:
    assert isinstance(failure(Reply(200, "<html>")), Refused)


@pytest.mark.parametrize(("name", "part"), [("a/b", "a%2Fb"), ("größe ?", "gr%C3%B6%C3%9Fe%20%3F")])
def test_names_are_quoted_as_parts_of_a_path(name: str, part: str) -> None:
    assert segment(name) == part
