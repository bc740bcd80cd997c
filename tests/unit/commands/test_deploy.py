"""`tutor launchpad deploy` and `plan` on the embedded default, as a user calls them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from tests.conftest import Root


def _commits(repository: Path) -> int:
    counted = subprocess.run(["git", "rev-list", "--count", "main"], cwd=repository, check=True, capture_output=True)
    return int(counted.stdout)


def test_first_deploy_commits_and_says_what_remains(root: Root) -> None:
    ran = root.launchpad("deploy")

    assert ran.status == 0, ran.stderr
    assert "A cluster would still:" in ran.stdout
    assert "make namespace openedx" in ran.stdout
    assert _commits(root.repository) == 1
    assert json.loads((root.folder / "launchpad.json").read_text())["id"] == root.config["ID"]


def test_second_deploy_changes_nothing(root: Root) -> None:
    first = json.loads(root.launchpad("deploy", "--output", "json").stdout)

    second = json.loads(root.launchpad("deploy", "--output", "json").stdout)

    assert first["changed"]
    assert not second["changed"]
    assert second["revision"] == first["revision"]
    assert {step["name"]: step["status"] for step in second["steps"]}["record"] == "unchanged"
    assert _commits(root.repository) == 1


def test_deploy_leaves_the_users_settings_alone(root: Root) -> None:
    root.tutor("config", "save")
    before = (root.path / "config.yml").read_bytes()

    root.launchpad("deploy")

    assert (root.path / "config.yml").read_bytes() == before
    assert sorted(path.name for path in root.path.iterdir()) == ["config.yml", "env", "launchpad"]


def test_plan_shows_a_change_and_makes_none(root: Root) -> None:
    root.launchpad("deploy")
    root.set(PLATFORM_NAME="Lunar Academy", OPENEDX_SECRET_KEY="another-secret-value")

    ran = root.launchpad("plan")

    assert ran.status == 0, ran.stderr
    assert "Lunar Academy" in ran.stdout
    assert "another-secret-value" not in ran.stdout + ran.stderr
    assert _commits(root.repository) == 1
    assert root.launchpad("deploy", "--dry-run").stdout == ran.stdout


def test_plan_before_the_first_deploy_makes_no_repository(root: Root) -> None:
    ran = root.launchpad("plan")

    assert ran.status == 0, ran.stderr
    assert "add manifests/deployment-lms.yml" in ran.stdout
    assert not root.repository.exists()


def test_deployed_root_goes_on_in_a_repository_that_is_yet_to_be_made(root: Root, tmp_path: Path) -> None:
    root.launchpad("deploy")
    root.set(LAUNCHPAD_REPOSITORY=str(tmp_path / "other"))

    planned, ran = root.launchpad("plan"), root.launchpad("deploy")

    assert planned.status == 0, planned.stderr
    assert ran.status == 0, ran.stderr
    assert _commits(tmp_path / "other") == 1


def test_plan_without_changes_says_so(root: Root) -> None:
    root.launchpad("deploy")

    assert root.launchpad("plan").stdout == "Nothing would change.\n"


def test_status_before_and_after(root: Root) -> None:
    before = json.loads(root.launchpad("status", "--output", "json").stdout)
    root.launchpad("deploy")
    after = json.loads(root.launchpad("status", "--output", "json").stdout)

    assert before["git_revision"] == ""
    assert len(after["git_revision"]) == 40
    assert any("openedx" in image for image in after["images"])


def test_bad_setting_is_refused_in_one_sentence(root: Root) -> None:
    root.set(K8S_NAMESPACE="Not_A_Label")

    ran = root.launchpad("deploy")

    assert ran.status == 1
    assert "'Not_A_Label' is not a DNS label" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not root.repository.exists()


def test_several_bad_settings_are_named_at_once(root: Root) -> None:
    root.set(LAUNCHPAD_AUTO_SYNC="perhaps", LAUNCHPAD_NETWORK_POLICIES=[1], LAUNCHPAD_JOB_DEADLINE=-1)

    stderr = root.launchpad("deploy").stderr

    assert all(f"LAUNCHPAD_{name}" in stderr for name in ("AUTO_SYNC", "NETWORK_POLICIES", "JOB_DEADLINE"))


def test_contradicting_options_are_wrong_usage(root: Root) -> None:
    assert root.launchpad("deploy", "--context", "x", "--no-cluster").status == 2


def _kubeconfig(path: Path, server: str) -> str:
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "moon",
        "contexts": [{"name": "moon", "context": {"cluster": "moon", "user": "moon"}}],
        "clusters": [{"name": "moon", "cluster": {"server": server}}],
        "users": [{"name": "moon", "user": {"token": "x"}}],
    }
    path.write_text(yaml.safe_dump(config))
    return str(path)


def test_context_without_repository_names_both_remedies(root: Root, tmp_path: Path) -> None:
    ran = root.launchpad("deploy", KUBECONFIG=_kubeconfig(tmp_path / "config", "http://127.0.0.1:9"))

    assert ran.status == 1
    assert "set LAUNCHPAD_REPOSITORY" in ran.stderr
    assert "--no-cluster" in ran.stderr


def test_context_must_be_confirmed(root: Root, tmp_path: Path) -> None:
    root.set(LAUNCHPAD_REPOSITORY="http://127.0.0.1:9/repo.git")

    ran = root.launchpad("deploy", KUBECONFIG=_kubeconfig(tmp_path / "config", "http://127.0.0.1:9"))

    assert ran.status == 1
    assert "Deploy to Kubernetes context 'moon'?" in ran.stderr


def test_another_context_later_is_refused_even_with_yes(root: Root, tmp_path: Path) -> None:
    root.set(LAUNCHPAD_REPOSITORY="http://127.0.0.1:9/repo.git")
    (root.path / "launchpad").mkdir()
    (root.path / "launchpad" / "cluster.json").write_text('{"context": "earth"}')

    ran = root.launchpad("deploy", "--yes", KUBECONFIG=_kubeconfig(tmp_path / "config", "http://127.0.0.1:9"))

    assert ran.status == 1
    assert "context 'earth' so far" in ran.stderr


def test_unreachable_cluster_is_an_error_and_no_embedded_mode(root: Root, tmp_path: Path) -> None:
    root.set(LAUNCHPAD_REPOSITORY="http://127.0.0.1:9/repo.git")
    kubeconfig = _kubeconfig(tmp_path / "config", "http://127.0.0.1:9")

    ran = root.launchpad("deploy", "--yes", KUBECONFIG=kubeconfig)

    assert ran.status == 1
    assert "http://127.0.0.1:9" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not root.repository.exists()


def test_root_with_a_cluster_never_falls_back_to_none(root: Root, tmp_path: Path) -> None:
    root.set(LAUNCHPAD_REPOSITORY=str(tmp_path / "repository"))
    (root.path / "launchpad").mkdir()
    (root.path / "launchpad" / "cluster.json").write_text('{"context": "earth"}')

    lost, meant = root.launchpad("deploy"), root.launchpad("deploy", "--no-cluster")

    assert lost.status == 1
    assert "deployed to Kubernetes context 'earth', but no kubeconfig" in lost.stderr
    assert meant.status == 0, meant.stderr


def test_no_cluster_works_beside_a_kubeconfig(root: Root, tmp_path: Path) -> None:
    ran = root.launchpad("deploy", "--no-cluster", KUBECONFIG=_kubeconfig(tmp_path / "config", "http://127.0.0.1:9"))

    assert ran.status == 0, ran.stderr


def test_unreachable_repository_is_named(root: Root) -> None:
    root.set(LAUNCHPAD_REPOSITORY="http://127.0.0.1:9/repo.git")

    ran = root.launchpad("deploy")

    assert ran.status == 1
    assert "The repository http://127.0.0.1:9/repo.git cannot be reached" in ran.stderr


def test_old_kubectl_is_refused(root: Root, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    old = tmp_path / "bin" / "kubectl"
    said = """{"clientVersion": {"major": "1", "minor": "20+"}}"""
    old.write_text(
        f"#!/bin/sh\n[ $1 = version ] && echo '{said}' && exit\necho 'unknown field \"patches\"' >&2; exit 1\n"
    )
    old.chmod(0o755)

    ran = root.launchpad("deploy", PATH=f"{old.parent}:{root.environment['PATH']}")

    assert ran.status == 1
    assert "kubectl 1.20 cannot build Tutor's kustomization: install kubectl 1.27 or later." in ran.stderr


def test_folder_of_another_root_is_refused(make_root: Callable[..., Root], tmp_path: Path) -> None:
    one, other = make_root("one"), make_root("other")
    other.set(ID="another-root")
    for root in (one, other):
        root.set(LAUNCHPAD_REPOSITORY=str(tmp_path / "shared"))
    one.launchpad("deploy")

    ran = other.launchpad("deploy")

    assert ran.status == 1
    assert "belongs to another Tutor root" in ran.stderr


def test_two_instances_share_a_repository_but_no_host(make_root: Callable[..., Root], tmp_path: Path) -> None:
    one, other = make_root("one"), make_root("other")
    for root in (one, other):
        root.set(LAUNCHPAD_REPOSITORY=str(tmp_path / "shared"))
    other.set(ID="another-root", K8S_NAMESPACE="second")
    one.launchpad("deploy")

    refused = other.launchpad("deploy")
    other.set(LMS_HOST="second.example.com", CMS_HOST="studio.second.example.com")
    accepted = other.launchpad("deploy")

    assert "Host local.openedx.io is used by instance openedx already" in refused.stderr
    assert accepted.status == 0, accepted.stderr
    assert {path.name for path in (tmp_path / "shared" / "instances").iterdir()} == {"openedx", "second"}


def _commit(repository: Path, path: str, text: str) -> None:
    (repository / path).parent.mkdir(parents=True, exist_ok=True)
    (repository / path).write_text(text)
    for command in (["add", path], ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "by hand"]):
        subprocess.run(["git", *command], cwd=repository, check=True)


@pytest.mark.parametrize("broken", ["{", '["x"]', '{"hosts": 3}'])
def test_broken_neighbour_is_told_of_and_stops_nobody(root: Root, broken: str) -> None:
    root.launchpad("deploy")
    _commit(root.repository, "instances/neighbour/launchpad.json", broken)

    ran = root.launchpad("deploy")

    assert ran.status == 0, ran.stderr
    assert "instances/neighbour/launchpad.json cannot be read" in ran.stderr


def test_own_record_that_cannot_be_read_is_refused(root: Root) -> None:
    root.launchpad("deploy")
    _commit(root.repository, "instances/openedx/launchpad.json", "{")

    ran = root.launchpad("deploy", "--output", "json")

    assert ran.status == 1
    assert "nobody knows whose it is: restore it with Git" in ran.stderr
    (step,) = json.loads(ran.stdout)["steps"]
    assert (step["status"], step["detail"]) == ("failed", ran.stderr.rpartition("Error: ")[2].strip())


def test_two_first_runs_of_one_root_end_well(make_root: Callable[..., Root]) -> None:
    root = make_root()
    config = {name: value for name, value in root.config.items() if "LAUNCHPAD" not in name and name != "ID"}
    (root.path / "config.yml").write_text(yaml.safe_dump(config))

    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda _: root.launchpad("deploy"), range(2)))

    assert [ran.status for ran in runs] == [0, 0], [ran.stderr for ran in runs]
    assert json.loads((root.folder / "launchpad.json").read_text())["id"] == root.config["ID"]
