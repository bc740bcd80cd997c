from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from launchpad_workflows.cluster_ownership import ClusterOwnership
from launchpad_workflows.errors import Refused, Unavailable
from launchpad_workflows.items import Item, Owned
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.ownership import FileOwnership, Ownership, claim_names, record_names

from tests.unit.launchpad_workflows.fakes import FakeClient, fake_request

DATABASE = Item("mysql", "main", "database", "a__openedx")
USER = Item("mysql", "main", "user", "a__openedx")


@pytest.fixture(params=["file", "cluster"])
def ownership(request: pytest.FixtureRequest, tmp_path: Path) -> FileOwnership | ClusterOwnership:
    if request.param == "file":
        return FileOwnership(tmp_path / "deep" / "owners.json")
    return ClusterOwnership(FakeClient(), "launchpad")


def test_claimed_name_stays_new_until_it_is_recorded(ownership: Ownership) -> None:
    assert ownership.claim([DATABASE], "alpha") == {DATABASE: "new"}
    assert ownership.claim([DATABASE], "alpha") == {DATABASE: "new"}

    ownership.record([DATABASE], "alpha")

    assert ownership.claim([DATABASE, USER], "alpha") == {DATABASE: "ours", USER: "new"}


def test_name_of_another_is_refused_and_nothing_is_claimed(ownership: Ownership) -> None:
    ownership.claim([DATABASE], "alpha")

    with pytest.raises(Refused, match="database a__openedx on mysql/main is instance alpha's"):
        ownership.claim([USER, DATABASE], "beta")

    assert ownership.owned() == {DATABASE: "alpha"}


def with_root(ownership: FileOwnership | ClusterOwnership, root: str) -> FileOwnership | ClusterOwnership:
    return replace(ownership, root=root)


def test_instance_of_the_same_name_in_another_root_is_another(ownership: FileOwnership | ClusterOwnership) -> None:
    mine, theirs = with_root(ownership, "AbC"), with_root(ownership, "XyZ")
    mine.claim([DATABASE], "openedx")
    mine.record([DATABASE], "openedx")

    with pytest.raises(Refused, match="database a__openedx on mysql/main is the instance openedx's of another root"):
        theirs.claim([USER, DATABASE], "openedx")
    theirs.release([DATABASE], "openedx")

    assert mine.owned() == {DATABASE: "openedx"}
    assert mine.claim([DATABASE], "openedx") == {DATABASE: "ours"}


def test_name_in_other_case_is_the_same_name(ownership: Ownership) -> None:
    ownership.claim([DATABASE], "alpha")

    with pytest.raises(Refused):
        ownership.claim([Item("mysql", "main", "database", "A__OpenEdx")], "beta")


def test_same_name_on_another_server_or_of_another_kind_is_free(ownership: Ownership) -> None:
    ownership.claim([DATABASE], "alpha")

    assert set(ownership.claim([USER, Item("mysql", "spare", "database", "a__openedx")], "beta").values()) == {"new"}


def test_names_can_be_asked_for_by_instance_and_server(ownership: Ownership) -> None:
    ownership.claim([DATABASE], "alpha")
    ownership.claim([USER], "beta")

    assert ownership.owned(instance="beta") == {USER: "beta"}
    assert set(ownership.owned(resource="mysql", server="main")) == {DATABASE, USER}
    assert ownership.owned(server="spare") == {}


def test_records_tell_of_every_root_and_what_was_made(ownership: FileOwnership | ClusterOwnership) -> None:
    with_root(ownership, "AbC").claim([DATABASE], "alpha")
    with_root(ownership, "AbC").record([DATABASE], "alpha")
    with_root(ownership, "XyZ").claim([USER], "alpha")

    assert set(ownership.records()) == {Owned(DATABASE, "alpha", "AbC", True), Owned(USER, "alpha", "XyZ", False)}


def test_only_the_owner_releases(ownership: Ownership) -> None:
    ownership.claim([DATABASE], "alpha")

    ownership.release([DATABASE], "beta")
    assert ownership.owned() == {DATABASE: "alpha"}
    ownership.release([DATABASE], "alpha")
    assert ownership.owned() == {}


def test_server_that_is_given_up_frees_what_was_never_made(ownership: FileOwnership | ClusterOwnership) -> None:
    elsewhere = Item("mysql", "spare", "user", "a__openedx")
    ownership.claim([DATABASE, USER, elsewhere], "alpha")
    ownership.record([DATABASE], "alpha")

    assert ownership.owned(made=True) == {DATABASE: "alpha"}
    with_root(ownership, "XyZ").release_claims("mysql", "main")

    assert set(ownership.owned()) == {DATABASE, elsewhere}


