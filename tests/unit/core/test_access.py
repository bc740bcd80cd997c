"""Permissions: what a deploy needs, and how the missing ones are told."""

from __future__ import annotations

from tests.unit.fake_deployment import make_settings
from tutor_launchpad.core.access import Permission, needed, sentences


def test_needed_touches_only_the_three_namespaces() -> None:
    found = needed(make_settings(mysql_server="main"))

    assert {one.namespace for one in found} == {"", "alpha", "argocd", "launchpad"}
    assert {one.resource for one in found if not one.namespace} == {"namespaces"}


def test_needed_without_servers_leaves_the_namespace_of_provisioning_alone() -> None:
    found = needed(make_settings())

    assert "launchpad" not in {one.namespace for one in found}


def test_needed_with_servers_holds_what_registering_and_watching_ask() -> None:
    found = {str(one) for one in needed(make_settings(mysql_server="main"))}

    assert found >= {
        f"{verb} {resource} in launchpad"
        for verb in ("get", "create", "patch")
        for resource in ("serviceaccounts", "roles.rbac.authorization.k8s.io", "rolebindings.rbac.authorization.k8s.io")
    }
    assert found >= {
        "list pods in launchpad",
        "get pods/log in launchpad",
        "create workflowtaskresults.argoproj.io in launchpad",
        "list configmaps in launchpad",
        "patch workflowtemplates.argoproj.io in launchpad",
    }


def test_sentences_gather_the_verbs_of_a_place() -> None:
    denied = [
        Permission("list", "batch", "jobs", "alpha"),
        Permission("delete", "batch", "jobs", "alpha"),
        Permission("create", "", "namespaces"),
        Permission("get", "", "pods", "alpha", "log"),
    ]

    assert sentences(denied) == [
        "You may not list, delete jobs.batch in alpha: ask an administrator of the cluster for a role with it.",
        "You may not create namespaces in the whole cluster: ask an administrator of the cluster for a role with it.",
        "You may not get pods/log in alpha: ask an administrator of the cluster for a role with it.",
    ]
