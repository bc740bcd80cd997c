"""A deploy that would undo what others have recorded: found in Git, then asked about."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.unit.fake_deployment import ROOT_ID, make_deployment
from tutor_launchpad.adapters.git import Repository
from tutor_launchpad.adapters.git_process import Runner
from tutor_launchpad.core.data.partings import Parting
from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.instance import Record
from tutor_launchpad.core.overtaking import Overtaking
from tutor_launchpad.steps.consent import confirm, find_overtaking
from tutor_launchpad.steps.deployment import Deployment, Options
from tutor_launchpad.steps.memory import Memory, keep

OVERTAKING = Overtaking("alpha", "c" * 40, "2026-11-20T08:00:00+01:00", ("config.yml",))
PARTING = Parting("claim", "minio", "Claim minio stays.", ())


@pytest.fixture
def overtaken(tmp_path: Path) -> Deployment:
    """A root that has recorded `first`, and somebody after it `second`; it would record `third`."""
    path = tmp_path / "repository"
    deployment = make_deployment(None)
    deployment.root = tmp_path
    deployment.repository = Repository(str(path), "main", path, "", Runner(str(path)))
    revision = _record(deployment, b"first")
    keep(tmp_path, Memory(ROOT_ID, "alpha", {}, revision))
    _record(deployment, b"second")
    deployment.record = Record({"config.yml": b"third"}, {})
    return deployment


def _record(deployment: Deployment, content: bytes) -> str:
    files = {"config.yml": content}
    return deployment.repository.record(deployment.settings.folder, files, "test", lambda parent: None)[0]


def test_commit_that_the_root_does_not_know_is_found(overtaken: Deployment) -> None:
    found = find_overtaking(overtaken)

    assert found is not None
    assert (found.commit, found.undone) == (overtaken.repository.head, ("config.yml",))


def test_nothing_is_undone_where_the_root_has_the_same(overtaken: Deployment) -> None:
    overtaken.record = Record({"config.yml": b"second"}, {})

    assert find_overtaking(overtaken) is None


def test_commit_that_was_taken_back_is_no_matter(overtaken: Deployment) -> None:
    _record(overtaken, b"first")

    assert find_overtaking(overtaken) is None


def test_own_commit_that_somebody_has_removed_is_recorded_again_unasked(overtaken: Deployment, tmp_path: Path) -> None:
    keep(tmp_path, Memory(ROOT_ID, "alpha", {}, overtaken.repository.head))
    subprocess.run(["git", "-C", tmp_path / "repository", "reset", "--hard", "--quiet", "HEAD~1"], check=True)
    overtaken.repository.fetch()

    assert find_overtaking(overtaken) is None


def _asked(options: Options, answer: bool | None, *partings: Parting) -> list[str]:
    asked: list[str] = []

    def ask(text: str) -> bool:
        asked.append(text)
        return bool(answer)

    deployment = make_deployment(None, options=options)
    deployment.overtaking, deployment.partings = OVERTAKING, list(partings)
    deployment.confirm = None if answer is None else ask
    confirm(deployment)
    return asked


@pytest.mark.parametrize("answer", [None, False], ids=["nobody there", "no"])
def test_without_a_yes_nothing_is_undone(answer: bool | None) -> None:
    with pytest.raises(Refused) as refused:
        _asked(Options(), answer)

    assert str(refused.value).splitlines() == [
        "Git has commit cccccccccc of 2026-11-20T08:00:00+01:00 for alpha, which this root does not know and a deploy "
        "would undo, in config.yml.",
        "Nothing was changed. `tutor launchpad checkout alpha` takes it over; deploy with --yes to undo it.",
    ]


@pytest.mark.parametrize("options", [Options(yes=True), Options(dry_run=True)], ids=["--yes", "plan"])
def test_script_that_has_said_yes_is_not_asked(options: Options) -> None:
    assert _asked(options, None) == []


def test_all_that_is_to_be_confirmed_is_one_question() -> None:
    (question,) = _asked(Options(), True, PARTING)

    assert [line.split()[0] for line in question.splitlines()] == ["Git", "This", "-", "Deploy"]
