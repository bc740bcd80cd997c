"""What a checkout makes of a root, and what it refuses."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.unit.fake_deployment import Lines
from tests.unit.recorded import KEY, PRIVATE, PUBLIC, Desk, Shelf, Small
from tutor_launchpad.adapters import files, packages, plugins
from tutor_launchpad.core.errors import LaunchpadError, NotFound, Refused
from tutor_launchpad.core.types import Config
from tutor_launchpad.steps.checkout import Order
from tutor_launchpad.steps.checkout_secrets import Identity
from tutor_launchpad.steps.target import Wish

IDENTITY = Identity("key.txt", f"# created\n{KEY}\n".encode())
OTHERS: Config = {"ID": "Xyz", "PLUGINS": ["mfe"], "MYSQL_ROOT_PASSWORD": "0ther-r00t"}
"""As Tutor makes it for a root in which nobody has set anything."""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    for name in ("root", "plugins", "shelf"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(plugins, "PLUGINS_ROOT", str(tmp_path / "plugins"))
    shelf = Shelf(tmp_path / "shelf")
    order = Order(
        "alpha", tmp_path / "root", {"LAUNCHPAD_REPOSITORY": str(shelf.path)}, "", IDENTITY, False, True, Wish()
    )
    return Desk(tmp_path / "root", shelf, order, Lines())


@pytest.fixture
def recorded(desk: Desk) -> Desk:
    desk.shelf.put(Small())
    return desk


def test_root_gets_both_parts_and_the_way_to_the_repository(recorded: Desk) -> None:
    result = recorded.check_out()

    assert recorded.config == {**PUBLIC, **PRIVATE, "LAUNCHPAD_REPOSITORY": str(recorded.shelf.path)}
    assert (result.changed, result.secrets, result.plugin_files) == (True, "secrets.age", ("moon.py",))
    assert recorded.left() == ["config.yml", "moon.py"]
    assert result.next == ("look at what a deploy from this root would change: tutor launchpad plan",)


def test_root_that_is_the_instances_already_stays(recorded: Desk) -> None:
    recorded.check_out()
    before = (recorded.root / "config.yml").stat()

    assert not recorded.check_out(machine={}).changed

    assert (recorded.root / "config.yml").stat() == before


def test_way_to_the_same_repository_is_kept_but_not_to_another(recorded: Desk) -> None:
    own = {"LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE": "/etc/credentials", "LAUNCHPAD_BRANCH": "main"}
    recorded.check_out(machine={**recorded.order.machine, **own})
    assert not recorded.check_out().changed
    moved = recorded.shelf.path.rename(recorded.root.parent / "moved")

    recorded.check_out(machine={"LAUNCHPAD_REPOSITORY": str(moved)}, wish=Wish(yes=True))

    assert recorded.config == {**PUBLIC, **PRIVATE, "LAUNCHPAD_REPOSITORY": str(moved)}
    with pytest.raises(NotFound, match=r"has no branch 'other' \(it has main\)"):
        recorded.check_out(machine={"LAUNCHPAD_BRANCH": "other"})


def test_earlier_revision_is_taken_where_it_is_named(recorded: Desk) -> None:
    first = recorded.shelf.put(Small(public={**PUBLIC, "PLATFORM_NAME": "First"}))
    recorded.shelf.put(Small(public={**PUBLIC, "PLATFORM_NAME": "Second"}))

    result = recorded.check_out(revision=first[:8])

    assert (recorded.config["PLATFORM_NAME"], result.revision) == ("First", first)
    with pytest.raises(NotFound, match="has no commit abcdef0"):
        recorded.check_out(revision="abcdef0")


def test_root_in_which_nobody_has_set_anything_is_taken_and_kept_aside(recorded: Desk) -> None:
    recorded.write(OTHERS)
    (recorded.root / "env").mkdir()

    result = recorded.check_out()

    assert recorded.config["ID"] == "AbC"
    assert yaml.safe_load(Path(result.kept).read_text()) == OTHERS


@pytest.mark.parametrize("wish", [Wish(yes=True), Wish(confirm=lambda question: "PLATFORM_NAME" in question)])
def test_differing_root_is_replaced_once_confirmed_and_kept_aside(recorded: Desk, wish: Wish) -> None:
    old = {**PUBLIC, **PRIVATE, "PLATFORM_NAME": "Mine", "MINE": "canary-of-mine"}
    recorded.write(old)

    result = recorded.check_out(wish=wish)

    assert recorded.config["PLATFORM_NAME"] == "Moon"
    assert yaml.safe_load(Path(result.kept).read_text()) == old
    assert Path(result.kept).stat().st_mode & 0o77 == 0


@pytest.mark.parametrize("wish", [Wish(), Wish(confirm=lambda question: False)])
def test_differing_root_is_refused_by_names_alone(recorded: Desk, wish: Wish) -> None:
    recorded.write({**PUBLIC, **PRIVATE, "SMTP_PASSWORD": "canary-of-root", "MINE": "canary-of-mine"})

    with pytest.raises(Refused, match=r"differs in LAUNCHPAD_REPOSITORY, MINE, SMTP_PASSWORD\. Replace it") as refused:
        recorded.check_out(wish=wish)

    assert "canary" not in str(refused.value)
    assert recorded.config["MINE"] == "canary-of-mine"
    assert recorded.left() == ["config.yml"]


def test_root_of_another_instance_is_refused_even_with_yes(recorded: Desk) -> None:
    recorded.write({**OTHERS, "LMS_HOST": "other.example.com"})

    with pytest.raises(Refused, match="is another instance's \\(its ID is Xyz\\)"):
        recorded.check_out(wish=Wish(yes=True))

    assert recorded.left() == ["config.yml"]


@pytest.mark.parametrize(
    "trace",
    ["data", *(f"launchpad/{name}" for name in ("repository", "cluster.json", "instance.json", "owners.json",
                                                "servers.json", "rotation.json"))],
)  # fmt: skip
def test_root_that_something_was_run_with_is_asked_about(recorded: Desk, trace: str) -> None:
    recorded.write(OTHERS)
    (recorded.root / trace).mkdir(parents=True)

    with pytest.raises(Refused, match="Confirm it with --yes"):
        recorded.check_out()


def test_unknown_instance_is_told_which_there_are(desk: Desk) -> None:
    with pytest.raises(NotFound, match="is no Git repository: give the cluster repository with --repository"):
        desk.check_out()
    for name in ("beta", "gamma"):
        desk.shelf.put(Small(), name)

    with pytest.raises(NotFound, match="holds no instance 'alpha'; it has beta, gamma"):
        desk.check_out()
    with pytest.raises(Refused, match="Which repository holds the instance is not known here"):
        desk.check_out(machine={})


def test_differing_plugin_file_is_refused_by_name(recorded: Desk) -> None:
    (Path(plugins.PLUGINS_ROOT) / "moon.py").write_text("# mine\n")

    with pytest.raises(Refused, match=r"plugins/moon\.py differs from the recorded one"):
        recorded.check_out()

    assert recorded.left() == ["moon.py"]


def test_plugin_file_beside_the_recorded_ones_is_refused(desk: Desk) -> None:
    desk.shelf.put(Small(plugins={"moon/__init__.py": b""}))
    (Path(plugins.PLUGINS_ROOT) / "moon").mkdir()
    for name in ("__init__.py", "more.py"):
        (Path(plugins.PLUGINS_ROOT) / "moon" / name).write_text("")

    with pytest.raises(Refused, match=r"plugins/moon/more\.py is not recorded"):
        desk.check_out()


def test_interrupted_checkout_leaves_the_old_root_and_is_finished(
    recorded: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded.write(OTHERS)
    kill = _killing(lambda path: path.name == "config.yml")
    monkeypatch.setattr(os, "replace", kill)
    with pytest.raises(KeyboardInterrupt):
        recorded.check_out()
    assert recorded.config == OTHERS
    monkeypatch.undo()
    monkeypatch.setattr(plugins, "PLUGINS_ROOT", str(recorded.root.parent / "plugins"))

    assert recorded.check_out().plugin_files == ()

    assert recorded.config["ID"] == "AbC"
    assert [name for name in recorded.left() if not name.startswith("config-")] == ["config.yml", "moon.py"]


def _killing(at: Callable[[Path], bool]) -> Callable[[Path, Path], None]:
    plain = os.replace

    def replacing(source: Path, target: Path) -> None:
        if at(Path(target)):
            raise KeyboardInterrupt
        plain(source, target)

    return replacing


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that pip was called with; it installs nothing."""
    called: list[Path] = []
    monkeypatch.setattr(packages, "install", called.append)
    monkeypatch.setattr(packages, "pip_is_missing", lambda: False)
    return called


