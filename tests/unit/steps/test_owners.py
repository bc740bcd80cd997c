"""Recorded owners beside a real repository and an API in memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from launchpad_workflows.items import Item, Owned

from tests.unit.fake_deployment import ROOT_ID, URL, make_deployment, said
from tests.unit.fake_kubernetes import FakeApi, status
from tests.unit.repositories import git, record, remove
from tutor_launchpad.adapters.git import Repository
from tutor_launchpad.adapters.git_process import Runner
from tutor_launchpad.adapters.kubernetes_transport import Request, Response
from tutor_launchpad.core.errors import Forbidden, LaunchpadError, NotFound, Unreachable
from tutor_launchpad.core.ownership import ID_ANNOTATION
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.owners import Survey, survey_owners


def owned(instance: str, root: str) -> Owned:
    return Owned(Item("mysql", "main", "database", f"{instance}__openedx"), instance, root, True)


OLD, NEW, SUN, OWN = owned("old", "XyZ"), owned("new", "NeW"), owned("sun", "SuN"), owned("alpha", ROOT_ID)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """With instance sun in it, and old in its history alone."""
    path = tmp_path / "repository"
    repository = Repository(str(path), "main", path, "", Runner(str(path)))
    for name, id in (("sun", "SuN"), ("old", "XyZ")):
        record(repository, name, id)
    remove(repository, "old")
    return repository


def survey(repository: Repository, api: FakeApi | None, *records: Owned, address: str = URL) -> Survey:
    deployment = make_deployment(api, repository=address)
    deployment.repository = repository
    return survey_owners(deployment, records)


def live(kind: str, name: str, root: str, **spec: object) -> Object:
    namespaced = {"namespace": "argocd"} if kind == "Application" else {}
    metadata = {"name": name, "annotations": {ID_ANNOTATION: root}, **namespaced}
    version = "argoproj.io/v1alpha1" if kind == "Application" else "v1"
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}


def application(name: str, root: str, url: str = URL, branch: str = "refs/heads/main") -> Object:
    return live("Application", name, root, source={"repoURL": url, "targetRevision": branch})


def standings(found: Survey) -> dict[str, str]:
    return {owner.instance: owner.standing.value for owner in found.owners}


def test_only_those_without_a_folder_are_told_and_the_history_tells_them_apart(repository: Repository) -> None:
    found = survey(repository, FakeApi(), OLD, NEW, SUN, OWN)

    assert standings(found) == {"old": "removed", "new": "undeployed"}
    assert (found.unseen, found.problems) == ({}, ())


def test_cluster_is_asked_for_nothing_where_every_owner_has_its_folder(repository: Repository) -> None:
    api = FakeApi()
    survey(repository, api, SUN)

    assert api.requests == []


def test_folder_that_says_nothing_of_its_owner_is_nobodys_loss(repository: Repository) -> None:
    record(repository, "new", "NeW", more=1)
    (repository.path / "instances/new/config.yml").write_text("A: 1\n")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "More")
    remove(repository, "new", "launchpad.json")

    assert standings(survey(repository, None, NEW)) == {"new": "unreadable"}


def test_what_the_cluster_still_has_of_that_very_root_is_told(repository: Repository) -> None:
    api = FakeApi(live("Namespace", "old", "XyZ"), application("old", "XyZ"), live("Namespace", "new", "Another"))

    old, new = sorted(survey(repository, api, OLD, NEW).owners, key=lambda owner: owner.instance, reverse=True)

    assert (old.live, new.live) == (("Application old", "Namespace old"), ())


@pytest.mark.parametrize(
    ("url", "branch", "standing"),
    [
        ("https://git.example.org/other.git", "refs/heads/main", "elsewhere"),
        (URL, "refs/heads/staging", "elsewhere"),
        ("ssh://git@git.example.org:2222/cluster", "main", "undeployed"),
    ],
)
def test_instance_of_another_repository_is_no_orphan(
    repository: Repository, url: str, branch: str, standing: str
) -> None:
    api = FakeApi(application("new", "NeW", url, branch))

    assert standings(survey(repository, api, NEW)) == {"new": standing}


def test_cluster_without_argo_cd_has_no_instance_from_elsewhere(repository: Repository) -> None:
    api = FakeApi(live("Namespace", "old", "XyZ"))
    api.answer = lambda request: Response(404, b"404 page not found") if "argoproj" in request.path else None

    found = survey(repository, api, OLD)

    assert (found.unseen, found.owners[0].live) == ({}, ("Namespace old",))


@pytest.mark.parametrize(
    ("code", "reason", "why", "asked"), [(403, "Forbidden", "forbidden", 2), (401, "Unauthorized", "unreachable", 1)]
)
def test_cluster_that_does_not_answer_is_told_and_not_asked_again(
    repository: Repository, code: int, reason: str, why: str, asked: int
) -> None:
    api = FakeApi()

    def answer(request: Request) -> Response:
        return status(code, reason, "no")

    api.answer = answer
    found = survey(repository, api, OLD, NEW)

    assert standings(found) == {"old": "removed", "new": "undeployed"}
    assert {unseen.why.value for unseen in found.unseen.values()} == {why}
    assert (len(found.problems), len(api.requests)) == (asked, asked)
    assert found.problems[0].startswith("Which instances other repositories have is not known: ")


@pytest.mark.parametrize(
    ("error", "why"), [(NotFound, "absent"), (Forbidden, "forbidden"), (Unreachable, "unreachable")]
)
def test_repository_that_does_not_answer_is_three_answers_and_no_owner(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, error: type[LaunchpadError], why: str
) -> None:
    def fail() -> str:
        raise error("no luck")

    monkeypatch.setattr(repository, "fetch", fail)
    api = FakeApi()
    found = survey(repository, api, OLD, NEW)

    assert (found.owners, found.abouts, api.requests) == ((), {}, [])
    assert found.unseen["repository"].why.value == why
    assert found.problems == (
        "Which instances the repository has is not known, so of recorded names nothing can be said: no luck",
    )


def test_embedded_repository_does_not_stand_for_that_of_a_cluster(repository: Repository) -> None:
    found = survey(repository, FakeApi(), OLD, address="")

    assert (found.owners, found.unseen["repository"].why.value) == ((), "absent")
    assert "set it to the cluster's" in found.problems[0]


def test_repository_is_named_before_it_is_asked(repository: Repository) -> None:
    deployment = make_deployment(None)
    deployment.repository = repository
    survey_owners(deployment, [SUN])

    assert said(deployment) == [f"comparing with the instances of {repository.address}"]
