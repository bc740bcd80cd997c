"""The tutorial's own commands, from the repository on: deploy, change, roll back, remove."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from docs import run_page
from tests.cluster.environment import GitCredentials, Namespaces, dump, kubectl
from tests.cluster.instances import Whole
from tests.conftest import Root
from tutor_launchpad.core.argocd import repository_secret_name

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "first-instance.md"
PARTS = ("instance", "deploy", "change", "rollback", "remove")
"""Not `tools`, `cluster` and `end`, which the hosted workflow runs, nor `open`, for which real images are needed."""
NAME = "first"


@pytest.fixture
def free_name(argo: Namespaces) -> Iterator[None]:
    """The tutorial's name, which nobody may have when it begins or keep when it has failed."""
    assert kubectl("get", "namespace", NAME, "--ignore-not-found") == "", f"namespace {NAME} is in use"
    yield
    kubectl("-n", argo.argo_cd, "delete", "application,appproject", NAME, "--ignore-not-found", "--wait=false")
    kubectl("delete", "namespace", NAME, "--ignore-not-found", "--wait=false")


@pytest.mark.slow
@pytest.mark.usefixtures("free_name")
def test_tutorial_leads_from_a_repository_to_an_instance_and_back(
    make_root: Callable[..., Root],
    git_remote: Callable[..., str],
    git_credentials: GitCredentials,
    argo: Namespaces,
    tmp_path: Path,
) -> None:
    root = make_root("images", plugins="mfe")
    root.tutor("config", "save", "--set", f"K8S_NAMESPACE={NAME}")
    Whole(NAME, root).make_images(tmp_path)
    url = git_remote(private=True)
    credentials = tmp_path / "credentials"
    place = urlsplit(url)
    credentials.write_text(f"{place.scheme}://{git_credentials.username}:{git_credentials.password}@{place.netloc}\n")
    identity = {f"GIT_{who}_{what}": "you@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {
        **root.environment,
        **identity,
        "KUBECONFIG": os.environ["KUBECONFIG"],
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "REPOSITORY": url,
        "CREDENTIALS": str(credentials),
    }
    del environment["TUTOR_ROOT"], environment["TUTOR_PLUGINS_ROOT"]
    folder = tmp_path / "clone"
    folder.mkdir()

    ran = run_page.run(
        PAGE.read_text(encoding="utf-8"), PARTS, cwd=folder, env=environment, capture_output=True, timeout=1500
    )

    kubectl("-n", argo.argo_cd, "delete", "secret", repository_secret_name(url), "--ignore-not-found")
    told = ran.stderr + ran.stdout
    assert ran.returncode == 0, told + dump(NAME, argo.argo_cd)
    assert ran.stdout.count("Instance first runs revision") == 2
    assert "Nothing would change." in ran.stdout
    assert git_credentials.password not in told
    log = subprocess.run(
        ["git", "-C", str(folder / "cluster"), "log", "--format=%s"], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    assert [line.split(":")[0].split('"')[0].strip() for line in log] == [
        "Remove instance first", "Revert", "Update instance first", "Add instance first"
    ]  # fmt: skip
    assert kubectl("get", "namespace", NAME, "--ignore-not-found") == ""
    left = json.loads(kubectl("-n", argo.argo_cd, "get", "applications,appprojects", "-o", "json"))["items"]
    assert NAME not in [item["metadata"]["name"] for item in left]
