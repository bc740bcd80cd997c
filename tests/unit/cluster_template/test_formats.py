"""Each generated file is what its ending says, and complete."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from yamllint import linter
from yamllint.config import YamlLintConfig

from tests.unit.cluster_repositories import BASIC, GIVEN, answers_of, each_file, rendered
from tutor_launchpad.__about__ import __version__
from tutor_launchpad.core.cluster.answers import FILE, complete, read_answers

TOPS = {"cluster", "terraform", "instances", ".github", ".launchpad"}


@pytest.mark.parametrize("name", GIVEN)
def test_answers_are_recorded(name: str) -> None:
    content = read_answers(rendered(name)[FILE], FILE)

    assert content.pop("launchpad") == __version__
    assert complete(content) == answers_of(name)


def test_nothing_of_the_template_is_left() -> None:
    left = re.compile(r"\[% | %\]|\[\[ | \]\]|\[# |\.jinja")

    assert [place for place, content in each_file("").items() if left.search(content.decode())] == []


def test_each_file_ends_with_one_newline_and_has_no_stray_blanks() -> None:
    for place, content in each_file("").items():
        assert content.endswith(b"\n"), place
        assert not content.endswith(b"\n\n"), place
        assert not re.search(rb"[ \t]$", content, re.MULTILINE), place
        assert b"\n\n\n" not in content, place


def test_yaml_passes_yamllint() -> None:
    config = YamlLintConfig(rendered("aws-default")[".yamllint.yml"].decode())

    for place, content in each_file(".yml", ".yaml").items():
        problems = [str(problem) for problem in linter.run(content.decode(), config)]
        assert problems == [], place


def test_json_is_read() -> None:
    for place, content in each_file(".json").items():
        assert isinstance(json.loads(content), dict), place


def test_renovate_finds_what_it_is_to_move() -> None:
    for name in ("aws-everything", "existing-default"):
        files = rendered(name)
        for manager in json.loads(files["renovate.json"])["customManagers"]:
            patterns = [re.compile(pattern.strip("/")) for pattern in manager["managerFilePatterns"]]
            texts = [text.decode() for path, text in files.items() if any(one.search(path) for one in patterns)]
            for match in manager["matchStrings"]:
                pattern = re.compile(match.replace("(?<", "(?P<"))
                assert any(pattern.search(text) for text in texts), match


@pytest.mark.parametrize("name", ["aws-default", "existing-default"])
def test_pre_commit_configuration_is_valid(name: str) -> None:
    config = yaml.safe_load(rendered(name)[".pre-commit-config.yaml"])

    hooks = [hook for repository in config["repos"] for hook in repository["hooks"]]
    assert [repository["repo"] for repository in config["repos"]] == ["local"]
    assert ("tofu-fmt" in {hook["id"] for hook in hooks}) is (name == "aws-default")
    re.compile(config["exclude"])
    for hook in hooks:
        assert {"id", "name", "entry", "language"} <= set(hook)
        assert hook["language"] in ("system", "python", "golang")
        re.compile(hook.get("files", ""))


@pytest.mark.parametrize("name", GIVEN)
def test_readme_speaks_of_what_is_there(name: str) -> None:
    files, answers = rendered(name), answers_of(name)
    readme = files["README.md"].decode()

    assert {path.split("/")[0] for path in files if "/" in path} <= TOPS
    for path in re.findall(r"`((?:cluster|terraform|\.github|instances)/[\w./-]*)`", readme):
        assert any(known == path or known.startswith(path.rstrip("/") + "/") for known in files), path
    assert ("tofu" in readme) is (answers.provider != "existing")
    assert ("grafana-admin" in readme) is answers.components["monitoring"]
    assert ("DRYDOCK_INGRESS_CLASS" in readme) is answers.components["ingress"]


def test_other_answers_change_what_they_are_for() -> None:
    texts = {name: b"".join(rendered(name).values()) for name in ("existing-default", "existing-everything")}

    for name, value in BASIC.items():
        assert str(value).encode() in texts["existing-default"], name
    assert b"refs/heads/live" in texts["existing-everything"]
    assert b"refs/heads/main" not in texts["existing-everything"]
