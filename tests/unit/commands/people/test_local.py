"""`tutor launchpad people … --local`: a command in the running LMS, through kubectl."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.commands.people.conftest import CREATED, PASSWORD, Site

TOLD = f"echo 'a line of a log'\necho 'launchpad-outcome: {json.dumps(CREATED)}'"


def test_password_goes_by_standard_input_alone(site: Site, kubectl: Callable[[str], Path]) -> None:
    folder = kubectl(TOLD)

    made = site.create("--local")

    words, given = (folder / "words").read_text(), json.loads((folder / "input").read_text())
    assert (made.exit_code, made.stdout) == (0, "User ann of instance moon is created: staff given; password set.\n")
    assert words.startswith("--context\nmoon\n--namespace\nmoon\nexec\n-i\n")
    assert "deployment/lms\n--container\nlms\n--\nsh\n-e\n-c\n" in words
    assert PASSWORD not in words
    assert (given["request"]["username"], given["password"]) == ("ann", PASSWORD)
    assert site.api.writes == []


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("echo 'error: no pod runs' >&2; exit 1", "kubectl exec ended with status 1: no pod runs"),
        ("echo nothing", "ended the command without telling what became of it"),
    ],
)
def test_failure_of_kubectl_is_told(site: Site, kubectl: Callable[[str], Path], script: str, sentence: str) -> None:
    kubectl(script)

    failed = site.create("--local")

    assert failed.exit_code == 1
    assert sentence in str(failed.exception)
