"""The JSON that programs read."""

from __future__ import annotations

import json

from tutor_launchpad.core.data.claims import Leftover
from tutor_launchpad.core.data.partings import Parting
from tutor_launchpad.core.errors import Refused, Unreachable
from tutor_launchpad.core.overtaking import Overtaking
from tutor_launchpad.core.plan import ClusterChange, FileChange, PlannedRun
from tutor_launchpad.core.resources import Server
from tutor_launchpad.core.results import (
    DeployResult,
    PlanResult,
    Status,
    StepResult,
    render_failure,
    render_json,
    render_json_list,
)


def test_deploy_result_has_this_shape() -> None:
    steps = (StepResult("check", Status.DONE, 1.25, "45 objects"), StepResult("sync", Status.FAILED, 0.0))
    result = DeployResult("moon", "a" * 40, "https://git.example.com/x", True, steps, ("https://a",), ("do it",))

    assert json.loads(render_json(result)) == {
        "instance": "moon",
        "revision": "a" * 40,
        "repository": "https://git.example.com/x",
        "changed": True,
        "steps": [
            {"name": "check", "status": "done", "seconds": 1.25, "detail": "45 objects"},
            {"name": "sync", "status": "failed", "seconds": 0.0, "detail": ""},
        ],
        "urls": ["https://a"],
        "next": ["do it"],
        "ongoing": [],
    }


def test_plan_result_has_this_shape() -> None:
    result = PlanResult(
        instance="moon",
        repository="x",
        changed=True,
        files=(FileChange("config.yml", "add", ""),),
        cluster=(ClusterChange("update", "Namespace", "moon", ("metadata.labels",)),),
        provisioning=PlannedRun(True, "no run yet", ("mysql/main",)),
        partings=(Parting("claim", "minio", "It stays.", ("delete it",)),),
        leftovers=(Leftover("minio", "20Gi", "slow"),),
        overtaking=Overtaking("moon", "c0ffee", "2026-11-20", ("config.yml",)),
        replaced=("OPENEDX_MYSQL_PASSWORD",),
    )

    assert json.loads(render_json(result)) == {
        "instance": "moon",
        "repository": "x",
        "changed": True,
        "files": [{"path": "config.yml", "action": "add", "diff": ""}],
        "cluster": [{"action": "update", "kind": "Namespace", "name": "moon", "fields": ["metadata.labels"]}],
        "provisioning": {"starts": True, "why": "no run yet", "servers": ["mysql/main"]},
        "partings": [{"resource": "claim", "name": "minio", "what": "It stays.", "todo": ["delete it"]}],
        "leftovers": [{"name": "minio", "size": "20Gi", "storage_class": "slow"}],
        "overtaking": {"instance": "moon", "commit": "c0ffee", "when": "2026-11-20", "undone": ["config.yml"]},
        "replaced": ["OPENEDX_MYSQL_PASSWORD"],
    }


def test_list_is_one_document() -> None:
    server = Server("mysql", "main", "direct", {"host": "h", "port": 1}, ("10.0.0.0/24",))

    assert json.loads(render_json_list([server])) == [
        {
            "resource": "mysql",
            "name": "main",
            "provider": "direct",
            "settings": {"host": "h", "port": 1},
            "cidrs": ["10.0.0.0/24"],
        }
    ]
    assert json.loads(render_json_list([])) == []


def test_failure_stands_beside_what_was_done() -> None:
    result = DeployResult("moon", "", "x", False, (StepResult("check", Status.FAILED, 0.5, "a"),))

    failed = json.loads(render_failure(Refused(["A is wrong.", "B is wrong."]), result))

    assert failed["steps"] == [{"name": "check", "status": "failed", "seconds": 0.5, "detail": "a"}]
    assert failed["error"]["kind"] == "Refused"
    assert failed["error"]["problems"] == ["A is wrong.", "B is wrong."]
    assert json.loads(render_failure(Unreachable("Nobody answers."))) == {
        "error": {"kind": "Unreachable", "message": "Nobody answers.", "problems": ["Nobody answers."]}
    }
