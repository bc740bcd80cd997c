"""Atlas's API goes away at each request that an operation makes: a repeat finishes, and nobody is left."""

from __future__ import annotations

import pytest

from tests.integration.atlas.conftest import Project
from tests.integration.digitalocean.stand_in import Fault

MOST = 100
FAULTS: list[Fault] = ["down", "lost", "throttled", "broken"]


def failed_at(project: Project, number: int, fault: Fault, **operation: object) -> bool:
    """Whether the operation came to this request."""
    project.atlas.from_here(number, fault)
    outcome = project.run("new" if not operation else "ours", **operation)
    reached = len(project.atlas.seen) >= next(iter(project.atlas.faults))
    project.atlas.faults = {}
    assert not outcome.failed or outcome.may_pass, outcome
    return reached


def nobody_is_left(project: Project) -> bool:
    probe = f"launchpad_probe_{project.runner.instance}_"
    return {name for name in project.atlas.users if not name.startswith(probe)} <= {project.user}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_provisioning_is_finished_by_a_repeat_wherever_the_api_failed(project: Project, fault: Fault) -> None:
    for number in range(1, MOST):
        reached = failed_at(project, number, fault)
        assert not project.run("new").failed
        assert project.run().status == "unchanged"
        assert nobody_is_left(project)
        assert project.run(operation="deprovision", delete_data=True).status == "removed"
        if not reached:
            return
    pytest.fail("the operation never came to its end")


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_removal_is_finished_by_a_repeat_wherever_the_api_failed(project: Project, fault: Fault) -> None:
    for number in range(1, MOST):
        project.run("new")
        reached = failed_at(project, number, fault, operation="deprovision", delete_data=True)
        project.run(operation="deprovision", delete_data=True)
        assert project.run(operation="deprovision", delete_data=True).status == "absent"
        assert (project.there(), nobody_is_left(project)) == (set(), True)
        if not reached:
            return
    pytest.fail("the operation never came to its end")
