from __future__ import annotations

from copy import deepcopy

import pytest

pytest.importorskip("boto3.session", exc_type=ImportError)

from launchpad_workflows.provisioners.storage.policies import policy_for, same_policy


def test_policy_opens_its_own_buckets_alone() -> None:
    resources = {one for statement in policy_for(["b", "a"])["Statement"] for one in statement["Resource"]}

    assert resources == {"arn:aws:s3:::a", "arn:aws:s3:::b", "arn:aws:s3:::a/*", "arn:aws:s3:::b/*"}


def test_order_and_single_values_make_no_difference() -> None:
    other = deepcopy(policy_for(["a"]))
    other["Statement"].reverse()
    other["Statement"][0]["Action"].reverse()
    other["Statement"][1]["Resource"] = "arn:aws:s3:::a"

    assert same_policy(policy_for(["a"]), other)


def test_another_action_makes_a_difference() -> None:
    other = deepcopy(policy_for(["a"]))
    other["Statement"][0]["Action"].append("s3:*")

    assert not same_policy(policy_for(["a"]), other)


@pytest.mark.parametrize("everybody", ["*", {"AWS": "*"}, {"AWS": ["*"]}])
def test_everybody_is_written_in_several_ways(everybody: object) -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/b/*"}
    ours = {"Statement": [{**statement, "Principal": {"AWS": ["*"]}}]}

    assert same_policy(ours, {"Statement": [{**statement, "Principal": everybody}]})
    assert not same_policy(ours, {"Statement": [{**statement, "Principal": {"AWS": "123456789012"}}]})
