"""Pods: which are the instance's own."""

from __future__ import annotations

from tutor_launchpad.core.pods import lasting


def test_pods_of_workflows_are_not_the_instances_own() -> None:
    own = {"metadata": {"name": "lms", "labels": {"app": "lms"}}}
    bare = {"metadata": {"name": "bare"}}
    run = {"metadata": {"name": "people-create-1", "labels": {"workflows.argoproj.io/workflow": "people-create-1"}}}

    assert lasting([own, run, bare]) == (own, bare)
