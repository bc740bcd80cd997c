"""What each account in Launchpad's namespace may do, of everything that a real cluster serves. Settings: test_workflow.py."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest
from launchpad_workflows import chosen
from launchpad_workflows.client import Object
from launchpad_workflows.credentials import chosen_secret
from launchpad_workflows.kube import KubernetesClient

from docs import run_page
from tests.cluster.environment import kubectl
from tests.integration.test_workflow import client, namespace

__all__ = ["client", "namespace"]  # fixtures
PAGE = Path(__file__).parents[2] / "docs" / "howto" / "own-workflows.md"
INSTANCE = f"moon-{secrets.token_hex(3)}"
KEEPER = chosen_secret(INSTANCE)
VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "impersonate", "escalate")
SUBRESOURCES = [f"pods/{name}" for name in ("exec", "attach", "log", "portforward", "ephemeralcontainers")]
SUBRESOURCES += ["serviceaccounts/token", "workflows.argoproj.io/status"]
REVIEWS = {
    "selfsubjectaccessreviews.authorization.k8s.io",
    "selfsubjectrulesreviews.authorization.k8s.io",
    "selfsubjectreviews.authentication.k8s.io",
}
"""What everybody may create: questions about oneself."""
ALLOWED = {
    "default": set(),
    "launchpad-worker": set(),
    "launchpad-executor": {"create workflowtaskresults.argoproj.io", "patch workflowtaskresults.argoproj.io"},
    KEEPER: {f"get secrets {KEEPER}", f"patch secrets {KEEPER}"},
    "launchpad-submitter": {
        *(f"{verb} workflows.argoproj.io" for verb in ("create", "get", "list")),
        *(f"{verb} workflowtemplates.argoproj.io" for verb in ("create", "get", "update")),
        *(f"{verb} {resource}" for verb in ("get", "list", "watch") for resource in ("pods", "pods/log")),
    },
}


@dataclass(frozen=True)
class Right:
    """A verb on a resource as `kubectl auth can-i` takes it, or on one object of it."""

    verb: str
    resource: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.verb} {self.resource} {self.name}".rstrip()

    def review(self, user: str, namespace: str) -> Object:
        """The question whether the user has it; no namespace: in all of them."""
        resource, _, sub = self.resource.partition("/")
        plural, _, group = resource.partition(".")
        attributes = {"verb": self.verb, "resource": plural, "group": group, "subresource": sub, "name": self.name}
        return {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "metadata": {"name": ""},
            "spec": {"user": user, "resourceAttributes": {**attributes, "namespace": namespace}},
        }


@pytest.fixture(scope="module")
def accounts(client: KubernetesClient, namespace: str) -> str:
    """A namespace with every account that there may be."""
    chosen.prepare(client, INSTANCE, namespace)
    (account,) = (one for one in run_page.blocks(PAGE.read_text()) if one.note == "account.yml")
    kubectl("apply", "-f", "-", stdin=account.text.replace("namespace: launchpad\n", f"namespace: {namespace}\n"))
    return namespace


@pytest.fixture(scope="module")
def rights() -> list[Right]:
    """Every verb on everything that the cluster serves, and on two Secrets by their names."""
    served = [*kubectl("api-resources", "--output", "name").split(), *SUBRESOURCES]
    named = [Right(verb, "secrets", name) for verb in VERBS for name in (KEEPER, "launchpad-server-mysql-main")]
    return [*(Right(*pair) for pair in product(VERBS, set(served) - REVIEWS)), *named]


def held(client: KubernetesClient, account: str, home: str, namespace: str, rights: list[Right]) -> set[str]:
    user = f"system:serviceaccount:{home}:{account}"

    def allowed(right: Right) -> bool:
        return bool(client.create(right.review(user, namespace))["status"]["allowed"])

    with ThreadPoolExecutor(8) as pool:
        return {str(right) for right, may in zip(rights, pool.map(allowed, rights), strict=True) if may}


@pytest.mark.parametrize("account", list(ALLOWED), ids=lambda name: name.replace(INSTANCE, "instance"))
def test_account_may_do_what_it_needs_and_nothing_else(
    client: KubernetesClient, accounts: str, rights: list[Right], account: str
) -> None:
    assert held(client, account, accounts, accounts, rights) == ALLOWED[account]


@pytest.mark.parametrize("account", list(ALLOWED), ids=lambda name: name.replace(INSTANCE, "instance"))
def test_account_may_do_nothing_elsewhere(
    client: KubernetesClient, accounts: str, rights: list[Right], account: str
) -> None:
    looked = [right for right in rights if right.resource in ("secrets", "pods", "workflows.argoproj.io", "nodes")]

    for place in ("", "kube-system"):
        assert held(client, account, accounts, place, looked) == set()


def test_every_account_of_the_namespace_is_in_the_table(client: KubernetesClient, accounts: str) -> None:
    assert {one["metadata"]["name"] for one in client.list("v1", "ServiceAccount", accounts)} == set(ALLOWED)
