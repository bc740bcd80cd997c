"""The generated workflows are valid, may do little, and each step is a command that exists."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from docs import generate
from tests.unit.cluster_repositories import GIVEN, each_file, rendered, write
from tests.unit.programs import find_program
from tutor_launchpad.commands import launchpad

COMMANDS = {" ".join(path): command for path, command in generate.walk(launchpad, ("tutor", "launchpad"))}
FOLDER = ".github/workflows/"


def _workflows(name: str) -> dict[str, Any]:
    files = rendered(name).items()
    return {path: yaml.safe_load(content) for path, content in files if path.startswith(FOLDER)}


def _steps() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each step of each workflow and action."""
    for place, content in each_file(".yml").items():
        if "/.github/" in place:
            document = yaml.safe_load(content)
            jobs = document["jobs"].values() if "jobs" in document else [document["runs"]]
            yield from ((place, step) for job in jobs for step in job["steps"])


@pytest.mark.parametrize("name", [name for name in GIVEN if name.endswith(("default", "bare", "everything"))])
def test_workflows_pass_actionlint(name: str, tmp_path: Path) -> None:
    program = find_program("actionlint")
    folder = write(rendered(name), tmp_path)
    (folder / ".git").mkdir()  # by which actionlint finds the actions of the repository

    ran = subprocess.run([program, "-no-color"], cwd=folder, capture_output=True, text=True, check=False, timeout=60)

    assert (ran.returncode, ran.stdout) == (0, "")


@pytest.mark.parametrize("name", GIVEN)
def test_workflows_may_do_what_they_need_and_end(name: str) -> None:
    for path, workflow in _workflows(name).items():
        assert workflow["permissions"] == {"contents": "read"}, path
        assert workflow["concurrency"]["group"], path
        for label, job in workflow["jobs"].items():
            more = {"deploy": {"contents": "write"}, "plan": {"contents": "read", "id-token": "write"}}.get(label)
            assert job.get("permissions") in (None, more), label
            longest = 360 if label == "deprovision" else 90
            assert 0 < job["timeout-minutes"] <= longest, label


@pytest.mark.parametrize("name", GIVEN)
def test_no_more_than_three_secrets_are_needed(name: str) -> None:
    text = "\n".join(content.decode() for path, content in rendered(name).items() if path.startswith(".github/"))
    readme = rendered(name)["README.md"].decode()
    named = set(re.findall(r"secrets\.([A-Z_]+)", text))

    assert {"LAUNCHPAD_IDENTITY", "LAUNCHPAD_KUBECONFIG"} <= named
    assert len(named) <= 3
    assert [secret for secret in named if f"| `{secret}` |" not in readme] == []
    for variable in set(re.findall(r"vars\.(\w+)", text)):
        assert f"`{variable}`" in readme


def test_routine_work_needs_no_cloud_and_no_state() -> None:
    for name in GIVEN:
        for path, workflow in _workflows(name).items():
            if not path.endswith("validate.yml"):
                assert "CLOUD" not in yaml.safe_dump(workflow), path
                assert "tofu" not in yaml.safe_dump(workflow), path


def test_checkout_leaves_no_token_behind() -> None:
    for place, step in _steps():
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False, place


def test_no_input_stands_in_a_script() -> None:
    for place, step in _steps():
        assert "${{" not in step.get("run", ""), place


def test_no_secret_stands_among_arguments() -> None:
    secret = re.compile(r"\$\{?(IDENTITY|CLUSTER|CLOUD|GITHUB_TOKEN)\b")
    builtin = re.compile(r"printf '%s\\n'|<<< |test \"\$1\" = get")

    for place, step in _steps():
        for line in step.get("run", "").splitlines():
            assert not secret.search(line) or builtin.search(line), f"{place}: {line}"


def _words() -> Iterator[tuple[str, list[str]]]:
    """Each command of ours, in workflows and in the instructions."""
    for place, step in _steps():
        if step.get("run", "").startswith("tutor launchpad"):
            yield place, shlex.split(step["run"])
    for place, content in each_file("README.md").items():
        blocks = "\n".join(re.findall(r"^```sh\n(.*?)^```", content.decode(), re.MULTILINE | re.DOTALL))
        for line in re.findall(r"tutor launchpad .*", blocks.replace("\\\n", " ")):
            yield place, shlex.split(line)


def test_commands_exist_and_take_their_options() -> None:
    import_module("tutor_launchpad.plugin")
    seen = set()
    for place, words in _words():
        seen.add(" ".join(words[:3]))
        length = 4 if words[2] in ("server", "cluster") else 3
        verb = " ".join(words[:length])
        assert verb in COMMANDS, place
        _parse(COMMANDS[verb], words[length:])

    verbs = ("checkout", "deploy", "provision", "deprovision", "server")
    assert {f"tutor launchpad {verb}" for verb in verbs} <= seen


def test_wrong_option_would_be_found() -> None:
    with pytest.raises(click.UsageError):
        _parse(COMMANDS["tutor launchpad deploy"], ["--nosuch"])


def _parse(command: click.Command, words: list[str]) -> None:
    context = click.Context(command)
    _, rest, _ = command.make_parser(context).parse_args(list(words))
    assert rest == []
