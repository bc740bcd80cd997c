"""A service account that has what the check asks for and nothing else: it can deploy, and lacks what is taken away."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from launchpad_workflows.requests import MySQL, MySQLDatabase, Request

from tests.cluster.environment import Namespaces, kubectl
from tests.cluster.proxy import as_account, connect
from tests.cluster.small import APP, Instance, Small, as_yaml, pod
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.core.access import Permission, needed
from tutor_launchpad.core.errors import LaunchpadError
from tutor_launchpad.core.results import Status
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.cluster_checks import cluster_problems
from tutor_launchpad.steps.deployment import Options
from tutor_launchpad.steps.provision import provision_by_workflow
from tutor_launchpad.steps.resources import Resources
from tutor_launchpad.steps.secrets import apply_secrets

ACCOUNT = "deployer"
RBAC = "rbac.authorization.k8s.io"
TAKEN = [
    ("patch", "networkpolicies"),
    ("delete", "jobs"),
    ("create", "secrets"),
    ("get", "pods/log"),
    ("patch", "applications"),
    ("create", "namespaces"),
]


def granted(instance: Instance, permissions: list[Permission], places: set[str]) -> list[Object]:
    """A role with its binding for each place."""
    objects: list[Object] = []
    for place in sorted(places):
        scope = "Role" if place else "ClusterRole"
        metadata = {"name": instance.name, **({"namespace": place} if place else {})}
        rules = [
            {
                "apiGroups": [one.group],
                "resources": [one.resource + (f"/{one.subresource}" if one.subresource else "")],
                "verbs": [one.verb],
            }
            for one in permissions
            if one.namespace == place
        ]
        subject = {"kind": "ServiceAccount", "name": ACCOUNT, "namespace": instance.name}
        reference = {"apiGroup": RBAC, "kind": scope, "name": instance.name}
        objects.append({"apiVersion": f"{RBAC}/v1", "kind": scope, "metadata": metadata, "rules": rules})
        binding = {"apiVersion": f"{RBAC}/v1", "kind": f"{scope}Binding", "metadata": metadata, "roleRef": reference}
        objects.append({**binding, "subjects": [subject]})
    return objects


def every_second(times: int) -> Iterator[int]:
    """The API server hears of new roles a moment later."""
    for number in range(times):
        yield number
        time.sleep(1)


@pytest.fixture
def instance(
    namespace: str,
    argo: Namespaces,
    git_remote: Callable[..., str],
    cluster: Cluster,
    tmp_path: Path,
    standin: Callable[..., None],
) -> Instance:
    """An instance that nobody has deployed yet."""
    standin(pod("x", "x", APP))
    return Instance(namespace, git_remote(), tmp_path, cluster)


@contextmanager
def narrowed(instance: Instance) -> Iterator[Instance]:
    """Its operator has what the check asks for, in a namespace that an administrator has made."""
    kubectl("create", "namespace", instance.name)
    kubectl("-n", instance.name, "create", "serviceaccount", ACCOUNT)
    permissions = needed(instance.deployment().settings)
    objects = granted(instance, permissions, {one.namespace for one in permissions})
    kubectl("apply", "-f", "-", stdin=as_yaml(*objects))
    try:
        yield instance.like(cluster=connect(as_account(instance.name, ACCOUNT), instance.root))
    finally:
        kubectl("delete", "--ignore-not-found", "-f", "-", stdin=as_yaml(*objects))


@pytest.fixture
def narrow(instance: Instance) -> Iterator[Instance]:
    """An instance with an operator of few rights."""
    with narrowed(instance) as narrow:
        yield narrow


def test_asked_for_permissions_are_enough_for_a_whole_deploy(narrow: Instance) -> None:
    secret: Object = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "sealed"}, "data": {"a": "YQ=="}}
    deployment = narrow.deployment()
    deployment.repository.fetch()

    assert cluster_problems(deployment) == []
    assert narrow.deploy(Small())[0] is Status.DONE
    assert apply_secrets(narrow.cluster, narrow.name, [secret]) == 1
    assert narrow.deploy(Small())[0] is Status.UNCHANGED


def test_permission_that_is_taken_away_is_named_before_anything_changes(narrow: Instance) -> None:
    permissions = needed(narrow.deployment().settings)
    places = {one.namespace for one in permissions}
    deployment = narrow.deployment()
    deployment.repository.fetch()

    for verb, name in TAKEN:
        gone = [one for one in permissions if one.verb == verb and str(one).split(" ")[1].split(".")[0] == name]
        if name == "pods/log":
            gone = [one for one in permissions if one.subresource == "log"]
        left = [one for one in permissions if one not in gone]
        kubectl("apply", "-f", "-", stdin=as_yaml(*granted(narrow, left, places)))

        told = [f"You may not {one}: ask an administrator of the cluster for a role with it." for one in gone]
        assert gone
        assert any(cluster_problems(deployment) == told for _ in every_second(10)), cluster_problems(deployment)


def test_asked_for_permissions_are_enough_to_provision_as_far_as_the_pods(instance: Instance) -> None:
    namespace = f"{instance.name}-jobs"
    settings = {"namespace": namespace, "worker_image": APP, "mysql_server": "main"}
    database = MySQLDatabase(name="a__b", username="a__b", password_key="KEY")
    part = MySQL(server="main", host="db.example.org", databases=(database,))
    resources = Resources((), Request(instance=instance.name, resources=(part,)), {"KEY": "geheim"})
    kubectl("create", "namespace", namespace)
    try:
        with narrowed(instance.like(settings=settings)) as narrow:
            deployment = narrow.deployment(Options(timeout=5))
            with pytest.raises(LaunchpadError, match=r"did not end within 5 s, last seen: (Pending|Running)"):
                provision_by_workflow(deployment, narrow.cluster, resources)
    finally:
        kubectl("delete", "namespace", namespace, "--wait=false")
