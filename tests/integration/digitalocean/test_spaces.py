"""Buckets and keys of Spaces: every operation on a real store, with a stand-in of DigitalOcean's API before its users."""

from __future__ import annotations

import pytest

from tests.integration.digitalocean.conftest import SPACES, TOKEN, Store
from tests.integration.digitalocean.stand_in import Call


def fresh(store: Store) -> dict[str, str]:
    """Provision, and what was kept by it."""
    assert store.run("new").status == "created"
    return dict(store.runner.kept)


def test_missing_is_made_and_a_second_run_changes_nothing(store: Store) -> None:
    made = store.run("new")
    again = store.run()

    (key,) = store.named()
    assert (made.status, made.isolated, again.status, again.isolated) == ("created", True, "unchanged", True)
    assert store.runner.kept["ACCESS.1"] == key["access_key"]
    wanted = [{"bucket": bucket.name, "permission": "readwrite"} for bucket in store.resource.buckets]
    assert sorted(key["grants"], key=str) == sorted(wanted, key=str)


def test_key_whose_secret_is_lost_is_replaced(store: Store) -> None:
    before = fresh(store)["ACCESS.1"]
    store.runner.kept.clear()

    first = store.run().status, {key["access_key"] for key in store.named()}
    later = [store.run().status for _ in range(2)]

    after = store.runner.kept["ACCESS.1"]
    assert (first, after == before) == (("repaired", {before, after}), False)
    assert later == ["unchanged"] * 2
    assert {key["access_key"] for key in store.named()} == {before, after}


def test_rotation_ends_former_keys(store: Store) -> None:
    fresh(store)
    store.runner.kept.clear()
    store.run()
    former = store.resource

    store.run(operation="rotate", step="prepare")
    store.runner.run(former.other_generation(), operation="rotate", step="retire")

    assert [key["access_key"] for key in store.keys.keys.values()] == [store.runner.kept["ACCESS.2"]]


def test_key_that_was_removed_by_hand_is_made_again(store: Store) -> None:
    before = fresh(store)
    store.keys.clean()

    assert (store.run().status, len(store.named())) == ("created", 1)
    assert store.runner.kept["ACCESS.1"] != before["ACCESS.1"]


def test_key_that_opens_too_little_or_too_much_is_replaced_and_stays(store: Store) -> None:
    fresh(store)
    one = store.resource
    store.add_bucket()

    opened = []
    for resource, status in ((store.resource, "created"), (one, "repaired")):
        known = {key["access_key"] for key in store.named()}
        assert (store.runner.run(resource).status, len(store.named())) == (status, len(known) + 1)
        assert [store.runner.run(resource).status for _ in range(2)] == ["unchanged"] * 2
        new = [key for key in store.named() if key["access_key"] not in known]
        opened.append([grant["bucket"] for key in new for grant in key["grants"]])

    assert [sorted(found) for found in opened] == [
        sorted(bucket.name for bucket in store.resource.buckets),
        [one.buckets[0].name],
    ]


def test_further_key_stays_and_is_told(store: Store) -> None:
    before = fresh(store)
    grants = [{"bucket": store.resource.buckets[0].name, "permission": "readwrite"}]
    store.keys.create(Call((), {}, {"name": store.resource.users()[0], "grants": grants}, frozenset()))

    outcome = store.run()

    assert (outcome.status, store.runner.kept, len(store.named())) == ("unchanged", before, 2)
    assert [line for line in outcome.details if "kept former key" in line]


def test_key_of_another_installation_with_the_same_name_stays(store: Store) -> None:
    grants = [{"bucket": f"0--{store.runner.instance}", "permission": "readwrite"}]
    store.keys.create(Call((), {}, {"name": store.resource.users()[0], "grants": grants}, frozenset()))

    fresh(store)
    store.run(operation="deprovision", delete_data=True)

    assert [one["grants"] for one in store.named()] == [grants]


def test_bucket_of_a_stranger_is_refused_before_anything_is_made(store: Store) -> None:
    store.add_bucket()
    store.s3.create_bucket(Bucket=store.resource.buckets[1].name)

    outcome = store.run("new")

    assert (outcome.status, outcome.may_pass, store.keys.keys) == ("failed", False, {})
    assert "was not touched" in outcome.details[-1]
    listed = {one["Name"] for one in store.s3.list_buckets()["Buckets"]}
    assert store.resource.buckets[0].name not in listed