def test_what_is_pinned_and_not_there_is_installed(desk: Desk, pip: list[Path]) -> None:
    desk.shelf.put(Small(pins=("tutor-no-such==1.0", f"pytest=={pytest.__version__}", "PyYAML==0.1")))

    result = desk.check_out()

    assert result.installed == ("PyYAML==0.1", "tutor-no-such==1.0")
    assert "installing PyYAML==0.1, tutor-no-such==1.0" in desk.said.lines
    assert pip[0].read_text().splitlines() == ["PyYAML==0.1", f"pytest=={pytest.__version__}", "tutor-no-such==1.0"]


def test_without_leave_to_install_the_command_is_named(desk: Desk, pip: list[Path]) -> None:
    desk.shelf.put(Small(pins=("tutor-no-such==1.0",)))

    with pytest.raises(Refused) as refused:
        desk.check_out(install=False)

    assert "tutor-no-such==1.0 must be installed first" in str(refused.value)
    assert f"-m pip install --requirement {desk.root / 'launchpad' / 'requirements.txt'}" in str(refused.value)
    assert pip == []
    assert not (desk.root / "config.yml").exists()


def test_without_pip_another_command_is_named(desk: Desk, pip: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    desk.shelf.put(Small(pins=("tutor-no-such==1.0",)))
    monkeypatch.setattr(packages, "pip_is_missing", lambda: True)

    with pytest.raises(Refused, match="this Python has no pip: run `uv pip install --python"):
        desk.check_out()

    assert pip == []


def test_without_secrets_the_rest_is_made_and_said(recorded: Desk) -> None:
    result = recorded.check_out(identity=None, without_secrets=True)

    assert recorded.config == {**PUBLIC, "LAUNCHPAD_REPOSITORY": str(recorded.shelf.path)}
    assert result.next[0].startswith(
        "missing are LAUNCHPAD_SEAL_KEY, MYSQL_ROOT_PASSWORD, SMTP_PASSWORD: `tutor config save`"
    )
    assert result.secrets == ""


def test_without_secrets_the_roots_own_ones_stay(recorded: Desk) -> None:
    recorded.write({**PUBLIC, **PRIVATE, "PLATFORM_NAME": "Stale"})

    result = recorded.check_out(identity=None, without_secrets=True, wish=Wish(yes=True))

    assert recorded.config == {**PUBLIC, **PRIVATE, "LAUNCHPAD_REPOSITORY": str(recorded.shelf.path)}
    assert len(result.next) == 1


def test_another_address_than_argo_cds_is_told_of(recorded: Desk) -> None:
    moved = recorded.root.parent / "moved"
    recorded.shelf.path.rename(moved)

    result = recorded.check_out(machine={"LAUNCHPAD_REPOSITORY": str(moved)})

    assert f"Argo CD reads the instance from {recorded.shelf.path} so far, and from {moved} after" in result.next[0]


def test_unwritable_root_is_one_sentence(recorded: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "replace_file", full)

    with pytest.raises(LaunchpadError, match=r"Cannot write .*moon\.py: No space left on device"):
        recorded.check_out()
