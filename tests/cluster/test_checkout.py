"""A Tutor root from nothing but Git and the Secret in the namespace, and what it deploys."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from docs import run_page
from tests.cluster.environment import kubectl
from tests.cluster.instances import Whole
from tests.conftest import Root

RECOVERY = Path(__file__).parents[2] / "docs" / "howto" / "recovery.md"
SETTINGS = "launchpad.openedx.org/settings=true"


@pytest.fixture
def deployed(make_root: Callable[..., Root], namespace: str, git_remote: Callable[..., str]) -> Whole:
    """An instance that was deployed and that nobody waits for: only what the deploy itself makes counts here."""
    root = make_root("first")
    root.tutor("config", "save")
    hosts = {"LMS_HOST": f"{namespace}.example.com", "CMS_HOST": f"studio.{namespace}.example.com"}
    root.set(
        K8S_NAMESPACE=namespace, ID=namespace, LAUNCHPAD_REPOSITORY=git_remote(), SMTP_PASSWORD="p4ss wörd", **hosts
    )
    whole = Whole(namespace, root)
    whole.deploy("--no-wait")
    return whole


def _names(whole: Whole) -> set[str]:
    """Secrets, with what would show that they were made again."""
    path = "jsonpath={range .items[*]}{.metadata.name}/{.metadata.uid} {end}"
    return set(kubectl("-n", whole.name, "get", "secrets", "-o", path).split())


def _follow(part: str, whole: Whole, repository: str) -> str:
    """Do what the page on recovery says; what it prints."""
    page = RECOVERY.read_text(encoding="utf-8").replace("checkout first", f"checkout {whole.name}")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    own = {"PATH": path, "KUBECONFIG": os.environ["KUBECONFIG"], "REPOSITORY": repository}
    ran = run_page.run(page, [part], env={**whole.root.environment, **own}, capture_output=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_root_comes_back_from_the_cluster_and_deploys_the_same(deployed: Whole, make_root: Callable[..., Root]) -> None:
    new = Whole(deployed.name, make_root("new", plugins=""))
    before = _names(deployed)

    shown = _follow("lost-root", new, str(deployed.root.config["LAUNCHPAD_REPOSITORY"]))

    assert shown.endswith("Nothing would change.\n")
    assert "p4ss" not in shown
    assert new.root.config == deployed.root.config
    unconfirmed = new.launchpad("deploy", "--no-wait")
    assert (unconfirmed.status, "Confirm it with --context" in unconfirmed.stderr) == (1, True)
    steps = new.steps("--no-wait")
    assert (steps["namespace"], steps["record"]) == ("unchanged", "unchanged")
    assert _names(deployed) == before
    assert new.launchpad("plan").stdout == "Nothing would change.\n"


def test_each_revision_has_its_secret_and_a_lost_one_is_named(deployed: Whole, make_root: Callable[..., Root]) -> None:
    url = str(deployed.root.config["LAUNCHPAD_REPOSITORY"])
    first = deployed.status()["git_revision"]
    deployed.root.set(SMTP_PASSWORD="another p4ss")
    deployed.deploy("--no-wait")
    new = Whole(deployed.name, make_root("new", plugins=""))

    earlier = new.launchpad("checkout", deployed.name, "--repository", url, "--revision", first)
    before = new.root.config["SMTP_PASSWORD"]
    kubectl("-n", deployed.name, "delete", "secrets", "-l", SETTINGS)
    lost = new.launchpad("checkout", deployed.name, "--yes")
    again = deployed.steps("--no-wait")["record"]
    found = new.launchpad("checkout", deployed.name, "--yes")

    assert (earlier.status, before) == (0, "p4ss wörd"), earlier.stderr
    assert (lost.status, again, found.status) == (1, "done", 0), found.stderr
    assert "has no Secret launchpad-settings-" in lost.stderr
    assert new.root.config["SMTP_PASSWORD"] == "another p4ss"
