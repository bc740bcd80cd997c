"""`cluster plan` and `cluster apply` with the real program, on a root that needs no registry, with its state in a bucket."""

from __future__ import annotations

import json
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.small_infrastructure import (
    BACKEND,
    BUCKET,
    NODE,
    PASSWORD,
    SECRET,
    client,
    launchpad_cluster,
    make_repository,
    played_aws,
    real_tool,
    write_root,
)
from tutor_launchpad.core.errors import LaunchpadError, NotFound, Refused
from tutor_launchpad.core.infrastructure.changes import DATA


@pytest.fixture(autouse=True)
def _aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    real_tool()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with played_aws(monkeypatch):
        yield


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "moon", BACKEND, NODE, PASSWORD)


def test_plan_apply_and_again(path: Path) -> None:
    planned = launchpad_cluster("plan", path, "--yes")
    applied = launchpad_cluster("apply", path, "--yes")
    again = launchpad_cluster("apply", path, "--yes", "--output", "json")

    assert planned.exit_code == applied.exit_code == again.exit_code == 0, (planned.output, applied.output)
    assert planned.stdout == (
        "Cluster moon-production: 2 to make.\nMakes:\n  terraform_data.node\n  terraform_data.password\n"
    )
    assert "made terraform_data.node (" in applied.stderr
    assert "2 to make is done" in applied.stdout
    assert json.loads(again.stdout)["changed"] is False
    assert SECRET not in planned.output + applied.output + again.output


def test_state_is_in_a_bucket_that_was_made_private(path: Path) -> None:
    result = launchpad_cluster("apply", path, "--yes")

    s3 = client("s3")
    assert result.exit_code == 0, result.output
    assert SECRET.encode() in s3.get_object(Bucket=BUCKET, Key="cluster/terraform.tfstate")["Body"].read()
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert set(s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"].values()) == {True}
    assert s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]


def test_nothing_secret_stays_on_the_disk(path: Path, tmp_path: Path) -> None:
    launchpad_cluster("plan", path, "--yes")
    launchpad_cluster("apply", path, "--yes")

    files = [
        file for file in tmp_path.rglob("*") if file.is_file() and file.name != "main.tf" and ".git" not in file.parts
    ]
    assert [str(file) for file in files if SECRET.encode() in file.read_bytes()] == []
    assert [path.name for path in tmp_path.rglob("launchpad-*")] == []


def test_plan_in_the_repository_that_git_would_take_is_refused(path: Path) -> None:
    out = path / "first.plan"

    result = launchpad_cluster("plan", path, "--yes", "--out", out)

    assert result.exit_code == 1
    assert "which is to hold secrets: end its name with .tfplan" in str(result.exception)
    assert not out.exists()


