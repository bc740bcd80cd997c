"""The permissions that are asked for are those that are used, and missing ones are named first."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.unit.commands.people.conftest import CREATED, Site
from tests.unit.commands.people.test_local import TOLD
from tests.unit.in_process import write
from tutor_launchpad.adapters.tutor import load_configuration
from tutor_launchpad.core.access import Permission, needed_for
from tutor_launchpad.core.settings import read_settings
from tutor_launchpad.core.types import Object


def needed(site: Site, verb: str = "people") -> set[Permission]:
    return set(needed_for(verb, read_settings(load_configuration(site.root, {}).config)))


def test_missing_rights_are_named_before_anything_is_written(site: Site) -> None:
    site.api.allowed = frozenset(one for one in needed(site) if one.resource != "secrets")

    refused = site.create()

    assert "You may not get, create, patch, delete, list secrets in moon" in str(refused.exception)
    assert site.api.writes == []


def test_permissions_that_are_asked_for_are_exactly_those_that_are_used(site: Site) -> None:
    site.api.allowed = frozenset(needed(site))
    assert site.create().exit_code == 0
    site.outcome, site.phase = None, "Failed"
    pod = {"workflows.argoproj.io/node-id": "n"}

    def leave_a_pod() -> None:
        for workflow in site.kinds("workflows"):
            labels = {"workflows.argoproj.io/workflow": workflow["metadata"]["name"]}
            metadata = {"name": "p", "namespace": "moon", "labels": labels, "annotations": pod}
            status: Object = {"containerStatuses": [{"state": {"terminated": {}}}]}
            site.api.put({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": status})

    site.pods = leave_a_pod
    site.create()

    # Who may not do this themselves may not give it to the workflows' account either.
    given_on = {one for one in needed(site) if one.resource == "workflowtaskresults"}
    assert site.api.used == needed(site) - given_on


def test_namespace_without_policies_gets_none(site: Site) -> None:
    write(site.root, LAUNCHPAD_NETWORK_POLICIES=False)
    site.api.allowed = frozenset(needed(site))

    assert site.create().exit_code == 0
    assert site.kinds("networkpolicies") == []
    assert not [one for one in needed(site) if one.resource == "networkpolicies"]


def test_way_through_kubectl_asks_for_little(site: Site, kubectl: Callable[[str], Path]) -> None:
    site.api.allowed = frozenset(needed(site, "people --local"))
    kubectl(TOLD)

    made = site.create("--local", "--output", "json")

    assert json.loads(made.stdout)["details"] == CREATED["details"]
    assert site.api.used < needed(site, "people --local")
