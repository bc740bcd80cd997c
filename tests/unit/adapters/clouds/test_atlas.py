"""Keys of MongoDB Atlas: absent, refused, for another project, or nobody there."""

from __future__ import annotations

import pytest

from tests.unit.cluster_repositories import answers_of
from tests.unit.scripted_server import Reply, served
from tests.unit.small_infrastructure import played_aws
from tutor_launchpad.adapters.clouds import open_cloud
from tutor_launchpad.adapters.clouds.atlas import KEYS, check_atlas
from tutor_launchpad.core.errors import Forbidden, LaunchpadError, NotFound, Unreachable

PROJECT = "0123456789abcdef01234567"
ASKED = Reply(401, "{}", {"WWW-Authenticate": 'Digest realm="MMS", nonce="n", algorithm=MD5, qop="auth"'})


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.setenv(name, "hunter2")


def test_key_that_opens_the_project_is_good(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(ASKED, Reply(200, "{}")) as script:
        monkeypatch.setenv("MONGODB_ATLAS_BASE_URL", script.address)
        check_atlas(PROJECT)

    assert script.seen[1].startswith(f"GET /api/atlas/v2/groups/{PROJECT} ")
    assert script.tokens[1].startswith('Digest username="hunter2"')


def test_missing_key_is_told_before_aws_is_asked_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEYS[1])

    with (
        played_aws(monkeypatch),
        pytest.raises(NotFound, match=r"^MONGODB_ATLAS_PRIVATE_KEY is not set: make an API key"),
    ):
        open_cloud(answers_of("aws-mongodb-atlas")).who()


@pytest.mark.parametrize(
    ("status", "kind", "text"),
    [
        (401, Forbidden, "MongoDB Atlas refuses the key in MONGODB_ATLAS_PUBLIC_KEY"),
        (403, Forbidden, f"does not open the project {PROJECT} of MongoDB Atlas from here"),
        (404, Forbidden, f"does not open the project {PROJECT} of MongoDB Atlas from here"),
        (500, LaunchpadError, "did not show the project"),
    ],
)
def test_refusal_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, status: int, kind: type[Exception], text: str
) -> None:
    with served(ASKED, Reply(status, "{}")) as script:
        monkeypatch.setenv("MONGODB_ATLAS_BASE_URL", script.address)
        with pytest.raises(kind) as caught:
            check_atlas(PROJECT)

    assert text in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_nobody_there_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONGODB_ATLAS_BASE_URL", "http://127.0.0.1:9")

    with pytest.raises(Unreachable, match="MongoDB Atlas cannot be reached: ConnectError"):
        check_atlas(PROJECT)