def test_bucket_of_another_instance_is_refused_even_if_it_is_recorded(store: Store) -> None:
    fresh(store)
    store.s3.put_object(Bucket=store.resource.buckets[0].name, Key=".launchpad-instance", Body=b"other")

    assert "is instance other's" in store.run().details[-1]


def test_instance_of_the_same_name_of_another_root_is_left_alone(store: Store) -> None:
    store.run("new", root="one")
    store.runner.kept.clear()

    made = store.run("new", root="two")
    removed = store.run("new", operation="deprovision", delete_data=True, root="two")

    assert (made.status, "of another root" in made.details[-1]) == ("failed", True)
    assert [one.name for one in removed.left] == [store.resource.users()[0]]
    assert len(store.named()) == 1


def test_what_is_there_is_inspected(store: Store) -> None:
    fresh(store)
    store.runner.kept.clear()

    outcome = store.run(operation="inspect", orphans=True)

    user = store.resource.users()[0]
    drifted = {one.name: one.drift for one in outcome.things if one.state == "drifted"}
    assert drifted == {user: (f"key of user {user}",)}
    assert {f"user/{user}", f"bucket/{store.resource.buckets[0].name}"} <= set(outcome.elsewhere)


def test_verification_tries_a_neighbour(store: Store) -> None:
    fresh(store)

    assert store.run(operation="verify").status == "verified"
    for grants in store.keys.keys.values():
        grants["grants"].append({"bucket": f"0--{store.runner.instance}", "permission": "readwrite"})
    store.keys.allow(store.runner.kept["ACCESS.1"])
    outcome = store.run(operation="verify")
    assert (outcome.status, f"0--{store.runner.instance}" in outcome.details[-1]) == ("failed", True)


def test_second_key_takes_over(store: Store) -> None:
    before = fresh(store)

    prepared = [store.run(operation="rotate", step="prepare") for _ in range(2)]
    both = len(store.named()), len(store.named(2))
    after = store.resource.model_copy(update={"generation": prepared[-1].generation})
    retired = [store.runner.run(after, operation="rotate", step="retire").status for _ in range(2)]

    assert ([one.status for one in prepared], both, retired) == (["prepared"] * 2, (1, 1), ["retired"] * 2)
    assert (store.named(), store.runner.run(after).status) == ([], "unchanged")
    assert {key: store.runner.kept[key] for key in before} == before


def test_access_goes_first_and_data_on_demand(store: Store) -> None:
    fresh(store)
    store.s3.put_object(Bucket=store.resource.buckets[0].name, Key="kept", Body=b"x")

    revoked = store.run(operation="deprovision")
    removed = store.run(operation="deprovision", delete_data=True)

    assert (revoked.status, len(revoked.kept), store.keys.keys) == ("revoked", 1, {})
    assert (removed.status, store.run(operation="deprovision", delete_data=True).status) == ("removed", "absent")


@pytest.mark.parametrize("scope", sorted(SPACES))
def test_missing_scope_is_named(store: Store, scope: str) -> None:
    if scope == "spaces_key:delete":
        fresh(store)
    store.api.tokens = {TOKEN: SPACES - {scope}}

    outcome = store.run("new") if scope != "spaces_key:delete" else store.run(operation="deprovision")

    assert (outcome.status, outcome.may_pass) == ("failed", False)
    assert scope in "".join(outcome.details)


def test_wrong_token_is_told(store: Store) -> None:
    store.api.tokens = {}

    outcome = store.run(operation="check")

    assert (outcome.may_pass, "DigitalOcean's API refuses the token" in outcome.details[-1]) == (False, True)


def test_missing_token_is_told(store: Store) -> None:
    store.runner.token = ""

    outcome = store.run(operation="check")

    assert "No key token in the credentials of server storage/main" in outcome.details[-1]


def test_check_asks_both_the_store_and_the_api(store: Store) -> None:
    for number in range(201):  # more than a page has
        store.keys.keys[str(number)] = {"name": "x", "grants": [], "access_key": str(number), "created_at": ""}

    (line,) = store.run(operation="check").details
    store.keys.keys.clear()

    assert "DigitalOcean's API with 201 keys" in line
