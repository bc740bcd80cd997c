"""Two instances of one cluster never serve the same host, also where they are recorded in different repositories."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import cast

import pytest

from tests.unit.fake_deployment import ROOT_ID, Lines, make_deployment
from tests.unit.fake_kubernetes import FakeApi, status
from tutor_launchpad.adapters.git import Repository
from tutor_launchpad.core.instance import ABOUT
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.cluster_hosts import cluster_host_problems
from tutor_launchpad.steps.deployment import Deployment


def ingress(namespace: str, host: str) -> Object:
    metadata = {"name": "lms", "namespace": namespace}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": metadata,
        "spec": {"rules": [{"host": host}]},
    }


class Recorded:
    """A repository in which the instance has been recorded with these hosts."""

    head = "a" * 40

    def __init__(self, *hosts: str) -> None:
        self.hosts = hosts

    def files(self, folder: PurePosixPath, revision: str) -> dict[str, bytes]:
        return {ABOUT: json.dumps({"hosts": self.hosts}).encode()} if self.hosts else {}


def deployment_of(api: FakeApi, hosts: tuple[str, ...], recorded: tuple[str, ...] = ()) -> Deployment:
    deployment = make_deployment(api)
    deployment.hosts = hosts
    deployment.repository = cast("Repository", Recorded(*recorded))
    return deployment


@pytest.mark.parametrize("served", ["learn.example.com", "Learn.Example.com"])
def test_host_of_another_namespace_is_refused(served: str) -> None:
    api = FakeApi(ingress("beta", served))
    [problem] = cluster_host_problems(deployment_of(api, ("learn.example.com", "studio.example.com")))
    assert "Host learn.example.com" in problem
    assert "namespace beta" in problem


def test_host_of_the_former_name_is_told_as_such() -> None:
    deployment = deployment_of(FakeApi(ingress("old", "learn.example.com")), ("learn.example.com",))
    deployment.neighbours = {"old": {"id": ROOT_ID}}

    [problem] = cluster_host_problems(deployment)

    assert problem.startswith("Host learn.example.com is still served by this instance under its former name old")
    assert "docs/howto/move-data.md" in problem


def test_own_ingresses_and_other_hosts_are_no_problem() -> None:
    api = FakeApi(ingress("alpha", "learn.example.com"), ingress("beta", "other.example.com"))
    assert cluster_host_problems(deployment_of(api, ("learn.example.com",))) == []


def test_nothing_is_asked_where_no_host_is_new() -> None:
    api = FakeApi(ingress("beta", "learn.example.com"))
    assert cluster_host_problems(deployment_of(api, ("learn.example.com",), ("learn.example.com",))) == []
    assert api.requests == []


def test_who_may_not_look_is_told_and_goes_on() -> None:
    api = FakeApi()
    api.answer = lambda request: status(403, "Forbidden", "no")
    deployment = deployment_of(api, ("learn.example.com",))
    assert cluster_host_problems(deployment) == []
    assert "not compared" in cast("Lines", deployment.progress).lines[0]
