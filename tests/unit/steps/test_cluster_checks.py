"""Permissions that are taken away one by one: the check names each before anything is changed."""

from __future__ import annotations

import pytest

from tests.unit.fake_deployment import make_deployment, make_settings
from tests.unit.fake_kubernetes import FakeApi
from tutor_launchpad.core.access import Permission, needed
from tutor_launchpad.steps.cluster_checks import cluster_problems

ALL = needed(make_settings(mysql_server="main"))


def test_who_has_all_permissions_has_no_problem() -> None:
    api = FakeApi()
    api.allowed = frozenset(ALL)

    assert cluster_problems(make_deployment(api, mysql_server="main")) == []


@pytest.mark.parametrize("missing", ALL, ids=str)
def test_permission_that_is_missing_is_named_before_anything_changes(missing: Permission) -> None:
    api = FakeApi()
    api.allowed = frozenset(ALL) - {missing}

    problems = cluster_problems(make_deployment(api, mysql_server="main"))

    assert problems == [f"You may not {missing}: ask an administrator of the cluster for a role with it."]
    assert api.writes == []
