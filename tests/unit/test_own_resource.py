"""The resource that docs/howto/own-resource.md shows, as it stands there: its length, all operations, and its commands."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from launchpad_workflows import local, registry
from launchpad_workflows.credentials import MappingCredentials
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.ownership import FileOwnership
from launchpad_workflows.registry import Provider
from launchpad_workflows.requests import Request

from docs import run_page
from tests import own_resource
from tests.conftest import Root
from tests.unit.fake_rabbitmq import ADMINISTRATOR, Rabbit, served

KEY = "RABBITMQ_PASSWORD"
LIMIT = 40
Run = Callable[..., Outcome]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return own_resource.install(tmp_path_factory.mktemp("own-resource"))


@pytest.fixture
def rabbit() -> Iterator[Rabbit]:
    with served() as rabbit:
        yield rabbit


def part(rabbit: Rabbit, **more: Any) -> dict[str, Any]:
    head = {"resource": "rabbitmq", "provider": "direct", "server": "main", "endpoint": rabbit.address}
    return {**head, "names": {"vhost": ["moon"]}, "users": {"moon": KEY}, **more}


@pytest.fixture
def run(rabbit: Rabbit, installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.syspath_prepend(str(installed))
    importlib.invalidate_caches()
    registry.register(Provider("rabbitmq", "direct", "launchpad_workflows.requests:Plain", "vhosts:Vhosts"))
    ownership = FileOwnership(tmp_path / "owners.json")

    def operate(operation: str, generation: int = 1, present: str = "one", password: str = "", **more: Any) -> Outcome:
        user, known = ADMINISTRATOR
        admins = {("rabbitmq", "main"): {"username": user, "password": password or known}}
        credentials = MappingCredentials(admins, {KEY: present, f"{KEY}.next": "two"})
        parts = [part(rabbit, generation=generation)]
        request = Request.model_validate({"instance": "moon", "operation": operation, "resources": parts, **more})
        return local.run(request, credentials, ownership, lambda _line: None).outcomes[0]

    return operate


def test_example_is_under_forty_lines() -> None:
    code = "".join(one.text for one in own_resource.package() if one.language == "python")

    assert sum(bool(line.strip()) for line in code.splitlines()) < LIMIT


def test_all_operations_work(run: Run, rabbit: Rabbit) -> None:
    made = [run("check"), run("provision"), run("provision"), run("verify"), run("inspect")]
    rotated = [run("rotate", step="prepare"), run("rotate", 2, "two", step="retire"), run("provision", 2, "two")]
    after = dict(rabbit.users), set(rabbit.rights)
    removed = [run("deprovision", 2, "two"), run("deprovision", 2, "two", delete_data=True)]

    assert [one.status for one in made] == ["reachable", "created", "unchanged", "verified", "inspected"]
    assert {thing.state for thing in made[-1].things} == {"right"}
    assert [one.status for one in rotated] == ["prepared", "retired", "unchanged"]
    assert after == (dict([ADMINISTRATOR]) | {"moon__2": "two"}, {("moon", "moon__2")})
    assert [one.status for one in removed] == ["revoked", "removed"]
    assert (list(rabbit.vhosts), list(rabbit.users)) == (["/"], ["admin"])


def test_what_is_another_s_is_left_alone(run: Run, rabbit: Rabbit) -> None:
    rabbit.vhosts["moon"] = "somebody's"

    failed = run("provision")

    assert failed.status == "failed"
    assert "Vhost moon exists on main" in failed.details[0]
    assert not any(one.startswith(("PUT", "DELETE")) for one in rabbit.seen)


def test_drift_is_mended_and_open_doors_are_found(run: Run, rabbit: Rabbit) -> None:
    run("provision")
    rabbit.users["moon"] = "changed by hand"
    mended = run("provision")
    rabbit.rights.add(("/", "moon"))

    assert (mended.status, mended.details[0]) == ("repaired", "repaired password of user moon on rabbitmq/main")
    assert run("verify").details[-1] == "User moon sees the virtual hosts /, moon."


@pytest.mark.parametrize("words", [{"password": "wrong"}, {"away": True}], ids=str)
def test_server_that_lets_nobody_in_is_told(run: Run, rabbit: Rabbit, words: dict[str, Any]) -> None:
    if words.pop("away", False):
        rabbit.answer = lambda *_: (503, {"error": "starting", "reason": "The node is booting"})  # type: ignore[method-assign]

    failed = run("check", **words)

    told = failed.details[0]
    assert failed.may_pass == ("503 starting: The node is booting" in told)
    assert failed.may_pass or "refuses the user (401 not_authorized: Login failed)" in told


def environment(installed: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(installed), **more}


def test_worker_finds_the_class_by_its_entry_point(rabbit: Rabbit, installed: Path, tmp_path: Path) -> None:
    folders = {
        "admin/rabbitmq/main": dict(zip(("username", "password"), ADMINISTRATOR, strict=True)),
        "instance": {KEY: "one"},
    }
    for folder, values in folders.items():
        (tmp_path / folder).mkdir(parents=True)
        for name, value in values.items():
            (tmp_path / folder / name).write_text(value)
    request = json.dumps({"instance": "moon", "resources": [part(rabbit)]})
    words = ["provision", "--request", request, "--resource", "rabbitmq", "--credentials", str(tmp_path)]
    command = [sys.executable, "-m", "launchpad_workflows.worker.main", *words]

    ran = subprocess.run(command, env=environment(installed), capture_output=True, text=True, check=False)
    without = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout.splitlines()[-1]) == (0, "rabbitmq/main: created")
    assert (without.returncode, "no provider direct for resource rabbitmq" in without.stderr) == (2, True)


def test_class_is_found_without_the_worker_s_libraries(installed: Path) -> None:
    code = "import sys; sys.modules['httpx'] = None; from launchpad_workflows.registry import find; print(find('rabbitmq'))"

    ran = subprocess.run(
        [sys.executable, "-c", code], env=environment(installed), capture_output=True, text=True, check=False
    )

    assert "provisioner='vhosts:Vhosts'" in ran.stdout, ran.stderr


def test_commands_of_the_page_work(rabbit: Rabbit, installed: Path, root: Root, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(ADMINISTRATOR[1])
    values = {"RABBITMQ": rabbit.address, "PASSWORD_FILE": str(tmp_path / "password")}
    path = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(installed)}
    page = own_resource.PAGE.read_text(encoding="utf-8")

    ran = run_page.run(
        page, ["enable", "local", "rotate", "remove"], capture_output=True, env={**root.environment, **path, **values}
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert re.findall(r"^rabbitmq/main:? (.+)", ran.stdout, re.MULTILINE) == [
        "RabbitMQ 4.2.1", "created", "verified", "retired", "removed"
    ]  # fmt: skip
    assert (list(rabbit.vhosts), list(rabbit.users)) == (["/"], ["admin"])
    assert root.config["LAUNCHPAD_RABBITMQ_GENERATION"] == 2
