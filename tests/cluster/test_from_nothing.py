"""The whole way: a repository from `cluster create`, `cluster install` from it, and two instances in it, kept apart."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cluster.environment import git_credentials, kubectl, make_repository
from tests.cluster.instances import Whole
from tests.cluster.pinned import Pinned, make_pinned, remove_argo, remove_components
from tests.conftest import Root

pytestmark = pytest.mark.slow


@pytest.fixture
def installed(root: Root, run_id: str, tmp_path: Path) -> Iterator[Pinned]:
    """A private repository, installed into a cluster that had nothing."""
    url = make_repository(f"{'private/' if git_credentials() else ''}lp-{run_id}-nothing")
    pinned = make_pinned(tmp_path / "cluster", url)
    pinned.push()
    remove_argo()
    image = os.environ.get("LAUNCHPAD_TEST_WORKER_IMAGE", "launchpad-worker:test")
    ran = root.launchpad(*pinned.words("--worker-image", image), KUBECONFIG=os.environ["KUBECONFIG"])
    assert ran.status == 0, ran.stderr
    yield pinned
    remove_components()


def _namespaces(name: str) -> tuple[str, set[str]]:
    """Where an instance's Application is, and where its project lets it be."""
    found = kubectl("-n", "argocd", "get", "appproject", name, "--output", "jsonpath={.spec.destinations[*].namespace}")
    lives = kubectl("-n", "argocd", "get", "application", name, "--output", "jsonpath={.spec.destination.namespace}")
    return lives, set(found.split())


def _is_refused_elsewhere(one: str, other: str) -> bool:
    """Whether Argo CD lets one instance's Application into the other's namespace."""
    patch = {"spec": {"destination": {"namespace": other}}}
    kubectl("-n", "argocd", "patch", "application", one, "--type=merge", "--patch", json.dumps(patch))
    condition = "--for=jsonpath={.status.conditions[?(@.type=='InvalidSpecError')].type}=InvalidSpecError"
    kubectl("-n", "argocd", "wait", condition, f"application/{one}", "--timeout=60s")
    told = kubectl("-n", "argocd", "get", "application", one, "--output", "jsonpath={.status.conditions[*].message}")
    return f"namespace '{other}' do not match any of the allowed destinations in project '{one}'" in told


def _secrets_read(one: str, other: str) -> str:
    """What the pods' account of one instance may do with the Secrets of the other."""
    account = f"system:serviceaccount:{one}:default"
    return kubectl("-n", other, "auth", "can-i", "get", "secrets", "--as", account, check=False).strip()


def test_two_instances_of_an_installed_cluster_run_and_are_kept_apart(
    installed: Pinned, make_whole: Callable[..., Whole]
) -> None:
    url = _remote(installed)
    given = {"LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE": str(installed.credentials)} if installed.credentials else {}
    wholes = [make_whole(url, "", **given) for _ in range(2)]

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda whole: whole.deploy(), wholes))

    one, other = (whole.name for whole in wholes)
    assert [whole.status()["health"] for whole in wholes] == ["Healthy", "Healthy"]
    assert results[0]["revision"] != results[1]["revision"]
    assert [_namespaces(name) for name in (one, other)] == [(one, {one}), (other, {other})]
    assert [_secrets_read(one, other), _secrets_read(other, one)] == ["no", "no"]
    for name in (one, other):
        policies = kubectl("-n", name, "get", "networkpolicies", "--output", "jsonpath={.items[*].spec.policyTypes}")
        assert "Ingress" in policies
        assert "Egress" in policies
    assert _is_refused_elsewhere(one, other)


def _remote(pinned: Pinned) -> str:
    config = (pinned.path / ".git" / "config").read_text(encoding="utf-8")
    return next(line.partition("=")[2].strip() for line in config.splitlines() if line.strip().startswith("url ="))
