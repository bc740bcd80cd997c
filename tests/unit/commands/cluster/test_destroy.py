"""`cluster destroy` with the real program: what is refused, what is asked, what stays, what is lifted and put back."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result

from tests.unit.small_infrastructure import (
    BACKEND,
    BUCKET,
    NODE,
    client,
    launchpad_cluster,
    make_repository,
    played_aws,
    real_tool,
)
from tutor_launchpad.core.errors import Conflict, LaunchpadError, NotFound, Refused
from tutor_launchpad.core.infrastructure.changes import DATA

NAME = "moon-production"
SURE = ("--yes", "--name", NAME)
DATABASES = "".join(
    f'resource "terraform_data" "{name}" {{\n  input = "moon-{name}"\n  lifecycle {{\n    prevent_destroy = true\n  }}\n}}\n'
    for name in ("mysql", "mongodb")
)


@pytest.fixture(autouse=True)
def _aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    real_tool()
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with played_aws(monkeypatch):
        yield


def _made(tmp_path: Path, *texts: str) -> Path:
    path = make_repository(tmp_path / "moon", BACKEND, *texts)
    assert launchpad_cluster("apply", path, "--yes").exit_code == 0
    return path


def _destroy(path: Path, *words: str, answers: str = "") -> Result:
    return launchpad_cluster("destroy", path, *words, answers=answers)


def _state() -> list[str]:
    state = json.loads(client("s3").get_object(Bucket=BUCKET, Key="cluster/terraform.tfstate")["Body"].read())
    return [one["name"] for one in state["resources"]]


def test_cluster_without_data_goes_and_its_bill_is_told(tmp_path: Path) -> None:
    path = _made(tmp_path, NODE)

    result = _destroy(path, *SURE)

    assert result.exit_code == 0, result.output
    assert "the cloud has no Kubernetes cluster of this name" in result.stderr
    assert "Cluster moon-production would be destroyed: 1 objects of Terraform's." in result.stderr
    assert result.stdout.startswith(
        "Cluster moon-production: 1 objects are destroyed.\nStill there, and costs money:\n"
    )
    assert f"bucket {BUCKET} (" in result.stdout
    assert _state() == []
    again = _destroy(path, *SURE, "--output", "json")
    assert json.loads(again.stdout)["changed"] is False


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], f"Nobody is there to be asked: confirm with --yes --name {NAME}."),
        (["--yes"], f"--yes needs the cluster's name too: --name {NAME}."),
        (["--yes", "--name", "moon"], f"--name moon is another cluster: this repository is of {NAME}."),
    ],
)
def test_nothing_goes_unless_the_name_is_said(tmp_path: Path, words: list[str], text: str) -> None:
    path = make_repository(tmp_path / "moon", BACKEND, NODE)

    result = _destroy(path, *words)

    assert result.exit_code == 2
    assert text in result.output


@pytest.mark.parametrize(("answer", "gone"), [("moon\n", False), (f"{NAME}\n", True)])
def test_name_is_typed_at_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, gone: bool) -> None:
    path = _made(tmp_path, NODE)
    monkeypatch.setattr("tutor_launchpad.commands.cluster.infrastructure.asker", lambda: lambda question: True)

    result = _destroy(path, answers=answer)

    assert "Type moon-production to destroy it" in result.stderr
    assert (_state() == []) is gone
    assert isinstance(result.exception, Refused) is not gone


@pytest.mark.parametrize("commit", [True, False])
def test_instances_in_the_repository_are_refused(tmp_path: Path, commit: bool) -> None:
    path = make_repository(tmp_path / "moon", BACKEND, NODE)
    (path / "instances" / "first").mkdir(parents=True)
    (path / "instances" / "first" / "launchpad.json").write_text("{}")
    (path / "instances" / "README.md").write_text("…")
    if commit:
        for words in (["add", "-A"], ["-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-qm", "x"]):
            subprocess.run(["git", *words], cwd=path, check=True)
        (path / "instances" / "first" / "launchpad.json").unlink()

    result = _destroy(path, *SURE)

    assert isinstance(result.exception, Refused)
    assert "Instance first is in this repository: remove it with `tutor launchpad deprovision`" in str(result.exception)


def test_data_that_is_not_named_stays_with_its_protection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DATA, "terraform_data", ("database server", "input"))
    path = _made(tmp_path, DATABASES)

    result = _destroy(path, *SURE, "--delete-data", "moon-mysql", "--output", "json")

    assert result.exit_code == 0, result.output
    assert "DATA WOULD BE LOST:\n  database server moon-mysql (terraform_data.mysql)\n" in result.stderr
    assert json.loads(result.stdout)["kept"] == ["moon-mongodb"]
    assert _state() == ["mongodb"]
    assert [file.name for file in (path / "terraform").glob("*.tf")] == ["main.tf"]


def test_all_data_is_named_and_all_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DATA, "terraform_data", ("database server", "input"))
    path = _made(tmp_path, DATABASES)

    unknown = _destroy(path, *SURE, "--delete-data", "moon")
    result = _destroy(path, *SURE, "--delete-data", "moon-mysql", "--delete-data", "moon-mongodb")

    assert isinstance(unknown.exception, Refused)
    assert (
        str(unknown.exception)
        == "--delete-data moon: there is no data of that name; there is moon-mongodb, moon-mysql."
    )
    assert result.exit_code == 0, result.output
    assert _state() == []


def test_override_that_a_kill_has_left_protects_nothing_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _made(tmp_path, NODE)
    left = path / "terraform" / "launchpad_override.tf"
    left.write_text('resource "terraform_data" "node" {\n  lifecycle {\n    prevent_destroy = false\n  }\n}\n')

    launchpad_cluster("plan", path)

    assert not left.exists()


def test_state_that_is_nowhere_is_told(tmp_path: Path) -> None:
    result = _destroy(make_repository(tmp_path / "moon", BACKEND, NODE), *SURE)

    assert isinstance(result.exception, NotFound)
    assert "There is no state of cluster moon-production" in str(result.exception)


def test_cluster_out_of_reach_is_not_left_behind_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _made(tmp_path, NODE)
    role = "arn:aws:iam::123456789012:role/eks"
    client("eks").create_cluster(name=NAME, roleArn=role, resourcesVpcConfig={"subnetIds": []})
    script = tmp_path / "bin" / "aws"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\nexit 255\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(script.parent), prepend=":")

    result = _destroy(path, *SURE)
    without = _destroy(path, *SURE, "--no-cluster")

    assert isinstance(result.exception, LaunchpadError)
    assert not isinstance(result.exception, Conflict)
    assert "Nothing was destroyed, as what Kubernetes made in the cloud would stay there." in str(result.exception)
    assert without.exit_code == 0, without.output


def test_load_balancer_is_refused_where_kubernetes_is_left_out(tmp_path: Path) -> None:
    path = _made(tmp_path, NODE)
    vpc = client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = client("ec2").create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/20")["Subnet"]["SubnetId"]
    tags = [{"Key": f"kubernetes.io/cluster/{NAME}", "Value": "owned"}]
    client("elbv2").create_load_balancer(Name="traefik", Subnets=[subnet], Type="network", Tags=tags)

    result = _destroy(path, *SURE, "--no-cluster")

    assert isinstance(result.exception, Refused)
    assert "The cloud has the load balancer traefik, which Kubernetes made: remove it with `aws elbv2" in str(
        result.exception
    )
    assert _state() == ["node"]
