"""What Kubernetes would refuse of a claim, and which claims are left over."""

from __future__ import annotations

from typing import Any

import pytest

from tutor_launchpad.core.data.claims import Claim, Leftover, claim_problems, claims_of, grown, leftovers
from tutor_launchpad.core.types import Object


def spec(size: str = "5Gi", **more: Any) -> dict[str, Any]:
    return {"resources": {"requests": {"storage": size}}, **more}


def pvc(name: str = "mysql", size: str = "5Gi", status: Object | None = None, **more: Any) -> Object:
    metadata = {"name": name, "ownerReferences": more.pop("owners", [])}
    return {"kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec(size, **more), "status": status or {}}


def stateful(size: str = "5Gi") -> Object:
    templates = [{"metadata": {"name": "data"}, "spec": spec(size)}]
    return {"kind": "StatefulSet", "metadata": {"name": "search"}, "spec": {"volumeClaimTemplates": templates}}


@pytest.mark.parametrize(
    ("wanted", "live", "sentence"),
    [
        pytest.param(spec("1Gi"), pvc(), "would shrink from 5Gi to 1Gi", id="shrinks"),
        pytest.param(spec("5120Mi"), pvc(), "", id="same size in other words"),
        pytest.param(spec("6Gi"), pvc(status={"phase": "Bound"}), "", id="grows"),
        pytest.param(spec("6Gi"), pvc(status={"phase": "Pending"}), "would grow from 5Gi to 6Gi before", id="not bound"),
        pytest.param(spec("6Gi"), pvc(size="9Gi", status={"capacity": {"storage": "5Gi"}}), "", id="raise taken back"),
        pytest.param(
            spec("4Gi"), pvc(size="9Gi", status={"capacity": {"storage": "5Gi"}}), "shrink from 9Gi to 4Gi", id="below"
        ),
        pytest.param(
            spec(storageClassName="fast"), pvc(storageClassName="slow"), "class from slow to fast", id="another class"
        ),
        pytest.param(spec(storageClassName=""), pvc(storageClassName="slow"), "class from slow to none", id="no class"),
        pytest.param(spec(), pvc(storageClassName="slow"), "", id="class by default"),
        pytest.param(
            spec(accessModes=["ReadWriteMany"]), pvc(accessModes=["ReadWriteOnce"]), "modes from ReadWriteOnce to", id="modes"
        ),
    ],
)  # fmt: skip
def test_change_that_kubernetes_refuses_is_named(wanted: dict[str, Any], live: Object, sentence: str) -> None:
    problems = claim_problems({"mysql": Claim("mysql", wanted)}, {}, [live])

    assert bool(problems) == bool(sentence)
    assert sentence in "".join(problems)
    assert all(problem.startswith("Claim mysql ") and "docs/howto/move-data.md" in problem for problem in problems)


def test_without_a_cluster_git_tells_what_there_is() -> None:
    before = claims_of([pvc(size="9Gi")])

    assert "would shrink from 9Gi to 5Gi" in claim_problems(claims_of([pvc()]), before, None)[0]


def test_claim_that_was_deleted_may_come_back_smaller() -> None:
    assert claim_problems(claims_of([pvc()]), claims_of([pvc(size="9Gi")]), []) == []


def test_claim_that_the_cluster_has_and_git_does_not_counts() -> None:
    assert claim_problems(claims_of([pvc(size="1Gi")]), {}, [pvc(size="5Gi")])


def test_template_of_a_stateful_set_may_not_change_at_all() -> None:
    live = [pvc("data-search-0", "9Gi")]  # grown by hand, as one does

    assert claim_problems(claims_of([stateful()]), claims_of([stateful()]), live) == []
    (problem,) = claim_problems(claims_of([stateful("6Gi")]), claims_of([stateful()]), live)
    assert problem.startswith("The claims data-search-… of a StatefulSet would change")


def test_growing_claims_are_told_with_their_class() -> None:
    live = [pvc(storageClassName="slow"), pvc("other", storageClassName="slow")]

    assert grown(claims_of([pvc(size="6Gi"), pvc("other")]), live) == [("mysql", "slow")]


def test_leftovers_are_claims_that_nothing_names_or_owns() -> None:
    live = [
        pvc("minio", "20Gi", storageClassName="slow"), pvc("mysql"), pvc("data-search-0"), pvc("data-searchx-0"),
        pvc("scratch", owners=[{"kind": "Pod"}]),
    ]  # fmt: skip

    found = leftovers(live, claims_of([pvc("mysql"), stateful()]))

    assert found == [Leftover("data-searchx-0", "5Gi", ""), Leftover("minio", "20Gi", "slow")]
