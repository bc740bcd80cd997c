"""Looks at an instance in a repository and an API server: what they cost, and what stands in their way."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.unit.core.data.test_claims import pvc
from tests.unit.fake_deployment import ROOT_ID, application_objects, make_deployment
from tests.unit.fake_kubernetes import FakeApi, status
from tutor_launchpad.adapters.git import Repository
from tutor_launchpad.adapters.git_process import Runner
from tutor_launchpad.adapters.kubernetes_transport import Broken, Request, Response
from tutor_launchpad.core.errors import Unreachable
from tutor_launchpad.core.instance import dump_yaml, manifest_files
from tutor_launchpad.core.status.model import Verdict, Why
from tutor_launchpad.steps.deployment import Deployment
from tutor_launchpad.steps.namespace import run_namespace
from tutor_launchpad.steps.observe import GIT_EVERY, Observer, observe

JOB_LABEL = {"launchpad.openedx.org/init-job": "lms"}


class Away(Repository):
    """A repository that can be cut off."""

    away = False

    def fetch(self) -> str:
        if self.away:
            raise Unreachable("The repository cannot be reached.")
        return super().fetch()


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Deployment]:
    """Makes an instance that is deployed, as Git and the API server have it."""

    def make(
        api: FakeApi | None, *, recorded: bool = True, about: dict[str, Any] | None = None, **settings: Any
    ) -> Deployment:
        deployment = make_deployment(api, **settings)
        path = tmp_path / "repository"
        repository = Away(str(path), "main", path, "", Runner(str(path)))
        deployment.repository, deployment.root = repository, tmp_path
        if recorded:
            said = {"id": ROOT_ID, "secrets": ["sealed-1"], "images": ["openedx:2"], **(about or {})}
            files = {"launchpad.json": json.dumps(said).encode(), **manifest_files([pvc("mysql")])}
            files["application.yml"] = b"---\n".join(map(dump_yaml, deployment.application))
            deployment.revision, _ = repository.record(deployment.settings.folder, files, "x", lambda parent: None)
        return deployment

    return make


def live(deployment: Deployment, api: FakeApi) -> None:
    """What a finished deploy leaves in the cluster."""
    run_namespace(deployment)
    for item in application_objects():
        api.cluster.apply(item)
    stored = api.read("applications", "argocd", "alpha")
    spec = stored["spec"]
    compared = {"source": spec["source"], "destination": spec["destination"]}
    sync = {"status": "Synced", "revision": deployment.revision, "comparedTo": compared}
    stored["status"] = {"sync": sync, "health": {"status": "Healthy"}}
    metadata = {"name": "sealed-1", "namespace": "alpha", "labels": {"launchpad.openedx.org/sealed": "true"}}
    api.put({"apiVersion": "v1", "kind": "Secret", "metadata": metadata})
    api.put({"apiVersion": "v1", **pvc("mysql"), "metadata": {"name": "mysql", "namespace": "alpha"}})
    api.requests.clear()


def reads(api: FakeApi) -> list[str]:
    return [f"{one.method} {one.path}" for one in api.requests]


def test_deployed_instance_is_healthy_and_nothing_is_written(make: Callable[..., Deployment]) -> None:
    api = FakeApi()
    deployment = make(api)
    live(deployment, api)

    seen = observe(deployment)

    assert (seen.verdict, seen.findings, dict(seen.unseen)) == (Verdict.HEALTHY, (), {})
    assert (seen.behind, seen.auto_sync, seen.git_revision) == (False, True, deployment.revision)
    assert api.writes == []


def test_failed_run_about_people_is_no_trouble_of_the_instance(make: Callable[..., Deployment]) -> None:
    api = FakeApi()
    deployment = make(api)
    live(deployment, api)
    waiting = {"state": {"waiting": {"reason": "ImagePullBackOff"}}, "image": "openedx:2"}
    metadata = {"name": "people-1", "namespace": "alpha", "labels": {"workflows.argoproj.io/workflow": "people-1"}}
    status = {"phase": "Pending", "containerStatuses": [waiting]}
    api.put({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": status})

    assert (observe(deployment).verdict, observe(deployment).findings) == (Verdict.HEALTHY, ())


def test_each_look_costs_the_same_few_calls(make: Callable[..., Deployment]) -> None:
    api = FakeApi()
    deployment = make(api)
    live(deployment, api)
    observer, costs = Observer(deployment), []

    for _ in range(3):
        observer.look()
        costs.append(len(reads(api)))
        api.requests.clear()

    assert costs == [11, 11, 11]


def test_secrets_are_listed_without_their_content(make: Callable[..., Deployment]) -> None:
    api = FakeApi()
    deployment = make(api)
    live(deployment, api)

    observe(deployment)

    (request,) = [one for one in api.requests if one.path.endswith("/secrets")]
    assert "PartialObjectMetadataList" in dict(request.headers)["Accept"]


def test_without_a_cluster_git_alone_tells(make: Callable[..., Deployment]) -> None:
    seen = observe(make(None))

    assert (seen.verdict, seen.pods, seen.images, seen.behind) == (Verdict.UNKNOWN, None, ("openedx:2",), None)
    assert seen.git_revision


def test_before_the_first_deploy_nothing_is_missing(make: Callable[..., Deployment]) -> None:
    seen = observe(make(FakeApi(), recorded=False))

    assert (seen.verdict, seen.findings, dict(seen.unseen)) == (Verdict.ABSENT, (), {})


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        pytest.param(status(403, "Forbidden", "no"), Why.FORBIDDEN, id="forbidden"),
        pytest.param(Response(404, b"404 page not found"), Why.ABSENT, id="kind not installed"),
        pytest.param(status(422, "Invalid", "odd"), Why.UNREACHABLE, id="another error"),
    ],
)
@pytest.mark.parametrize(
    ("plural", "part"),
    [("certificates", "certificates"), ("pods", "pods"), ("secrets", "secrets"), ("networkpolicies", "namespace")],
)
def test_part_that_cannot_be_read_says_why(
    make: Callable[..., Deployment], answer: Response, why: Why, plural: str, part: str
) -> None:
    api = FakeApi()
    deployment = make(api)
    live(deployment, api)
    api.answer = lambda request: answer if request.path.endswith(f"/{plural}") else None

    seen = observe(deployment)

    assert {name: one.why for name, one in seen.unseen.items()} == {part: why}
    assert seen.sync == "Synced"


def test_cluster_that_goes_away_is_not_asked_again_in_that_look(make: Callable[..., Deployment]) -> None:
    api = FakeApi()
    deployment = make(api)
    live(deployment, api)

    def cut(request: Request) -> Response | None:
        raise Broken("no route", sent=False, lasting=True)

    api.answer = cut
    observer = Observer(deployment)
    seen, first = observer.look(), len(reads(api))
    api.answer = lambda request: None

    assert (first, [one.why for one in seen.unseen.values()]) == (1, [Why.UNREACHABLE])
    assert seen.git_revision == deployment.revision
    assert observer.look().verdict is Verdict.HEALTHY


def test_repository_that_is_away_hides_its_own_part_alone(make: Callable[..., Deployment]) -> None:
    api, moments = FakeApi(), [datetime(2026, 6, 1, tzinfo=timezone.utc)]
    deployment = make(api)
    live(deployment, api)
    observer = Observer(deployment, now=lambda: moments[-1])
    observer.look()
    Away.away = True
    moments.append(moments[-1] + timedelta(seconds=GIT_EVERY))
    try:
        seen = observer.look()
    finally:
        Away.away = False

    assert {part: one.why for part, one in seen.unseen.items()} == {"git": Why.UNREACHABLE}
    assert (seen.git_revision, seen.sync) == (deployment.revision, "Synced")


def test_newer_commit_is_seen_once_the_repository_is_asked_again(make: Callable[..., Deployment]) -> None:
    api, moments = FakeApi(), [datetime(2026, 6, 1, tzinfo=timezone.utc)]
    deployment = make(api)
    live(deployment, api)
    observer = Observer(deployment, now=lambda: moments[-1])
    observer.look()
    deployment.repository.record(deployment.settings.folder, {"launchpad.json": b"{}"}, "y", lambda parent: None)

    soon = observer.look()
    moments.append(moments[-1] + timedelta(seconds=GIT_EVERY))

    assert (soon.behind, observer.look().behind) == (False, True)


def test_objects_that_somebody_changed_are_told_with_their_fields(make: Callable[..., Deployment]) -> None:
    api = FakeApi()
    deployment = make(api)
    live(deployment, api)
    api.read("resourcequotas", "alpha", "launchpad")["spec"]["hard"]["pods"] = "1"
    api.read("applications", "argocd", "alpha")["spec"]["syncPolicy"] = {}
    del api.objects["networkpolicies", "alpha", "launchpad-egress"]

    drift = {str(change) for change in observe(deployment).drift}

    assert drift == {
        "update ResourceQuota launchpad: spec.hard.pods",
        "update Application alpha: spec.syncPolicy.automated, spec.syncPolicy.retry",
        "create NetworkPolicy launchpad-egress",
    }


def test_provisioning_tells_its_newest_workflow(make: Callable[..., Deployment]) -> None:
    api = FakeApi()
    deployment = make(api, mysql_server="main")
    for name, phase in (("a", "Succeeded"), ("b", "Failed")):
        labels = {"launchpad.openedx.org/instance": "alpha"}
        metadata = {"name": name, "namespace": "launchpad", "labels": labels, "creationTimestamp": name}
        api.put(
            {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": metadata, "status": {"phase": phase}}
        )

    assert observe(deployment).provisioning == "Failed (b)"
    api.objects.clear()
    assert observe(deployment).provisioning == "no workflow kept"


def test_folder_of_a_former_name_is_told_while_it_is_there(make: Callable[..., Deployment]) -> None:
    deployment = make(None, about={"formerly": ["old", "gone", "foreign"]})
    for name, owner in (("old", ROOT_ID), ("foreign", "XyZ")):
        files = {"launchpad.json": json.dumps({"id": owner}).encode()}
        folder = deployment.settings.folder.with_name(name)
        deployment.repository.record(folder, files, "x", lambda parent: None)

    assert observe(deployment).former == ("old",)
