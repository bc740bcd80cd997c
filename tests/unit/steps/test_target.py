"""Which cluster a root deploys to, and that it is the one that its operator means."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fake_deployment import make_settings
from tutor_launchpad.adapters.files import make_own_folder
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.core.errors import LaunchpadError, Refused, Unreachable
from tutor_launchpad.steps import target
from tutor_launchpad.steps.target import Wish, find_cluster, remember, remembered

REACHED = object()
Reach = Callable[[str], object]


@pytest.fixture(autouse=True)
def reached(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The contexts that were connected to; `moon` is kubeconfig's current one."""
    names: list[str] = []

    def connect(name: str, say: object) -> object:
        names.append(name)
        return REACHED

    monkeypatch.setattr(target, "contexts", lambda: (["moon", "earth"], "moon"))
    monkeypatch.setattr(Cluster, "connect", connect)
    return names


def _find(root: Path, wish: Wish, changes: bool = True, **options: Any) -> object:
    settings = make_settings(**options.pop("settings", {}))
    return find_cluster(settings, root, wish, changes=changes, **options)


def test_no_cluster_wins_over_everything(tmp_path: Path, reached: list[str]) -> None:
    assert _find(tmp_path, Wish(no_cluster=True, yes=True)) is None
    assert reached == []


def test_context_that_there_is_not_is_told_before_its_repository(tmp_path: Path, reached: list[str]) -> None:
    _find(tmp_path, Wish(context="nope", yes=True), settings={"repository": ""})

    assert reached == ["nope"]  # where the kubeconfig is asked, which says what it has


def test_without_context_the_mode_is_embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "contexts", lambda: ([], None))

    assert _find(tmp_path, Wish(), settings={"repository": ""}) is None


@pytest.mark.parametrize("repository", ["", "/srv/git", "file:///srv/git"])
def test_repository_that_argo_cd_cannot_read_is_refused(tmp_path: Path, repository: str) -> None:
    with pytest.raises(Refused, match=r"set LAUNCHPAD_REPOSITORY .* or use --no-cluster"):
        _find(tmp_path, Wish(yes=True), settings={"repository": repository})
    assert _find(tmp_path, Wish(yes=True), settings={"repository": repository}, needs_repository=False) is REACHED


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        pytest.param(Wish(context="earth"), "earth", id="named"),
        pytest.param(Wish(yes=True), "moon", id="yes"),
        pytest.param(Wish(confirm=lambda question: True), "moon", id="asked"),
    ],
)
def test_confirmed_context_is_remembered(tmp_path: Path, reached: list[str], wish: Wish, name: str) -> None:
    assert _find(tmp_path, wish) is REACHED

    assert (reached, remembered(tmp_path)) == ([name], name)
    assert _find(tmp_path, Wish(context=name)) is REACHED


@pytest.mark.parametrize("wish", [Wish(), Wish(confirm=lambda question: False)], ids=["nobody there", "no"])
def test_context_that_nobody_confirms_is_not_touched(tmp_path: Path, reached: list[str], wish: Wish) -> None:
    with pytest.raises(Refused, match="Deploy to Kubernetes context 'moon'"):
        _find(tmp_path, wish)

    assert (reached, remembered(tmp_path)) == ([], "")


def test_another_context_needs_more_than_yes(tmp_path: Path) -> None:
    remember(tmp_path, "earth")
    asked: list[str] = []

    def decline(question: str) -> bool:
        asked.append(question)
        return False

    with pytest.raises(Refused, match=r"--context moon, or leave"):
        _find(tmp_path, Wish(yes=True))
    with pytest.raises(Refused):
        _find(tmp_path, Wish(confirm=decline))
    assert asked == ["This root was deployed to Kubernetes context 'earth' so far. Deploy to 'moon' from now on?"]
    assert _find(tmp_path, Wish(context="moon")) is REACHED


def test_looking_needs_no_confirmation_and_leaves_no_trace(tmp_path: Path) -> None:
    assert _find(tmp_path, Wish(), changes=False) is REACHED
    assert list(tmp_path.iterdir()) == []


def test_context_is_remembered_only_once_it_was_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str, say: object) -> object:
        raise Unreachable("nobody answers")

    monkeypatch.setattr(Cluster, "connect", fail)
    with pytest.raises(Unreachable):
        _find(tmp_path, Wish(yes=True))

    assert remembered(tmp_path) == ""


@pytest.mark.parametrize("text", ["", "{}", "[]", "7", "{"])
def test_memory_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    make_own_folder(tmp_path)
    (tmp_path / target.MEMORY).write_text(text)

    with pytest.raises(LaunchpadError, match=r"cluster.json is not readable: delete it"):
        remembered(tmp_path)


def test_full_disk_leaves_the_memory_as_it_was(
    tmp_path: Path, full_disk: Callable[[int], AbstractContextManager[None]]
) -> None:
    remember(tmp_path, "moon")

    with pytest.raises(LaunchpadError, match=r"Cannot write .*cluster.json: File too large"), full_disk(3):
        remember(tmp_path, "earth")

    assert remembered(tmp_path) == "moon"


def test_memory_that_is_a_folder_or_another_users_is_named(tmp_path: Path, unprivileged: None) -> None:
    make_own_folder(tmp_path)
    (tmp_path / target.MEMORY).write_text("{}")
    (tmp_path / target.MEMORY).chmod(0)
    (tmp_path / "other" / target.MEMORY).mkdir(parents=True)

    for root in (tmp_path, tmp_path / "other"):
        with pytest.raises(LaunchpadError, match=r"cluster.json is not readable: delete it"):
            remembered(root)


def test_memory_stays_as_it_is_where_nothing_changed(tmp_path: Path) -> None:
    remember(tmp_path, "moon")
    (tmp_path / target.MEMORY).chmod(0o400)
    before = (tmp_path / target.MEMORY).stat()

    remember(tmp_path, "moon")

    assert (tmp_path / target.MEMORY).stat() == before
    assert json.loads((tmp_path / target.MEMORY).read_text()) == {"context": "moon"}