def test_request_gets_its_claims_and_gives_them_back(ownership: Ownership) -> None:
    request = claim_names(fake_request(names=("a", "b")), ownership)
    outcome = Outcome(resource="fake", provider="test", server="main", status="created")

    record_names(request, [outcome.model_copy(update={"status": "failed"})], ownership)
    assert claim_names(request, ownership).resources[0].claims == {"thing/a": "new", "thing/b": "new"}
    record_names(request, [outcome.model_copy(update={"made": ("thing/a", "thing/b")})], ownership)
    assert claim_names(request, ownership).resources[0].claims == {"thing/a": "ours", "thing/b": "ours"}
    record_names(request, [outcome.model_copy(update={"released": ("thing/a",)})], ownership)
    assert ownership.held("alpha") == {Item("fake", "main", "thing", "b"): "ours"}


@pytest.mark.parametrize("operation", ["verify", "inspect", "deprovision"])
def test_who_makes_nothing_claims_nothing_and_is_told_of_all(ownership: Ownership, operation: str) -> None:
    former = Item("fake", "main", "thing", "former")
    ownership.claim([former], "alpha")
    ownership.record([former], "alpha")

    request = claim_names(fake_request().model_copy(update={"operation": operation}), ownership)

    assert request.resources[0].claims == {"thing/former": "ours"}
    assert request.resources[0].claimed() == (former,)


@pytest.mark.parametrize("operation", ["provision", "rotate"])
def test_who_makes_names_is_told_of_former_ones_too(ownership: Ownership, operation: str) -> None:
    former = Item("fake", "main", "thing", "former")
    ownership.claim([former], "alpha")
    ownership.record([former], "alpha")

    (resource,) = claim_names(fake_request().model_copy(update={"operation": operation}), ownership).resources

    assert (resource.claims["thing/former"], resource.former("thing")) == ("ours", ["former"])


def test_rotation_claims_both_generations(ownership: Ownership) -> None:
    request = fake_request(username="user").model_copy(update={"operation": "rotate"})

    assert set(claim_names(request, ownership).resources[0].claims) == {"user/user", "user/user__2", "thing/thing"}


def test_request_tells_whose_root_claimed_its_names(ownership: FileOwnership | ClusterOwnership) -> None:
    assert claim_names(fake_request(), with_root(ownership, "AbC")).root == "AbC"


def test_records_of_another_root_are_not_told(ownership: FileOwnership | ClusterOwnership) -> None:
    with_root(ownership, "AbC").claim([DATABASE], "openedx")

    assert with_root(ownership, "XyZ").held("openedx") == {}


def test_name_that_became_anothers_is_not_recorded_again(ownership: Ownership) -> None:
    ownership.claim([DATABASE], "beta")

    with pytest.raises(Refused, match="instance beta's"):
        ownership.record([DATABASE], "alpha")
    assert ownership.owned() == {DATABASE: "beta"}


def test_second_claim_in_the_cluster_only_looks() -> None:
    client = FakeClient()
    ClusterOwnership(client, "launchpad").claim([DATABASE, USER], "alpha")
    client.calls.clear()

    ClusterOwnership(client, "launchpad").claim([DATABASE, USER], "alpha")

    assert client.calls == [("list", "ConfigMap")]


@pytest.mark.parametrize(("other", "refused"), [("beta", True), ("alpha", False)])
def test_name_claimed_at_the_same_moment_goes_to_the_first(other: str, refused: bool) -> None:
    client = FakeClient()
    rival = ClusterOwnership(client, "launchpad")

    def claim_first(verb: str, _name: str) -> None:
        if verb == "create":
            client.before = lambda _verb, _name: None
            rival.claim([DATABASE], other)

    client.before = claim_first
    if refused:
        with pytest.raises(Refused, match="is instance beta's"):
            ClusterOwnership(client, "launchpad").claim([DATABASE], "alpha")
    else:
        assert ClusterOwnership(client, "launchpad").claim([DATABASE], "alpha") == {DATABASE: "new"}


def test_creation_that_fails_for_another_reason_is_told() -> None:
    client = FakeClient()

    def fail(verb: str, _name: str) -> None:
        if verb == "create":
            raise Unavailable("no answer")

    client.before = fail
    with pytest.raises(Unavailable, match="no answer"):
        ClusterOwnership(client, "launchpad").claim([DATABASE], "alpha")
