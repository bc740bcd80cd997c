"""A deploy that would lose sight of data, as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from tests.conftest import Root
from tutor_launchpad.commands.planning import describe_plan
from tutor_launchpad.commands.terminal import PlainDisplay, TerminalDisplay
from tutor_launchpad.core.data.claims import Leftover
from tutor_launchpad.core.data.partings import Parting
from tutor_launchpad.core.plan import ClusterChange, FileChange, PlannedRun
from tutor_launchpad.core.results import PlanResult

NOTHING = PlanResult("moon", "/srv/git", False, (), ())


def _head(root: Root) -> str:
    return (root.repository / ".git" / "refs" / "heads" / "main").read_text()


def test_database_that_moves_is_planned_refused_and_deployed_with_yes(root: Root) -> None:
    root.launchpad("deploy")
    before = _head(root)
    root.set(RUN_MYSQL=False, MYSQL_HOST="db.example.com")

    planned = root.launchpad("plan", "--output", "json")
    refused = root.launchpad("deploy")
    unchanged = _head(root)
    meant = root.launchpad("deploy", "--yes")

    (parting,) = json.loads(planned.stdout)["partings"]
    assert (parting["resource"], parting["todo"][0].split()[0]) == ("mysql", "dump:")
    assert refused.status == 1
    assert "MySQL moves from the namespace (claim mysql) to db.example.com:3306" in refused.stderr
    assert unchanged == before
    assert meant.status == 0, meant.stderr
    assert json.loads((root.folder / "launchpad.json").read_text())["data"]["mysql"]["address"] == "db.example.com:3306"
    assert root.launchpad("plan").stdout == "Nothing would change.\n"


def test_renamed_instance_names_the_old_one_and_keeps_its_hosts(root: Root) -> None:
    root.launchpad("deploy")
    root.set(K8S_NAMESPACE="moon")

    refused, meant = root.launchpad("deploy"), root.launchpad("deploy", "--yes")

    assert "This Tutor root was deployed as instance openedx before" in refused.stderr
    assert "Host" not in refused.stderr
    assert meant.status == 0, meant.stderr
    about = json.loads((root.repository / "instances" / "moon" / "launchpad.json").read_text())
    assert about["formerly"] == ["openedx"]
    assert root.launchpad("deploy", "--output", "json").status == 0


def test_plan_tells_data_before_files() -> None:
    parting = Parting("claim", "minio", "Claim minio stays.", ("kubectl delete",))
    result = PlanResult(
        "moon", "/srv/git", True, (FileChange("config.yml", "add", ""),), (ClusterChange("create", "Namespace", "moon"),),
        PlannedRun(True, "no run has ended well yet", ("mysql/main",)), (parting,), (Leftover("old", "1Gi", ""),),
    )  # fmt: skip

    assert describe_plan(result, "instances/moon").splitlines() == [
        "Would part moon from its data, which a deploy asks about:",
        "  - Claim minio stays.",
        "      kubectl delete",
        "In /srv/git, folder instances/moon:",
        "add config.yml",
        "Would provision on mysql/main: no run has ended well yet.",
        "In the cluster:",
        "create Namespace moon",
        "Left over in namespace moon, named by nothing any more:",
        "  - claim old (1Gi); kubectl -n moon delete pvc old deletes it for good",
    ]


def test_leftovers_are_told_where_nothing_changes() -> None:
    text = describe_plan(
        PlanResult("moon", "x", False, (), (), PlannedRun(False, "", ()), (), (Leftover("old", "1Gi", ""),)), "f"
    )

    assert text.startswith("Nothing would change.\nLeft over in namespace moon")


@pytest.mark.parametrize("running", [False, True], ids=["between steps", "in a step"])
def test_question_stops_the_spinner(running: bool, tmp_path: Path) -> None:
    display = TerminalDisplay()
    with (tmp_path / "out").open("w") as out:
        display.console = Console(file=out, force_terminal=True)
        moving: list[bool] = []

        def confirm(question: str) -> bool:
            moving.append(_moves(display))
            return question == "Go on?"

        ask = display.asking(confirm)
        if running:
            with display.step("check"):
                answer, again = ask("Go on?"), _moves(display)
        else:
            answer, again = ask("Go on?"), False

    assert (answer, moving, again) == (True, [False], running)


def _moves(display: TerminalDisplay) -> bool:
    return display._spinner is not None and display._spinner._live.is_started


def test_plain_lines_need_no_pause() -> None:
    def confirm(question: str) -> bool:
        return True

    assert PlainDisplay().asking(confirm) is confirm
