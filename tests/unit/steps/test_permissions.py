"""The permissions that the check asks for are what a deploy takes in all its turns: each is used, and no other one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.fake_argocd import World, job, run, running
from tests.unit.fake_deployment import REVISION, make_deployment, make_settings
from tests.unit.fake_kubernetes import FakeApi
from tests.unit.steps.test_outages import SECRETS, Scene
from tests.unit.steps.test_provision import RESOURCES, EndingApi, node
from tests.unit.steps.test_secrets import Recorded
from tutor_launchpad.adapters.kubernetes_transport import Request, Response
from tutor_launchpad.adapters.servers import ClusterServers
from tutor_launchpad.core.access import Permission, needed
from tutor_launchpad.core.errors import LaunchpadError
from tutor_launchpad.core.ownership import MANAGED_LABEL, MANAGER
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.namespace import run_namespace
from tutor_launchpad.steps.provision import provision_by_workflow
from tutor_launchpad.steps.secrets import apply_secrets, drop_old_secrets
from tutor_launchpad.steps.sync import Sync

ALL = frozenset(needed(make_settings(mysql_server="main")))
GIVEN_ON = frozenset(one for one in ALL if one.resource == "workflowtaskresults")
"""Not used by the deploy: it gives them to the workflows' account, which only who has them may do."""
OPTIONAL = Permission("list", "", "pods", "argocd")
"""Only to say more of an Argo CD that stands still."""
COMPUTE: dict[str, Any] = {"quota": {"cpu": 8}}
LIMIT = ("limitranges", "alpha", "launchpad")


def ours(kind: str, name: str, api_version: str = "v1") -> Object:
    metadata = {"name": name, "namespace": "alpha", "labels": {MANAGED_LABEL: MANAGER}}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": {}}


def allowed(api: FakeApi) -> FakeApi:
    api.allowed = ALL
    return api


def make_and_change_the_namespace() -> FakeApi:
    api = allowed(FakeApi({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "alpha"}}))
    run_namespace(make_deployment(api, **COMPUTE))
    api.edit(LIMIT, {"spec": {"limits": []}})
    api.put(ours("ResourceQuota", "of-an-older-release"))
    run_namespace(make_deployment(api, network_policies=False, **COMPUTE))
    run_namespace(make_deployment(api))
    return api


def race_with_another_deploy() -> FakeApi:
    """Each object that is absent for us is made by somebody else before our write."""
    api = allowed(FakeApi())

    def make_first(request: Request) -> Response | None:
        if request.method == "PATCH" and b'"resourceVersion":"1"' in (request.body or b""):
            api.answer = lambda request: None
            api.send(Request("PATCH", request.path, request.query, request.body, request.headers))
            api.answer = make_first
        return None

    api.answer = make_first
    run_namespace(make_deployment(api, **COMPUTE))
    return api


def provision() -> FakeApi:
    scene = Scene()
    allowed(scene.api)
    ClusterServers(scene.deployment.cluster, "launchpad").all()  # type: ignore[arg-type]
    provision_by_workflow(scene.deployment, scene.deployment.cluster, RESOURCES)  # type: ignore[arg-type]
    return scene.api


def fail_to_provision() -> FakeApi:
    api = allowed(EndingApi({"phase": "Failed", "nodes": {"n": node("Failed")}}))
    end = api.after

    def leave_a_pod(request: Request) -> None:
        end(request)
        if request.method == "POST" and request.path.endswith("/workflows"):
            name = json.loads(request.body or b"")["metadata"]["name"]
            labels = {"workflows.argoproj.io/workflow": name}
            annotations = {"workflows.argoproj.io/node-id": "n"}
            metadata = {"name": "p", "namespace": "launchpad", "labels": labels, "annotations": annotations}
            status: Object = {"containerStatuses": [{"state": {"terminated": {}}}]}
            api.put({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": status})

    api.after = leave_a_pod
    with pytest.raises(LaunchpadError, match="Provisioning failed"):
        provision_by_workflow(make_deployment(api, worker_image="worker:1"), api.cluster, RESOURCES)
    return api


def seal_and_forget() -> FakeApi:
    api = allowed(FakeApi())
    apply_secrets(api.cluster, "alpha", SECRETS)
    deployment = make_deployment(api)
    deployment.repository = Recorded({})  # type: ignore[assignment]
    drop_old_secrets(deployment)
    return api


def sync_at_first() -> FakeApi:
    scene = Scene()
    allowed(scene.api)
    Sync(scene.deployment, scene.world.time).run()
    scene.api.edit(("appprojects", "argocd", "alpha"), {"spec": {"sourceRepos": []}})
    Sync(scene.deployment, scene.world.time).run()
    return scene.api


def sync_with_trouble() -> FakeApi:
    world = World(job("init-lms", type="Failed", message="no luck")).deployed()
    allowed(world.api)
    failed = {"state": {"terminated": {"exitCode": 1}}, "name": "lms"}
    labels = {"batch.kubernetes.io/job-name": "init-lms"}
    metadata = {"name": "init-lms-1", "namespace": "alpha", "labels": labels}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": {"containerStatuses": [failed]}}
    world.api.put(pod)
    world.status("OutOfSync", operationState=running(REVISION, "Failed"))
    resources = [{"kind": "Deployment", "name": "lms", "status": "Synced", "health": {"status": "Progressing"}}]
    slow = {**running(REVISION), "startedAt": "later"}
    world.moves = [*[lambda w: w.status("Synced", "Progressing", operationState=slow, resources=resources)] * 20]
    world.moves.append(lambda w: w.status())
    run(world, make_deployment(world.api, jobs=("init-lms",)))
    return world.api


TURNS: list[Callable[[], FakeApi]] = [
    make_and_change_the_namespace,
    race_with_another_deploy,
    provision,
    fail_to_provision,
    seal_and_forget,
    sync_at_first,
    sync_with_trouble,
]


def test_permissions_that_are_asked_for_are_exactly_those_that_are_used() -> None:
    used: set[Permission] = set()
    for turn in TURNS:
        used |= turn().used

    unused = ALL - GIVEN_ON - used
    assert not unused, f"asked for and never used: {', '.join(sorted(map(str, unused)))}"
    used.discard(OPTIONAL)
    assert not used - ALL, f"used and not asked for: {', '.join(sorted(map(str, used - ALL)))}"
