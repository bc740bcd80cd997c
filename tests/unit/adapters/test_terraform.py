"""How OpenTofu is called, by a program that stands in for it: what it sees, what it must not see, and how it fails."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tutor_launchpad.adapters.terraform import Terraform, installed_tools
from tutor_launchpad.core.errors import LaunchpadError
from tutor_launchpad.core.infrastructure.tools import Tool

TOOL = Tool("tofu", "1.10.6")


@pytest.fixture(autouse=True)
def _path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin")


def _stands_in(tmp_path: Path, script: str) -> Terraform:
    program = tmp_path / "bin" / "tofu"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return Terraform(TOOL, tmp_path, print, {"AWS_SECRET_ACCESS_KEY": "hunter2"}, ("AWS_PROFILE",))


def test_plan_is_its_owners_alone_and_its_secrets_no_arguments(tmp_path: Path) -> None:
    terraform = _stands_in(tmp_path, 'echo "$@" > words; umask 022; echo "$AWS_SECRET_ACCESS_KEY" > plan; exit 2')

    changes = terraform.plan(tmp_path / "plan", destroy=True, targets=['a.b["c"]'])

    words = (tmp_path / "words").read_text()
    assert changes
    assert stat.S_IMODE((tmp_path / "plan").stat().st_mode) == 0o600
    assert (tmp_path / "plan").read_text() == "hunter2\n"
    assert words == f'plan -json -input=false -detailed-exitcode -out={tmp_path}/plan -destroy -target=a.b["c"]\n'


def test_variables_that_lead_elsewhere_are_not_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terraform = _stands_in(tmp_path, "env > seen")
    for name in ("TF_WORKSPACE", "TF_DATA_DIR", "TF_CLI_ARGS_init", "TF_LOG", "AWS_PROFILE", "TF_VAR_region"):
        monkeypatch.setenv(name, "other")

    terraform.init()

    seen = {line.partition("=")[0] for line in (tmp_path / "seen").read_text().splitlines()}
    assert {"TF_VAR_region", "TF_IN_AUTOMATION", "AWS_SECRET_ACCESS_KEY"} <= seen
    assert not seen & {"TF_WORKSPACE", "TF_DATA_DIR", "TF_CLI_ARGS_init", "TF_LOG", "AWS_PROFILE"}


def test_error_for_people_is_told_without_its_frame(tmp_path: Path) -> None:
    text = r"printf '\033[31m╷\033[0m\n│ Error: No such\n│ \n│ It is gone.\n╵\n' >&2; exit 1"

    with pytest.raises(LaunchpadError) as caught:
        _stands_in(tmp_path, text).state()

    assert str(caught.value) == "OpenTofu 1.10.6 failed to read the state: Error: No such It is gone."


def test_crash_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LaunchpadError, match=r"OpenTofu 1\.10\.6 failed to apply: panic: nil map"):
        _stands_in(tmp_path, "echo 'panic: nil map' >&2; exit 11").apply(tmp_path / "plan", 1)


def test_installed_programs_tell_their_versions_or_are_told(tmp_path: Path) -> None:
    _stands_in(tmp_path, """echo '{"terraform_version": "1.10.6"}'""")
    assert TOOL in installed_tools()
    _stands_in(tmp_path, "echo tofu")
    with pytest.raises(LaunchpadError, match="`tofu version -json` does not tell its version"):
        installed_tools()
