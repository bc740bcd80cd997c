"""A managed MongoDB cluster: users made by the API's stand-in on a real server, reached by TLS alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from launchpad_workflows import names
from launchpad_workflows.requests import ManagedMongoDB
from pymongo import MongoClient

from tests.integration.conftest import Runner, named_server
from tests.integration.digitalocean.conftest import TOKEN
from tests.integration.digitalocean.databases import CLUSTER, Cluster
from tests.integration.digitalocean.failing import FAULTS, provision_failing, remove_failing
from tests.integration.digitalocean.mongo_users import MongoUsers
from tests.integration.digitalocean.stand_in import Call, Fault, StandIn
from tests.integration.digitalocean.tls import before, make_authority

SCOPES = frozenset(ManagedMongoDB.token_scopes)
NOBODY: frozenset[str] = frozenset()


@dataclass
class Managed:
    """An instance's resource on the cluster, what runs it, the stand-in with its lists, and the administrator's client."""

    runner: Runner
    resource: ManagedMongoDB
    api: StandIn
    users: MongoUsers
    admin: Any
    certificate: str
    listed: set[str]

    def run(self, *arguments: Any, **more: Any) -> Any:
        return self.runner.run(self.resource, *arguments, **more)

    @property
    def user(self) -> str:
        return self.resource.users()[0]


@pytest.fixture
def managed(api: StandIn, instance: str, tmp_path: Path, cleanups: list[Callable[[], object]]) -> Iterator[Managed]:
    server = named_server("LAUNCHPAD_TEST_MONGODB", "mongodb")
    user, password = server.administrator
    admin: Any = MongoClient(server.host, server.port, username=user, password=password)
    authority, users, listed = make_authority(tmp_path), MongoUsers(admin.admin.command), set[str]()
    cluster = Cluster("mongodb", authority.certificate, lambda: listed, listed.add, listed.discard)
    api.routes, api.tokens = [*cluster.routes(), *users.routes()], {TOKEN: SCOPES}
    cleanups += [admin.close, users.clean]
    with before(server.host, server.port, authority, mysql=False) as port:
        resource = ManagedMongoDB(
            server="main",
            host="127.0.0.1",
            port=port,
            cluster=CLUSTER,
            api=api.address,
            databases=(names.mongodb_database(instance, "openedx"),),
            username=names.mongodb_user(instance, "openedx"),
            password_key="PASSWORD",
        )
        yield Managed(Runner(server, instance, token=TOKEN), resource, api, users, admin, authority.certificate, listed)
    for name in admin.list_database_names():
        if name.startswith(instance):
            admin.drop_database(name)


def test_missing_is_made_and_a_second_run_changes_nothing(managed: Managed) -> None:
    made = managed.run("new")
    again = managed.run()

    assert (made.status, again.status, managed.listed) == ("created", "unchanged", set(managed.resource.databases))
    wanted = {"databases": list(managed.resource.databases), "role": "readWrite"}
    assert managed.users.settings == {managed.user: {"mongo_user_settings": wanted}}
    assert set(managed.runner.kept) == {"PASSWORD.1"}


def test_lost_password_is_replaced(managed: Managed) -> None:
    managed.run("new")
    before_it = dict(managed.runner.kept)
    managed.runner.kept.clear()

    assert (managed.run().status, managed.run().status) == ("repaired", "unchanged")
    assert managed.runner.kept["PASSWORD.1"] != before_it["PASSWORD.1"]


def test_user_whose_making_was_stopped_before_its_password_was_kept_is_ours(managed: Managed) -> None:
    managed.run("new")
    managed.runner.kept.clear()

    assert managed.run("new").status == "repaired"


def test_databases_of_a_user_are_repaired(managed: Managed) -> None:
    managed.run("new")
    kept = dict(managed.runner.kept)
    managed.users.settings[managed.user] = {"mongo_user_settings": {"databases": ["admin"], "role": "dbAdmin"}}

    drifted = managed.run(operation="inspect", orphans=True)
    repaired = managed.run()

    assert [one.drift for one in drifted.things if one.kind == "user" and one.drift] == [
        (f"databases of user {managed.user}",)
    ]
    assert f"user/{managed.user}" in drifted.elsewhere
    assert (repaired.status, managed.run().status, managed.runner.kept) == ("repaired", "unchanged", kept)


@pytest.mark.parametrize("status", [409, 422])
def test_user_of_a_stranger_is_refused_before_anything_is_made(managed: Managed, status: int) -> None:
    managed.users.conflict = status
    settings = {"mongo_user_settings": {"databases": ["theirs"], "role": "readWrite"}}
    managed.users.add(Call((CLUSTER,), {}, {"name": managed.user, "settings": settings}, NOBODY))

    outcome = managed.run("new")

    assert (outcome.status, "was not touched" in outcome.details[-1], managed.listed) == ("failed", True, set())
    assert managed.users.settings[managed.user] == settings


def test_database_of_another_instance_is_refused(managed: Managed) -> None:
    managed.admin[managed.resource.databases[0]]["launchpad"].insert_one({"_id": "owner", "instance": "other"})

    outcome = managed.run()

    assert (outcome.status, "of instance other" in outcome.details[-1]) == ("failed", True)


def test_instance_of_the_same_name_of_another_root_is_left_alone(managed: Managed) -> None:
    managed.run("new", root="one")
    managed.runner.kept.clear()

    made = managed.run("new", root="two")
    removed = managed.run("new", operation="deprovision", delete_data=True, root="two")

    assert (made.status, "of another root" in made.details[-1]) == ("failed", True)
    assert [one.name for one in removed.left] == [managed.user]
    assert set(managed.users.settings) == {managed.user}


def test_database_that_the_list_lacks_is_entered_or_told(managed: Managed) -> None:
    managed.run("new")
    managed.listed.clear()

    assert (managed.run().status, managed.listed) == ("repaired", set(managed.resource.databases))


def test_second_user_takes_over(managed: Managed) -> None:
    managed.run("new")

    prepared = [managed.run(operation="rotate", step="prepare") for _ in range(2)]
    after = managed.resource.model_copy(update={"generation": prepared[-1].generation})
    retired = [managed.runner.run(after, operation="rotate", step="retire").status for _ in range(2)]

    assert ([one.status for one in prepared], retired) == (["prepared"] * 2, ["retired"] * 2)
    assert (set(managed.users.settings), set(managed.runner.kept)) == (
        {f"{managed.user}__2"},
        {"PASSWORD.1", "PASSWORD.2"},
    )
    assert managed.runner.run(after).status == "unchanged"


def test_access_goes_first_and_data_on_demand(managed: Managed) -> None:
    managed.run("new")

    revoked = managed.run(operation="deprovision")
    removed = managed.run(operation="deprovision", delete_data=True)

    assert (revoked.status, len(revoked.kept), managed.users.settings) == ("revoked", 1, {})
    assert (removed.status, managed.listed) == ("removed", set())
    assert managed.run(operation="deprovision", delete_data=True).status == "absent"


@pytest.mark.parametrize("scope", sorted(SCOPES - {"database:delete", "database:update"}))
def test_missing_scope_is_named_and_nothing_half_done_stays(managed: Managed, scope: str) -> None:
    managed.api.tokens = {TOKEN: SCOPES - {scope}}

    outcome = managed.run("new")

    assert (outcome.status, outcome.may_pass, scope in outcome.details[-1]) == ("failed", False, True)
    assert managed.users.settings == {}


def test_check_asks_both_and_tells_of_an_authority_that_open_edx_does_not_know(managed: Managed) -> None:
    (unknown,) = managed.run(operation="check").details
    managed.resource = managed.resource.model_copy(update={"ca": managed.certificate})
    (known,) = managed.run(operation="check").details

    assert "DigitalOcean's cluster backend is online" in known
    assert ("--ca-file" in unknown, "--ca-file" in known) == (True, False)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_provisioning_is_finished_by_a_repeat_wherever_the_api_failed(managed: Managed, fault: Fault) -> None:
    for _ in provision_failing(managed.api, managed.run, fault):
        assert managed.listed == set(managed.resource.databases)


@pytest.mark.slow
def test_removal_is_finished_by_a_repeat_wherever_the_api_failed(managed: Managed) -> None:
    for _ in remove_failing(managed.api, managed.run, "lost"):
        assert (managed.listed, managed.users.settings) == (set(), {})
