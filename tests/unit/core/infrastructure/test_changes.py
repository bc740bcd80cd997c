"""What a plan would do, and how it is told."""

from __future__ import annotations

from typing import Any

import pytest

from tutor_launchpad.core.infrastructure.changes import Change, Planned, not_named, read_plan
from tutor_launchpad.core.infrastructure.describe import MOST, describe_planned, end_problems, loss_problems


def _one(address: str, actions: list[str], before: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    kind = address.split(".")[-2]
    change = {"actions": actions, "before": before, "after": {"password": "hidden"}, **more}
    return {"address": address, "mode": "managed", "type": kind, "change": change}


MYSQL = _one("module.mysql.aws_db_instance.rds", ["delete", "create"], {"identifier": "moon-mysql"},
             replace_paths=[["engine_version"], ["engine_version"]])  # fmt: skip
BUCKET = _one('aws_s3_bucket.this["velero"]', ["delete"], {"bucket": "moon-velero"})


def test_plan_is_read_without_its_values() -> None:
    data = {"address": "data.aws_vpc.this", "mode": "data", "type": "aws_vpc", "change": {"actions": ["read"]}}
    same = _one("aws_vpc.this", ["no-op"])

    planned = read_plan({"resource_changes": [MYSQL, BUCKET, data, same], "resource_drift": [same, BUCKET]})

    assert planned.changes == (
        Change("module.mysql.aws_db_instance.rds", "replace", "database server", "moon-mysql", ("engine_version",)),
        Change('aws_s3_bucket.this["velero"]', "destroy", "bucket", "moon-velero"),
    )
    assert planned.outside == ('aws_s3_bucket.this["velero"]',)
    assert "hidden" not in repr(planned)


@pytest.mark.parametrize(
    ("actions", "expected"),
    [(["create"], "create"), (["update"], "change"), (["create", "delete"], "replace"), (["forget"], "forget")],
)
def test_action_is_told_in_one_word(actions: list[str], expected: str) -> None:
    (change,) = read_plan({"resource_changes": [_one("aws_vpc.this", actions)]}).changes

    assert (change.action, change.loses) == (expected, False)


def test_half_made_object_is_replaced_for_that_reason() -> None:
    tainted = {**_one("aws_vpc.this", ["delete", "create"]), "action_reason": "replace_because_tainted"}

    (change,) = read_plan({"resource_changes": [tainted]}).changes

    assert change.why == ("it was left half made",)


def test_lost_data_is_told_first_by_name() -> None:
    planned = read_plan(
        {"resource_changes": [_one("aws_eip.a", ["delete"]), _one("aws_vpc.b", ["create"]), MYSQL, BUCKET]}
    )

    assert describe_planned("moon", planned) == (
        "Cluster moon: 1 to make, 1 to replace, 2 to destroy.\n"
        "DATA WOULD BE LOST:\n"
        "  replaces database server moon-mysql (module.mysql.aws_db_instance.rds), because of engine_version\n"
        '  destroys bucket moon-velero (aws_s3_bucket.this["velero"])\n'
        "Destroys:\n  aws_eip.a\n"
        "Makes:\n  aws_vpc.b"
    )


def test_long_lists_are_cut_but_not_what_is_destroyed() -> None:
    many = [Change(f"a.b{number}", action) for number in range(MOST + 3) for action in ("create", "destroy")]

    text = describe_planned("moon", Planned(tuple(many)))

    assert "  and 3 more" in text
    assert all(f"  a.b{number}\n" in text.partition("Makes:")[0] for number in range(MOST + 3))


def test_unnamed_loss_is_one_sentence() -> None:
    losses = read_plan({"resource_changes": [MYSQL, BUCKET]}).losses

    assert loss_problems(not_named(losses, ["moon-velero"])) == [
        "Database server moon-mysql (module.mysql.aws_db_instance.rds) would be replaced, and its data lost: undo the change "
        "in terraform/ that leads to it, or add --delete-data moon-mysql."
    ]
    assert not_named(losses, ["moon-velero", "moon-mysql"]) == []


@pytest.mark.parametrize(
    ("actions", "fate"), [(["delete", "create"], "replaced"), (["delete"], "destroyed"), (["update"], "")]
)
@pytest.mark.parametrize("kind", ["aws_eks_cluster", "digitalocean_kubernetes_cluster"])
def test_kubernetes_goes_only_where_it_was_named(kind: str, actions: list[str], fate: str) -> None:
    planned = read_plan({"resource_changes": [_one(f"module.kubernetes.{kind}.this", actions, {"name": "moon"})]})

    told = end_problems(not_named(planned.ends, []), "Instances stand on it: moon.")

    assert [f"would be {fate}, with all that runs in it and its volumes" in one for one in told] == [True] * bool(fate)
    assert [one.endswith("or add --delete-data moon. Instances stand on it: moon.") for one in told] == [True] * bool(
        fate
    )
    assert not_named(planned.ends, ["moon"]) == planned.losses == []
