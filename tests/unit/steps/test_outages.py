"""Each request of each step meets an API server that goes away for a minute; the deploy ends as if it had not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.templates.common import OUTCOME

from tests.unit.fake_argocd import APPLICATION, World, job, running
from tests.unit.fake_deployment import REVISION, make_deployment
from tests.unit.fake_kubernetes import FakeApi
from tests.unit.steps.test_provision import RESOURCES, node
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.adapters.kubernetes_patience import LIMIT, Patience
from tutor_launchpad.adapters.kubernetes_transport import Broken, Request, Response
from tutor_launchpad.core.errors import Unreachable
from tutor_launchpad.core.results import Status
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.namespace import run_namespace
from tutor_launchpad.steps.provision import provision_by_workflow
from tutor_launchpad.steps.secrets import apply_secrets
from tutor_launchpad.steps.sync import Sync

AWAY = 60.0
CHANGING = ("resourceVersion", "uid", "managedFields")
SECRETS = [
    {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": f"sealed-{n}"}, "data": {}, "immutable": True}
    for n in range(2)
]


@dataclass
class Flaky:
    """An API server that goes away once, as a certain request comes, before or after it has acted on it."""

    api: FakeApi
    falls: Callable[[int, Request], bool] = lambda number, request: False
    acts: bool = False
    seconds: float = AWAY
    count: int = 0
    back: float = 0.0
    server: str = FakeApi.server
    user: str = FakeApi.user
    engine: Callable[[], None] = field(default=lambda: None)

    def send(self, request: Request) -> Response:
        if self.api.now < self.back:
            raise Broken("connection refused", sent=False)
        self.count += 1
        if self.back or not self.falls(self.count - 1, request):
            return self._answer(request)
        self.back = self.api.now + self.seconds
        if self.acts:
            self._answer(request)
        raise Broken("connection reset by peer", sent=self.acts)

    def renew(self) -> bool:
        return False

    def _answer(self, request: Request) -> Response:
        response = self.api.send(request)
        self.engine()
        return response


@dataclass
class Scene:
    """A world in which Argo Workflows and Argo CD do at once what they are asked."""

    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        self.api = self.world.api
        self.flaky = Flaky(self.api, engine=self._work)
        cluster = Cluster(
            self.flaky, patience=Patience(LIMIT, self.api.said.append, lambda: self.api.now, self.api.sleep)
        )
        self.deployment = make_deployment(self.api, auto_sync=False, worker_image="worker:1")
        self.deployment.cluster = cluster
        self.world.moves = [lambda world: None] * 100
        self.starts: list[str] = []

    def _work(self) -> None:
        outcome = Outcome(resource="mysql", provider="direct", server="main", status="created").model_dump_json()
        outputs = {"parameters": [{"name": OUTCOME, "value": outcome}]}
        for (plural, _, _), obj in self.api.objects.items():
            if plural == "workflows":
                obj["status"] = {"phase": "Succeeded", "nodes": {"n": node("Succeeded", outputs=outputs)}}
        live = self.api.objects.get(APPLICATION)
        if live is None:
            return
        asked = live.get("operation")
        if asked:
            self.starts.append(asked["sync"]["revision"])
            state = {"phase": "Succeeded", "startedAt": f"at-{len(self.starts)}", "operation": asked}
            self.world.status(operationState={**state, "syncResult": {"revision": REVISION}})
            self.api.put(live)
        elif "status" not in live:
            self.world.status("OutOfSync")
            self.api.put(live)


def _provision(scene: Scene) -> None:
    assert scene.deployment.cluster is not None
    provision_by_workflow(scene.deployment, scene.deployment.cluster, RESOURCES)


def _secrets(scene: Scene) -> None:
    assert scene.deployment.cluster is not None
    apply_secrets(scene.deployment.cluster, "alpha", SECRETS)


def at(wanted: int) -> Callable[[int, Request], bool]:
    """Fall at this request."""
    return lambda number, request: number == wanted


STEPS: dict[str, Callable[[Scene], Any]] = {
    "namespace": lambda scene: run_namespace(scene.deployment),
    "provision": _provision,
    "record": _secrets,
    "sync": lambda scene: Sync(scene.deployment, scene.world.time).run(),
}


def outcome_of(scene: Scene) -> tuple[Any, Any]:
    """What is in the cluster, less what each write changes, and how often what was started."""

    def plain(obj: Object) -> Object:
        metadata = {key: value for key, value in obj["metadata"].items() if key not in CHANGING}
        return {**obj, "metadata": {**metadata, "name": metadata["name"].rsplit("-", 1)[0]}}

    objects = [plain(obj) for key, obj in scene.api.objects.items()]
    for obj in objects:
        obj.get("status", {}).get("operationState", {}).get("operation", {}).pop("info", None)
    return sorted(objects, key=str), scene.starts


@pytest.mark.parametrize("acts", [False, True], ids=["request lost", "answer lost"])
@pytest.mark.parametrize("step", STEPS)
def test_step_goes_on_when_the_server_is_back(step: str, acts: bool) -> None:
    undisturbed = Scene()
    STEPS[step](undisturbed)
    requests = undisturbed.flaky.count

    for number in range(requests):
        scene = Scene()
        scene.flaky.falls, scene.flaky.acts = at(number), acts
        STEPS[step](scene)

        assert outcome_of(scene) == outcome_of(undisturbed), f"request {number} of {requests}"
        assert [text.split(" ", 1)[1][:12] for text in scene.api.said] == ["does not ans", "answers agai"]
    assert requests > 2


@pytest.mark.parametrize("step", STEPS)
def test_step_ends_when_the_server_stays_away_and_the_next_run_finishes(step: str) -> None:
    undisturbed, scene = Scene(), Scene()
    STEPS[step](undisturbed)
    scene.flaky.falls, scene.flaky.seconds = at(1), 1000

    with pytest.raises(Unreachable, match=r"has not answered for 1\d\d s"):
        STEPS[step](scene)
    assert scene.api.now <= LIMIT
    scene.api.now = 1000
    STEPS[step](scene)

    assert outcome_of(scene) == outcome_of(undisturbed)


def test_start_whose_answer_is_lost_is_not_taken_for_an_older_sync() -> None:
    world = World(job("init-lms", type="Failed", message="no luck")).deployed(auto_sync=False)
    world.status("OutOfSync", operationState=running(REVISION, "Failed"))
    deployment = make_deployment(world.api, auto_sync=False, jobs=("init-lms",))
    flaky = Flaky(world.api, lambda number, request: b'"initiatedBy"' in (request.body or b""), acts=True)
    deployment.cluster = Cluster(flaky, patience=Patience(LIMIT, now=lambda: world.now, sleep=world.api.sleep))

    def take_up(world: World) -> None:
        asked = world.api.read(*APPLICATION)["operation"]
        world.status("OutOfSync", operationState={**running(REVISION), "operation": asked})

    world.moves = [take_up, lambda w: None, lambda w: w.status(operationState=running(REVISION, "Succeeded"))]

    assert Sync(deployment, world.time).run()[0] is Status.DONE
    assert "terminate" not in world.events
