"""A cluster of Atlas: users by the API's stand-in, data by the driver, as whoever may see it."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import bson
import pytest

from tests.integration.atlas.conftest import Project
from tests.integration.atlas.stand_in import ACCOUNT, CLUSTER, SECOND
from tests.integration.copies import Copies, copies

__all__ = ["copies"]
LABELS = "launchpad-instance", "launchpad-root"


def made(project: Project) -> list[str]:
    """The users that were made since this was asked last; probes show only that the test's server enforces no roles."""
    names = [str(one["username"]) for one in project.atlas.made if not one["username"].startswith("launchpad_probe")]
    project.atlas.made.clear()
    return names


def steward_of(project: Project, root: str, cluster: str = CLUSTER) -> str:
    """Its name, from an instance that comes and goes."""
    first = project.resource
    project.resource = first.model_copy(update={"cluster": cluster})
    project.run("new", root=root)
    name, _user = made(project)
    project.run(operation="deprovision", delete_data=True, root=root)
    project.resource = first
    project.atlas.made.clear()
    return name


def leave(project: Project, name: str, more: list[dict[str, str]]) -> dict[str, Any]:
    """A user as a killed run leaves it."""
    project.atlas.command("createUser", name, pwd="nobody knows", roles=[])
    project.atlas.users[name] = {"username": name, "roles": [], "labels": more}
    return project.atlas.users[name].copy()


def labels(instance: str, root: str = "") -> list[dict[str, str]]:
    found = zip(LABELS, (instance, root), strict=True)
    return [{"key": key, "value": value} for key, value in found if value]


def add_user(project: Project, more: list[dict[str, str]]) -> None:
    project.atlas.command("createUser", project.user, pwd="of a stranger", roles=[])
    roles = [{"roleName": "readWrite", "databaseName": "theirs"}]
    project.atlas.users[project.user] = {"username": project.user, "roles": roles, "labels": more}


def test_missing_is_made_and_a_second_run_needs_nobody_else(project: Project) -> None:
    first = project.run("new", root="root-a")
    steward, user = made(project)

    assert (first.status, project.there()) == ("created", set(project.resource.databases))
    assert steward.startswith(f"launchpad_steward_{project.runner.instance}_")
    assert {user} == set(project.atlas.users) == {project.user}
    assert (project.run(root="root-a").status, made(project)) == ("unchanged", [])


def test_user_reaches_its_databases_on_this_cluster_and_tells_whose_it_is(project: Project) -> None:
    project.run("new", root="root-a")

    user = project.atlas.users[project.user]
    databases = sorted(project.resource.databases)
    assert user["roles"] == [{"roleName": "readWrite", "databaseName": name} for name in databases]
    assert user["scopes"] == [{"type": "CLUSTER", "name": CLUSTER}]
    assert user["labels"] == labels(project.runner.instance, "root-a")


def test_roles_on_a_former_database_stay_and_on_a_strangers_go(project: Project) -> None:
    project.run("new")
    roles = project.atlas.users[project.user]["roles"]
    alone = project.resource.model_copy(update={"databases": project.resource.databases[:1]})
    former = project.resource.databases[1]
    recorded = alone.model_copy(update={"claims": {f"database/{former}": "ours"}})

    left = project.runner.run(recorded, login=ACCOUNT).status, project.atlas.users[project.user]["roles"]
    taken = project.runner.run(alone, login=ACCOUNT).status, project.atlas.users[project.user]["roles"]

    assert left == ("unchanged", roles)
    assert taken == ("repaired", [{"roleName": "readWrite", "databaseName": alone.databases[0]}])


def test_steward_has_rights_in_these_databases_alone_and_ends_by_itself(project: Project) -> None:
    project.run("new")

    steward = next(one for one in project.atlas.made if one["username"].startswith("launchpad_steward"))
    rights = {(one["roleName"], one["databaseName"]) for one in steward["roles"]}
    end = datetime.strptime(steward["deleteAfterDate"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    assert rights == {(role, name) for role in ("dbAdmin", "read") for name in project.resource.databases}
    assert timedelta(hours=11) < end - datetime.now(timezone.utc) <= timedelta(hours=12)


def test_servers_may_hear_late_of_users(project: Project) -> None:
    project.atlas.delay = 0.3

    created = project.run("new")
    removed = project.run(operation="deprovision", delete_data=True)

    assert (created.status, removed.status, project.there(), project.atlas.users) == ("created", "removed", set(), {})


def widen(project: Project) -> None:
    roles = [{"roleName": "dbAdmin", "databaseName": "admin"}]
    project.atlas.users[project.user] |= {"roles": roles, "scopes": []}


def unlabel(project: Project) -> None:
    project.atlas.users[project.user]["labels"] = []


def change_password(project: Project) -> None:
    project.atlas.command("updateUser", project.user, pwd="another")


@pytest.mark.parametrize(
    ("drift", "what"),
    [(widen, "roles"), (unlabel, "labels"), (change_password, "password")],
    ids=["other roles and clusters", "no labels", "another password"],
)
def test_what_drifted_is_told_and_repaired(project: Project, drift: Callable[[Project], None], what: str) -> None:
    project.run("new")
    before = project.atlas.users[project.user].copy()
    drift(project)

    told = [line for thing in project.run(operation="inspect").things for line in thing.drift]
    repaired = project.run()

    assert told == [f"{what} of user {project.user}"]
    assert f"repaired {what} of user {project.user}" in repaired.details
    assert (project.atlas.users[project.user], project.run().status) == (before, "unchanged")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ([], "nothing shows that it is this instance's"),
        (labels("other", "root-a"), "of instance other (or of another root)"),
        ("same name", "(or of another root)"),
    ],
    ids=["no labels", "another instance", "another root"],
)
def test_user_of_a_stranger_is_refused_before_anything_is_made(project: Project, more: Any, reason: str) -> None:
    add_user(project, labels(project.runner.instance, "root-b") if more == "same name" else more)

    outcome = project.run("new", root="root-a")

    assert (outcome.status, outcome.may_pass, project.there()) == ("failed", False, set())
    assert reason in outcome.details[-1]


