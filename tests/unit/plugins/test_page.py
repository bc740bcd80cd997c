"""docs/reference/plugins.md tells what the plugins render."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest

from tests.unit.plugins.combinations import ALL, ALONE, ON_SERVERS, SERVERS
from tests.unit.plugins.conftest import Render
from tests.unit.plugins.rendering import Rendering
from tutor_launchpad.core.jobs import JOB_LABEL

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "plugins.md"
ROWS = {
    cells[0].strip("`"): cells[1:]
    for line in PAGE.read_text().splitlines()
    if (cells := [cell.strip() for cell in line.strip("|").split("|")]) and line.startswith("| `")
}


def _names(cell: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", cell))


def _deployments(rendering: Rendering) -> set[str]:
    return {item["metadata"]["name"] for item in rendering.of_kind("Deployment")}


def _tasks(rendering: Rendering) -> set[str]:
    return {item["metadata"]["labels"][JOB_LABEL] for item in rendering.of_kind("Job")}


def test_every_plugin_that_is_tested_has_a_row() -> None:
    assert set(ROWS) == set(ALL.split())


@pytest.mark.parametrize("plugin", ROWS)
def test_row_tells_the_distribution_and_its_series(plugin: str) -> None:
    (dist,) = [
        one.dist for one in metadata.entry_points(group="tutor.plugin.v1", name=plugin) if one.dist is not None
    ] or [pytest.skip(f"plugin {plugin} is not installed: tox.ini tells how")]

    name, version = ROWS[plugin][0].split(" ")
    assert (name, version.split(".")[0]) == (dist.name, dist.version.split(".")[0])


@pytest.mark.parametrize("plugin", ROWS)
def test_row_tells_what_is_rendered(render: Render, plugin: str) -> None:
    needed = " ".join(name for name in ALONE[plugin].split() if name != plugin)
    with_it, without = render(ALONE[plugin]), render(needed)
    _, deployments, hosts, _, tasks = ROWS[plugin]

    assert _names(deployments) == _deployments(with_it) - _deployments(without)
    assert {f"{name}.local.openedx.io" for name in _names(hosts)} == set(with_it.hosts) - set(without.hosts)
    assert _names(tasks) == _tasks(with_it) - _tasks(without)


def test_rows_tell_the_schemas(render: Render) -> None:
    (mysql,) = [one for one in render(ON_SERVERS, servers=SERVERS).request["resources"] if one["resource"] == "mysql"]
    schemas = {one["name"].removeprefix("openedx__") for one in mysql["databases"]}

    assert {name for cells in ROWS.values() for name in _names(cells[3])} == schemas - {"openedx"}