def test_saved_plan_is_applied_as_it_is_and_removed(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "first.tfplan"
    launchpad_cluster("plan", path, "--yes", "--out", out)
    mode = stat.S_IMODE(out.stat().st_mode)
    write_root(path, BACKEND, NODE.replace('"node"', '"other"'), PASSWORD)

    result = launchpad_cluster("apply", path, "--yes", "--plan", out)

    assert result.exit_code == 0, result.output
    assert mode == 0o600
    assert "made terraform_data.node" in result.stderr
    assert "other" not in result.output
    assert not out.exists()


def test_saved_plan_of_another_state_is_refused(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "first.tfplan"
    launchpad_cluster("plan", path, "--yes", "--out", out)
    launchpad_cluster("apply", path, "--yes")

    result = launchpad_cluster("apply", path, "--yes", "--plan", out)

    assert isinstance(result.exception, LaunchpadError)
    assert "Saved plan is stale" in str(result.exception)
    assert out.exists()


def test_replacement_is_told_with_its_reason(path: Path) -> None:
    launchpad_cluster("apply", path, "--yes")
    write_root(path, BACKEND, NODE.replace('["1"]', '["2"]'))

    result = launchpad_cluster("plan", path)

    assert result.stdout.startswith("Cluster moon-production: 1 to replace, 1 to destroy.\nDestroys:\n")
    assert "Replaces:\n  terraform_data.node, because of triggers_replace\n" in result.stdout


def test_nobody_to_ask_changes_nothing(path: Path) -> None:
    bucket = launchpad_cluster("apply", path)
    launchpad_cluster("plan", path, "--yes")
    result = launchpad_cluster("apply", path)

    assert isinstance(bucket.exception, Refused)
    assert "is not there yet. Make it? Nobody is there to answer: confirm it with --yes." in str(bucket.exception)
    assert isinstance(result.exception, Refused)
    assert "Apply this to cluster moon-production (2 to make)? Nobody is there" in str(result.exception)
    assert "Makes:" in result.stderr
    assert "Contents" not in client("s3").list_objects_v2(Bucket=BUCKET)


def test_error_in_the_root_is_one_sentence_with_its_place(path: Path) -> None:
    write_root(path, BACKEND, 'resource "terraform_data" "node" {\n  input = var.nothing\n}\n')

    result = launchpad_cluster("plan", path, "--yes")

    assert isinstance(result.exception, LaunchpadError)
    assert "failed to" in str(result.exception)
    assert "main.tf line 12: Reference to undeclared input variable: " in str(result.exception)


def test_failure_half_way_tells_what_is_recorded(path: Path) -> None:
    broken = 'resource "terraform_data" "broken" {\n  provisioner "local-exec" {\n    command = "exit 3"\n  }\n'
    write_root(path, BACKEND, NODE, broken + "  depends_on = [terraform_data.node]\n}\n")

    result = launchpad_cluster("apply", path, "--yes")

    assert "exit status 3" in str(result.exception)
    assert "Before that it did 1 of 2 things, which are recorded" in str(result.exception)
    write_root(path, BACKEND, NODE, broken.replace("exit 3", "exit 0") + "}\n")
    assert launchpad_cluster("apply", path, "--yes").exit_code == 0


@pytest.mark.parametrize("named", ["moon-production-mysql", "terraform_data.node"])
def test_name_for_deletion_that_nothing_has_is_refused(path: Path, named: str) -> None:
    result = launchpad_cluster("apply", path, "--yes", "--delete-data", named)

    assert isinstance(result.exception, Refused)
    assert str(result.exception) == f"--delete-data {named}: this plan destroys no data of that name."


def test_data_is_lost_only_where_it_was_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DATA, "terraform_data", ("database server", "input"))
    write_root(path, BACKEND, NODE.replace('= "1"', '= "moon-mysql"'))
    assert launchpad_cluster("apply", path, "--yes").exit_code == 0
    write_root(path, BACKEND)

    refused = launchpad_cluster("apply", path, "--yes")
    applied = launchpad_cluster("apply", path, "--yes", "--delete-data", "moon-mysql")

    assert isinstance(refused.exception, Refused)
    assert str(refused.exception) == (
        "Database server moon-mysql (terraform_data.node) would be destroyed with its data: undo the change in terraform/ "
        "that leads to it, or add --delete-data moon-mysql."
    )
    assert applied.exit_code == 0, applied.output
    assert "1 to destroy is done" in applied.stdout


def test_lock_file_is_committed_alone(path: Path) -> None:
    (path / "terraform" / ".terraform.lock.hcl").write_text("# No providers.\n")
    (path / "notes").write_text("mine")
    subprocess.run(["git", "add", "notes"], cwd=path, check=True)

    result = launchpad_cluster("apply", path, "--yes")

    shown = ["git", "show", "--format=%s", "--name-only"]
    said = subprocess.run(shown, cwd=path, capture_output=True, text=True, check=True).stdout
    assert "committed terraform/.terraform.lock.hcl: push it" in result.stderr
    assert said.split() == ["Lock", "the", "providers", "terraform/.terraform.lock.hcl"]


def test_lock_file_that_a_hook_refuses_keeps_nobody_from_applying(path: Path) -> None:
    (path / "terraform" / ".terraform.lock.hcl").write_text("# No providers.\n")
    hook = path / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\necho 'error: not today' >&2\nexit 1\n")
    hook.chmod(0o755)

    result = launchpad_cluster("apply", path, "--yes")

    assert result.exit_code == 0, result.output
    assert "terraform/.terraform.lock.hcl is to be committed by hand: " in result.stderr


def test_folder_that_is_none_and_plan_that_is_none(tmp_path: Path, path: Path) -> None:
    none = launchpad_cluster("plan", tmp_path)
    lost = launchpad_cluster("apply", path, "--plan", tmp_path / "lost")

    assert isinstance(none.exception, NotFound)
    assert "is no cluster repository: it has no cluster.yml." in str(none.exception)
    assert isinstance(lost.exception, NotFound)
    assert "There is no plan" in str(lost.exception)
