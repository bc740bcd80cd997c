"""Atlas's API without any server behind it: who is let in, and what is told where something fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("httpx")
pytest.importorskip("pymongo")

from launchpad_workflows.errors import BadCredentials, Refused, Unavailable
from launchpad_workflows.provisioners import http
from launchpad_workflows.provisioners.atlas import Role, User, Users, connected
from launchpad_workflows.provisioners.mongodb import session
from launchpad_workflows.requests import AtlasMongoDB, Request
from pydantic import ValidationError
from pymongo.errors import OperationFailure, ServerSelectionTimeoutError

from tests.integration.atlas.stand_in import ACCOUNT, CLUSTER, PROJECT, Atlas
from tests.integration.digitalocean.stand_in import running

MOON = User("moon", frozenset({Role("readWrite", "moon")}), frozenset({CLUSTER}), {"launchpad-instance": "moon"})
ATLAS = {"resource": "mongodb", "provider": "atlas", "server": "main", "host": "main-0.ab1cd.mongodb.net"}


@pytest.fixture
def atlas(monkeypatch: pytest.MonkeyPatch) -> Iterator[Atlas]:
    monkeypatch.setattr(http, "_BACKOFF", lambda _state: 0.0)
    with running(Atlas()) as found:
        assert isinstance(found, Atlas)
        yield found


@pytest.fixture
def users(atlas: Atlas) -> Iterator[Users]:
    with connected(atlas.address, ACCOUNT, PROJECT, CLUSTER) as found:
        yield found


def test_user_is_made_changed_and_removed(users: Users) -> None:
    users.create(MOON, "a password")
    other = User("moon", frozenset({Role("read", "moon")}), MOON.clusters, MOON.labels)
    users.change(other)

    assert (users.find("moon"), users.all()) == (other, [other])
    users.remove("moon")
    users.remove("moon")
    assert users.find("moon") is None


def test_more_users_than_a_page_has_are_all_told(users: Users, atlas: Atlas) -> None:
    atlas.users = {str(number): {"username": str(number)} for number in range(1000)}

    assert len(users.all()) == 1000


def test_one_token_is_used_until_it_is_refused(users: Users, atlas: Atlas) -> None:
    users.find("moon")
    users.find("moon")
    atlas.issued.clear()
    users.find("moon")

    assert [call.rsplit("/", 1)[1] for call in atlas.seen] == ["token", "moon", "moon", "moon", "token", "moon"]


def test_wrong_secret_is_told(atlas: Atlas) -> None:
    with (
        connected(atlas.address, ("mdb_sa_id_other", "s3cret"), PROJECT, CLUSTER) as users,
        pytest.raises(BadCredentials, match=r"Atlas's API refuses the service account \(401") as told,
    ):
        users.find("moon")

    assert "s3cret" not in str(told.value)


def lack_the_role(atlas: Atlas) -> None:
    atlas.account_roles.clear()


def lock_out(atlas: Atlas) -> None:
    atlas.listed = False


def fill(atlas: Atlas) -> None:
    atlas.limit = 0


def exist(atlas: Atlas) -> None:
    atlas.users["moon"] = {"username": "moon"}


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (lack_the_role, "It needs the role Project Database Access Admin"),
        (lock_out, "add this network's address to the API access list of the service account"),
        (fill, "A project has 100 database users unless MongoDB raises that, and each instance takes one"),
        (exist, r"did not make user moon \(409 USER_ALREADY_EXISTS"),
    ],
)
def test_refusal_says_what_to_do(users: Users, atlas: Atlas, trouble: Callable[[Atlas], None], sentence: str) -> None:
    trouble(atlas)

    with pytest.raises(Refused, match=sentence):
        users.create(MOON, "a password")


def test_other_project_is_told_and_is_no_absence(atlas: Atlas) -> None:
    with (
        connected(atlas.address, ACCOUNT, "f" * 24, CLUSTER) as users,
        pytest.raises(Refused, match="ID of the project"),
    ):
        users.find("moon")


@pytest.mark.parametrize("fault", ["down", "throttled", "broken"])
def test_what_may_pass_is_tried_again(users: Users, atlas: Atlas, fault: Any) -> None:
    users.find("moon")
    atlas.from_here(1, fault)

    assert users.find("moon") is None


def test_creation_whose_answer_was_lost_is_not_sent_again(users: Users, atlas: Atlas) -> None:
    users.find("moon")
    atlas.from_here(1, "lost")

    with pytest.raises(Unavailable):
        users.create(MOON, "a password")
    assert len(atlas.made) == 1


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"project": "mine"}, "project"),
        ({"cluster": "a/b"}, "cluster"),
        ({"api": "http://cloud.mongodb.com"}, "the address of an API is https://"),
        ({"host": "mongodb+srv://me:secret@main-0.ab1cd.mongodb.net/?w=1"}, "the name alone is needed"),
        ({"tls": False}, "Atlas is reached by TLS alone"),
    ],
)
def test_wrong_description_is_refused(wrong: dict[str, Any], reason: str) -> None:
    part = {**ATLAS, "project": PROJECT, "cluster": CLUSTER, **wrong}

    with pytest.raises(ValidationError, match=reason):
        Request.model_validate({"operation": "check", "resources": [part]})


@pytest.mark.parametrize("host", ["main-0.ab1cd.mongodb.net", "mongodb+srv://main-0.ab1cd.mongodb.net/"])
def test_host_may_be_given_as_terraform_tells_it(host: str) -> None:
    part = AtlasMongoDB.model_validate({**ATLAS, "project": PROJECT, "cluster": CLUSTER, "host": host})

    assert part.host == "main-0.ab1cd.mongodb.net"


def test_account_goes_to_its_project_alone() -> None:
    part = AtlasMongoDB.model_validate({**ATLAS, "project": PROJECT, "cluster": CLUSTER})

    assert part.address == f"main-0.ab1cd.mongodb.net:27017 of project {PROJECT}"


PLACE = session.Address("main", "main-0.ab1cd.mongodb.net", 27017, "admin", tls=True, srv=True, hint=" Is it listed?")


def test_name_of_a_connection_string_leads_to_the_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def refuse(**options: Any) -> None:
        asked.append(options)
        raise ServerSelectionTimeoutError("no answer")

    monkeypatch.setattr(session, "MongoClient", refuse)

    with (
        pytest.raises(Unavailable, match=r"cannot be reached: no answer\. Is it listed\?"),
        session.connected(PLACE, "u", "p"),
    ):
        pass
    assert (asked[0]["host"], asked[0]["port"]) == ("mongodb+srv://main-0.ab1cd.mongodb.net", None)


@pytest.mark.parametrize(
    ("message", "kind"),
    [("bad auth : authentication failed", BadCredentials), ("user is not allowed to do action [find]", session.Denied)],
)
def test_atlas_has_one_code_for_logins_and_rights(message: str, kind: type[Exception]) -> None:
    with pytest.raises(kind), session.translated(PLACE, "moon"):
        raise OperationFailure(message, 8000, {"errmsg": message})
