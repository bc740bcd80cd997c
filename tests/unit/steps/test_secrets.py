"""Which sealed Secrets stay in the namespace."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import PurePosixPath
from typing import Any, cast

import pytest

from tests.unit.fake_deployment import make_deployment, said
from tests.unit.fake_kubernetes import FakeApi
from tutor_launchpad.core.job_settings import COPY_LABEL
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.cluster_checks import tell_clocks
from tutor_launchpad.steps.secrets import LABEL, apply_secrets, drop_old_secrets, missing_secrets


@dataclass
class Recorded:
    """A repository by what its revisions say of their Secrets; `newest` are the last ones of Git."""

    revisions: dict[str, list[str]]
    newest: list[str] = field(default_factory=list)

    def history(self, folder: PurePosixPath, name: str, count: int) -> list[bytes]:
        return [self.file(folder, name, revision) for revision in self.newest[:count]]

    def file(self, folder: PurePosixPath, name: str, revision: str) -> bytes:
        return json.dumps({"secrets": self.revisions[revision]}).encode() if revision in self.revisions else b""


def _secret(name: str, sealed: bool = True, made: str = "2024-01-01T00:00:00Z") -> Object:
    labels = {LABEL: "true"} if sealed else {}
    metadata = {"name": name, "namespace": "alpha", "labels": labels, "creationTimestamp": made}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {}}


def _names(api: FakeApi) -> set[str]:
    return {name for plural, _, name in api.objects if plural == "secrets"}


def _application(*history: str, live: str) -> Object:
    status = {"history": [{"revision": one} for one in history], "sync": {"revision": live}}
    metadata = {"name": "alpha", "namespace": "argocd"}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "status": status}


def test_only_missing_secrets_are_applied() -> None:
    api = FakeApi(_secret("there"))

    assert apply_secrets(api.cluster, "alpha", [_secret("there"), _secret("missing")]) == 1
    assert len(api.writes) == 1
    assert _names(api) == {"there", "missing"}


def test_secret_that_somebody_replaced_is_made_anew_and_told() -> None:
    theirs = {**_secret("sealed-1"), "data": {"key": "dGhlaXJz"}}
    api, told = FakeApi(theirs, _secret("sealed-2")), list[str]()

    assert apply_secrets(api.cluster, "alpha", [_secret("sealed-1"), _secret("sealed-2")], told.append) == 1

    assert [one.split(" ")[0] for one in api.writes] == ["DELETE", "PATCH"]
    assert api.read("secrets", "alpha", "sealed-1")["data"] == {}
    assert told == ["Secret sealed-1 did not hold what was sealed: made anew; restart the pods that use it"]


def test_copy_for_init_jobs_stays_though_it_shows_an_older_name() -> None:
    api, told = FakeApi({**_secret("copy"), "data": {"key": "b2xkZXI="}}), list[str]()
    wanted = _secret("copy")
    wanted["metadata"]["labels"] = {COPY_LABEL: "true"}

    assert missing_secrets(api.cluster, "alpha", [wanted]) == []
    assert apply_secrets(api.cluster, "alpha", [wanted], told.append) == 0

    assert (api.writes, told) == ([], [])


def test_secrets_of_kept_live_and_synced_revisions_stay() -> None:
    names = ["newest", "live", "synced", "forgotten"]
    api = FakeApi(*map(_secret, names), _secret("foreign", sealed=False), _application("s", live="l"))
    deployment = make_deployment(api)
    revisions = {"n": ["newest"], "l": ["live"], "s": ["synced"], "old": ["forgotten"]}
    deployment.repository = cast("Any", Recorded(revisions, ["n"]))

    drop_old_secrets(deployment)

    assert _names(api) == {"newest", "live", "synced", "foreign"}


def test_nothing_goes_where_a_synced_revision_cannot_be_read() -> None:
    api = FakeApi(_secret("of-the-unknown"), _application("unknown", live="l"))
    deployment = make_deployment(api)
    deployment.repository = cast("Any", Recorded({"l": []}))

    drop_old_secrets(deployment)

    assert _names(api) == {"of-the-unknown"}
    assert said(deployment) == ["no old Secrets removed: a revision that is kept or synced cannot be read here"]


def test_young_secret_that_another_run_will_name_stays() -> None:
    now = f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
    api = FakeApi(_secret("old"), _secret("young", made=now))
    deployment = make_deployment(api)
    deployment.repository = cast("Any", Recorded({}))

    drop_old_secrets(deployment)

    assert _names(api) == {"young"}


@pytest.mark.parametrize("days", [1, -1], ids=["a day behind", "a day ahead"])
def test_age_of_a_secret_is_told_by_the_servers_clock(days: int) -> None:
    server = datetime.now(timezone.utc) + timedelta(days=days)
    made, hours_ago = (f"{one:%Y-%m-%dT%H:%M:%SZ}" for one in (server, server - timedelta(hours=2)))
    api = FakeApi(_secret("old", made=hours_ago), _secret("young", made=made))
    api.date = format_datetime(server, usegmt=True)
    deployment = make_deployment(api)
    deployment.repository = cast("Any", Recorded({}))

    drop_old_secrets(deployment)
    tell_clocks(deployment)

    assert _names(api) == {"young"}
    assert said(deployment)[-1].startswith("the clock here is 86")
    assert ("s behind that of" if days > 0 else "s ahead of that of") in said(deployment)[-1]


def test_clocks_that_agree_are_not_told() -> None:
    api = FakeApi()
    api.date = format_datetime(datetime.now(timezone.utc), usegmt=True)
    deployment = make_deployment(api)

    assert deployment.cluster is not None
    deployment.cluster.list("v1", "Secret", "alpha")
    tell_clocks(deployment)

    assert said(deployment) == []
