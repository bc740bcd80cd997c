"""Permissions that are taken away one by one: the check names each before anything is changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.fake_argocd import program
from tests.unit.fake_deployment import make_deployment, make_settings
from tests.unit.fake_kubernetes import FakeApi
from tutor_launchpad.core.access import Permission, needed
from tutor_launchpad.steps.cluster_checks import cluster_problems

ALL = needed(make_settings(mysql_server="main"))


def with_argo_cd() -> FakeApi:
    return FakeApi(program("argocd-application-controller"))


def test_who_has_all_permissions_has_no_problem() -> None:
    api = with_argo_cd()
    api.allowed = frozenset(ALL)

    assert cluster_problems(make_deployment(api, mysql_server="main")) == []


@pytest.mark.parametrize("missing", ALL, ids=str)
def test_permission_that_is_missing_is_named_before_anything_changes(missing: Permission) -> None:
    api = with_argo_cd()
    api.allowed = frozenset(ALL) - {missing}

    problems = cluster_problems(make_deployment(api, mysql_server="main"))

    assert problems == [f"You may not {missing}: ask an administrator of the cluster for a role with it."]
    assert api.writes == []


@pytest.mark.parametrize("recorded", [False, True], ids=["first deploy", "later one"])
def test_kinds_of_argo_cd_without_argo_cd_are_refused_at_first(recorded: bool) -> None:
    deployment = make_deployment(FakeApi())
    repository: Any = deployment.repository
    repository.recorded = {"launchpad.json": b"{}"} if recorded else {}

    problems = cluster_problems(deployment)

    told = (
        "The cluster knows Argo CD's kinds, but no pod runs in namespace argocd: install Argo CD there, or name the "
        "namespace where it runs in LAUNCHPAD_ARGOCD_NAMESPACE."
    )
    assert problems == ([] if recorded else [told])


def test_pods_of_argo_cd_that_may_not_be_listed_are_no_problem() -> None:
    api = FakeApi()
    api.allowed = frozenset(needed(make_settings()))

    assert cluster_problems(make_deployment(api)) == []