def test_database_of_another_instance_is_refused(project: Project) -> None:
    project.admin[project.resource.databases[0]]["launchpad"].insert_one({"_id": "owner", "instance": "other"})

    outcome = project.run("new")

    assert (outcome.status, "of instance other" in outcome.details[-1]) == ("failed", True)
    assert project.atlas.users == {}


def test_access_ends_and_data_stays_until_it_is_to_go(project: Project) -> None:
    project.run("new")

    revoked = project.run(operation="deprovision")
    kept = project.there()
    removed = project.run(operation="deprovision", delete_data=True)

    assert (revoked.status, kept) == ("revoked", set(project.resource.databases))
    assert (removed.status, project.there(), project.atlas.users) == ("removed", set(), {})
    assert project.run(operation="deprovision", delete_data=True).status == "absent"


def test_second_user_takes_over(project: Project) -> None:
    project.run("new")
    first = project.user

    prepared = [project.run(operation="rotate", step="prepare") for _ in range(2)]
    project.resource = project.resource.model_copy(update={"generation": prepared[-1].generation})
    project.runner.password = project.runner.following
    retired = [project.run(operation="rotate", step="retire").status for _ in range(2)]

    assert ([one.status for one in prepared], retired) == (["prepared"] * 2, ["retired"] * 2)
    assert set(project.atlas.users) == {project.user} != {first}
    assert project.run().status == "unchanged"


def test_steward_that_a_killed_run_left_is_used_and_removed(project: Project) -> None:
    leave(project, steward_of(project, "root-a"), labels(project.runner.instance, "root-a"))

    outcome = project.run("new", root="root-a")

    assert (outcome.status, set(project.atlas.users)) == ("created", {project.user})


def test_steward_that_another_made_is_neither_changed_nor_removed(project: Project) -> None:
    name = steward_of(project, "root-a")
    there = leave(project, name, labels(project.runner.instance, "root-b"))

    outcome = project.run("new", root="root-a")

    assert (outcome.status, outcome.may_pass, project.there()) == ("failed", False, set())
    assert f"User {name} exists on" in outcome.details[-1]
    assert project.atlas.users == {name: there}


def test_equal_names_of_other_roots_and_clusters_have_stewards_of_their_own(project: Project) -> None:
    found = [steward_of(project, "root-a"), steward_of(project, "root-b"), steward_of(project, "root-a", SECOND)]

    assert len(set(found)) == len(found)
    assert steward_of(project, "root-a") == found[0]


def test_probes_of_other_roots_have_names_of_their_own(project: Project) -> None:
    project.run("new", root="root-a")
    project.run(operation="deprovision", delete_data=True, root="root-a")
    project.run("new", root="root-b")

    names = [one["username"] for one in project.atlas.made if one["username"].startswith("launchpad_probe")]
    assert len(names) == len(set(names)) == 2


def test_user_that_another_cluster_lets_in_stays_as_it_is(project: Project) -> None:
    project.run("new", root="root-a")
    before = project.atlas.users[project.user].copy()
    project.resource = project.resource.model_copy(update={"cluster": SECOND})

    provisioned = project.run("new", root="root-a")
    removed = project.run(operation="deprovision", root="root-a")

    assert (provisioned.status, provisioned.may_pass, removed.status) == ("failed", False, "failed")
    assert f"is for {CLUSTER} of the project and not for cluster {SECOND}" in provisioned.details[-1]
    assert project.atlas.users[project.user] == before


def test_names_with_odd_characters_are_written_as_they_are(project: Project) -> None:
    odd = f"{project.runner.instance} ü@:é 100%?#&+"
    project.resource = project.resource.model_copy(update={"username": odd})

    assert (project.run("new").status, set(project.atlas.users)) == ("created", {odd})
    assert project.run(operation="deprovision", delete_data=True).status == "removed"


def test_orphans_are_databases_and_users_of_the_cluster(project: Project) -> None:
    project.run("new")

    outcome = project.run(operation="inspect", orphans=True)

    assert {f"user/{project.user}", *(f"database/{one}" for one in project.there())} <= set(outcome.elsewhere)
    assert not [one for one in outcome.elsewhere if "steward" in one]


def test_check_tells_of_server_and_project(project: Project) -> None:
    outcome = project.run(operation="check")

    assert outcome.details[0].startswith("MongoDB ")
    assert outcome.details[0].endswith("with 0 of 100 database users")


def test_last_copy_is_made_by_the_steward_before_the_data_goes(
    project: Project, copies: Copies, tmp_path: Path
) -> None:
    project.run("new")
    name = project.resource.databases[0]
    project.admin[name]["structures"].insert_one({"_id": 1, "text": "größe"})

    removed = project.run(operation="deprovision", stores=copies.stores, delete_data=True, dump=copies.dump)

    folder = copies.fetch(tmp_path) / "mongodb-main" / name
    assert (removed.status, project.there(), project.atlas.users) == ("removed", set(), {})
    assert bson.decode_all(gzip.decompress((folder / "structures.bson.gz").read_bytes())) == [
        {"_id": 1, "text": "größe"}
    ]
