"""Data that a deploy would lose sight of: compared with Git, the cluster and the root, then asked about."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any, cast

import pytest

from tests.unit.core.data.test_claims import pvc
from tests.unit.core.data.test_places import TUTOR
from tests.unit.fake_deployment import ROOT_ID, make_deployment, said
from tests.unit.fake_kubernetes import FakeApi, status
from tutor_launchpad.adapters.git import Repository
from tutor_launchpad.adapters.git_process import Runner
from tutor_launchpad.adapters.tutor import Configuration
from tutor_launchpad.core.data.places import read_places, to_record
from tutor_launchpad.core.errors import LaunchpadError, Refused
from tutor_launchpad.core.instance import dump_yaml, manifest_files
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps import check, consent, data
from tutor_launchpad.steps.deployment import Deployment, Options
from tutor_launchpad.steps.memory import Memory, keep

HERE = {"ID": ROOT_ID, **TUTOR}
MOVED = {"RUN_MYSQL": False, "MYSQL_HOST": "db"}
MINIO = pvc("minio")


@pytest.fixture
def deploys(tmp_path: Path) -> Callable[..., Deployment]:
    """Makes deployments of one root with one repository, as they are when the check has prepared the record."""

    def make(*objects: Object, api: FakeApi | None = None, name: str = "alpha", **settings: Any) -> Deployment:
        config = {**HERE, **settings}
        deployment = make_deployment(api, instance=name)
        path = tmp_path / "repository"
        deployment.repository = Repository(str(path), "main", path, "", Runner(str(path)))
        deployment.root, deployment.objects = tmp_path, list(objects)
        deployment.loaded = Configuration({}, config, {})
        check._repository(deployment)
        return deployment

    return make


def record(deployment: Deployment, **about: Any) -> None:
    """What a deploy leaves in Git."""
    said_ = {"id": ROOT_ID, "hosts": [], "data": to_record(read_places(deployment.config, {})), **about}
    files = {"launchpad.json": json.dumps(said_).encode(), **manifest_files(deployment.objects)}
    deployment.repository.record(deployment.settings.folder, files, "test", lambda parent: None)


def test_first_deploy_parts_from_nothing(deploys: Callable[..., Deployment]) -> None:
    assert data.find(deploys(MINIO)) == []


def test_same_places_part_from_nothing(deploys: Callable[..., Deployment]) -> None:
    record(deploys(MINIO))

    assert data.find(deploys(MINIO)) == []


def test_database_elsewhere_and_claim_of_a_plugin_are_found(deploys: Callable[..., Deployment]) -> None:
    record(deploys(pvc("mysql"), MINIO))

    found = data.find(deploys(**MOVED))

    assert [(one.resource, one.name) for one in found] == [("mysql", "mysql"), ("claim", "minio")]


def test_record_without_places_is_read_by_settings_and_claims(deploys: Callable[..., Deployment]) -> None:
    before = deploys(pvc("mysql"))
    files = {**manifest_files(before.objects), "config.yml": dump_yaml({"LAUNCHPAD_MONGODB_SERVER": "main"})}
    files["launchpad.json"] = json.dumps({"id": ROOT_ID}).encode()
    before.repository.record(PurePosixPath("instances/alpha"), files, "test", lambda parent: None)

    found = data.find(deploys(pvc("mysql"), **MOVED))

    assert [one.resource for one in found] == ["mysql", "mongodb"]
    assert "moves from server mongodb/main to the namespace" in found[1].what


def test_repository_that_is_new_leaves_the_roots_own_memory(deploys: Callable[..., Deployment]) -> None:
    deployment = deploys(**MOVED)
    keep(deployment.root, Memory(ROOT_ID, "alpha", read_places(HERE, {})))

    assert [one.resource for one in data.find(deployment)] == ["mysql"]


def test_unreadable_memory_is_named(deploys: Callable[..., Deployment]) -> None:
    deployment = deploys()
    keep(deployment.root, Memory(ROOT_ID, "alpha"))
    (deployment.root / "launchpad" / "instance.json").write_text("[]")

    with pytest.raises(LaunchpadError, match=r"instance\.json is not readable: delete it"):
        data.find(deployment)


def _live(*claims: Object) -> FakeApi:
    api = FakeApi()
    for claim in claims:
        api.put({"apiVersion": "v1", **claim, "metadata": {**claim["metadata"], "namespace": "alpha"}})
    return api


def test_claims_of_the_cluster_are_compared_and_left_over(deploys: Callable[..., Deployment]) -> None:
    deployment = deploys(pvc("mysql"), api=_live(pvc("mysql"), pvc("old", "20Gi")))

    assert data.find(deployment) == []
    assert [(one.name, one.size) for one in deployment.leftovers] == [("old", "20Gi")]


@pytest.mark.parametrize(
    ("live", "wanted", "sentence"),
    [
        (pvc("mysql", "9Gi"), pvc("mysql"), "Claim mysql would shrink from 9Gi to 5Gi"),
        (
            pvc("mysql", storageClassName="slow"),
            pvc("mysql", "9Gi"),
            "would grow, which its storage class slow does not",
        ),
    ],
    ids=["shrinks", "class without expansion"],
)
def test_claim_that_kubernetes_would_refuse_is_named_before(
    deploys: Callable[..., Deployment], live: Object, wanted: Object, sentence: str
) -> None:
    api = _live(live)
    api.put({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "slow"}})

    with pytest.raises(Refused, match=sentence):
        data.find(deploys(wanted, api=api))


def test_claims_and_classes_that_may_not_be_seen_stop_nobody(deploys: Callable[..., Deployment]) -> None:
    hidden, api = FakeApi(), _live(pvc("mysql", storageClassName="slow"))
    hidden.allowed = frozenset()
    api.answer = lambda request: status(403, "Forbidden", "no") if "storageclasses" in request.path else None
    deployment = deploys(pvc("mysql", "9Gi"), api=hidden)

    assert data.find(deployment) == data.find(deploys(pvc("mysql", "9Gi"), api=api)) == []
    assert said(deployment) == ["you may not list the claims of the namespace: Git's are compared instead"]


def test_new_name_is_asked_about_once_and_owned_up_to(deploys: Callable[..., Deployment]) -> None:
    record(deploys())
    renamed = deploys(name="beta")

    (parting,) = data.find(renamed)
    assert (parting.resource, parting.name) == ("instance", "alpha")
    assert data.formerly(renamed) == ["alpha"]
    record(renamed, formerly=["alpha"])

    assert data.find(deploys(name="beta")) == []
    assert data.formerly(deploys(name="beta")) == ["alpha"]
    assert data.find(deploys()) == []  # as of a copy of the root


@pytest.mark.parametrize("changed", [None, 3, "old", {"old": 1}])
def test_former_names_changed_by_hand_are_none(deploys: Callable[..., Deployment], changed: object) -> None:
    record(deploys(), formerly=changed, data=changed)

    assert data.formerly(deploys()) == []
    assert data.find(deploys()) == []


def test_root_knows_its_former_name_without_the_folder(deploys: Callable[..., Deployment]) -> None:
    deployment = deploys(name="beta")
    keep(deployment.root, Memory(ROOT_ID, "alpha"))

    assert [one.name for one in data.find(deployment)] == ["alpha"]


def test_copy_of_a_root_with_an_id_of_its_own_remembers_nothing(deploys: Callable[..., Deployment]) -> None:
    deployment = deploys(name="beta", ID="XyZ")
    keep(deployment.root, Memory(ROOT_ID, "alpha", read_places({**HERE, **MOVED}, {})))

    assert data.find(deployment) == []


def test_hosts_of_the_former_name_are_no_strangers(deploys: Callable[..., Deployment]) -> None:
    record(deploys(), hosts=["moon.io"])
    renamed, stranger = deploys(name="beta"), deploys(name="beta", ID="XyZ")
    renamed.hosts = stranger.hosts = ("moon.io",)

    assert check.host_problems(renamed) == []
    assert "Host moon.io is used by instance alpha already" in check.host_problems(stranger)[0]


def _parted(deploys: Callable[..., Deployment], options: Options, answer: bool | None) -> tuple[Deployment, list[str]]:
    record(deploys(MINIO))
    deployment, asked = deploys(), cast("list[str]", [])
    deployment.options = options

    def confirm(text: str) -> bool:
        asked.append(text)
        return bool(answer)

    deployment.confirm = None if answer is None else confirm
    deployment.partings = data.find(deployment)
    return deployment, asked


@pytest.mark.parametrize("answer", [None, False], ids=["nobody there", "no"])
def test_without_a_yes_the_deploy_is_refused(deploys: Callable[..., Deployment], answer: bool | None) -> None:
    deployment, _ = _parted(deploys, Options(), answer)

    with pytest.raises(Refused) as refused:
        consent.confirm(deployment)

    assert str(refused.value).startswith("This deploy would part alpha from its data:\n  - Nothing names claim minio")
    assert "Nothing was changed." in str(refused.value)
    assert "--yes" in str(refused.value)


@pytest.mark.parametrize(
    ("options", "answer", "questions"),
    [(Options(yes=True), None, 0), (Options(dry_run=True), None, 0), (Options(), True, 1)],
    ids=["--yes", "plan", "a person says yes"],
)
def test_deploy_goes_on(
    deploys: Callable[..., Deployment], options: Options, answer: bool | None, questions: int
) -> None:
    deployment, asked = _parted(deploys, options, answer)

    consent.confirm(deployment)

    assert len(asked) == questions
    assert all(text.endswith("Deploy all the same?") for text in asked)
