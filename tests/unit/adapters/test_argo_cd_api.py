"""Logging in to Argo CD by way of the API server."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from tests.unit.fake_kubernetes import FakeApi, status
from tests.unit.fake_login import ARGO_CD, Logins, argo_cd
from tutor_launchpad.adapters.accounts import ArgoCdAccounts
from tutor_launchpad.adapters.argo_cd_api import PARAMETERS, PAUSES, ArgoCdApi
from tutor_launchpad.core.errors import Forbidden, LaunchpadError
from tutor_launchpad.core.users.planning import Wanted

PASSWORD = "correct horse battery"
NOW = datetime(2026, 11, 25, tzinfo=timezone.utc)


@pytest.fixture
def logins() -> Logins:
    """Argo CD with an account alice."""
    api = FakeApi(*argo_cd())
    logins = Logins(api)
    api.answer = logins.answer
    ArgoCdAccounts(api.cluster, ARGO_CD, lambda: NOW).put(None, Wanted("alice", "admin", password=PASSWORD))
    return logins


def make_token(logins: Logins, paused: list[float], password: str = PASSWORD) -> str:
    return ArgoCdApi(logins.api.cluster, ARGO_CD, paused.append).make_token("alice", password, 60)


def test_account_that_argo_cd_has_not_heard_of_is_tried_again(logins: Logins) -> None:
    logins.late, paused = 2, []  # type: ignore[var-annotated]

    assert make_token(logins, paused) == "api-alice-60"
    assert paused == [0.5, 1.0]


def test_wrong_password_is_tried_less_often_than_argo_cd_locks_for(logins: Logins) -> None:
    paused: list[float] = []

    with pytest.raises(LaunchpadError, match="it does not take the password") as error:
        make_token(logins, paused, "another one")

    assert len(logins.asked) == len(PAUSES) + 1 < 5
    assert "another one" not in str(error.value)


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        ({"server.insecure": "true"}, "http:argocd-server:http/api/v1/session"),
        ({"server.rootpath": "/argo"}, "https:argocd-server:https/argo/api/v1/session"),
    ],
    ids=["without TLS", "below a path"],
)
def test_server_is_reached_as_it_is_set_up(logins: Logins, settings: dict[str, str], address: str) -> None:
    metadata = {"name": PARAMETERS, "namespace": ARGO_CD}
    logins.api.put({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": settings})

    assert make_token(logins, []) == "api-alice-60"
    assert logins.asked[0] == address


def test_missing_permission_for_the_proxy_is_told(logins: Logins) -> None:
    logins.api.answer = lambda request: status(403, "Forbidden", "no") if "/proxy/" in request.path else None

    with pytest.raises(Forbidden, match="you may not create services/proxy there"):
        make_token(logins, [])
