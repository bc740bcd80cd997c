"""`tutor launchpad checkout`, as a user calls it: from a deployed root to another one that deploys the same."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pyrage
import pytest
import yaml
from click.testing import CliRunner

from tests.conftest import Root, _environment
from tutor_launchpad.commands import checking_out, launchpad
from tutor_launchpad.core.errors import Interrupted

PLUGIN = """
from tutor import hooks
hooks.Filters.CONFIG_DEFAULTS.add_item(("MOON_TITLE", "{{ PLATFORM_NAME }} on the moon"))
hooks.Filters.ENV_PATCHES.add_item(("openedx-common-settings", "MOON = {{ MOON_CRM }}  # {{ MOON_TITLE }}"))
"""
PACKAGE = {"moon/__init__.py": "from . import sky\n", "moon/sky.py": "SIZE = 'großartig'\n", "moon/a/b.txt": "ü\n"}
SETTINGS = {
    "PLATFORM_NAME": "Månd «Lune» 月\n",
    "CONTACT_EMAIL": "0123",
    "MOON_CRM": {
        "url": "https://crm.example.com",
        "zone": 1,
        "login": {"clientSecret": "nested-s3cret", "a": [1, None, "a: 'b' \"c\" \\ #\n"]},
    },
    "MOON_LIST": [{"b": "no", "a": "2026-01-01"}, "x: y", True, 1.5, "1e3", ""],
    "SMTP_PASSWORD": "pass wörd #1",
    "LAUNCHPAD_QUOTA": {"requests.cpu": 8},
}


@dataclass(frozen=True)
class Deployed:
    """A root that was deployed for one recipient, and the file that opens what it has encrypted."""

    root: Root
    identity: Path

    def into(self, root: Root, *options: str) -> str:
        """Check the instance out into another root; what was printed."""
        repository = ("--repository", str(self.root.repository))
        ran = root.launchpad("checkout", "openedx", *repository, "--identity", str(self.identity), *options)
        assert ran.status == 0, ran.stderr
        return ran.stdout


def _write_plugins(folder: Path) -> None:
    for path, text in {**PACKAGE, "moon.py": PLUGIN}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory, _template: Callable[[str], Path]) -> Deployed:
    home = tmp_path_factory.mktemp("deployed")
    _write_plugins(home / "plugins")
    shutil.copytree(_template("launchpad mfe forum"), home / "root")
    root = Root(home / "root", {**_environment(home), "TUTOR_ROOT": str(home / "root")})
    key = pyrage.x25519.Identity.generate()
    (home / "key").write_text(f"# created for tests\n{key}\n")
    plugins = ["forum", "launchpad", "mfe", "moon"]
    root.tutor("config", "save")  # a later save would sort what is inside of the settings
    own = {**SETTINGS, "PLUGINS": plugins, "LAUNCHPAD_AGE_RECIPIENTS": [str(key.to_public())]}
    (root.path / "config.yml").write_text(yaml.safe_dump({**root.config, **own}, sort_keys=False, allow_unicode=True))
    ran = root.launchpad("deploy")
    assert ran.status == 0, ran.stderr
    return Deployed(root, home / "key")


def _git(repository: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=repository, check=True, capture_output=True, text=True).stdout


def test_deploy_from_a_checked_out_root_changes_nothing(deployed: Deployed, make_root: Callable[..., Root]) -> None:
    root = make_root("new", plugins="")
    before = _git(deployed.root.repository, "rev-parse", "main^{tree}", "main")

    shown = deployed.into(root)
    ran = root.launchpad("deploy", "--output", "json")

    assert ran.status == 0, ran.stderr
    assert not json.loads(ran.stdout)["changed"]
    assert _git(deployed.root.repository, "rev-parse", "main^{tree}", "main") == before
    assert root.config == {**deployed.root.config, "LAUNCHPAD_REPOSITORY": str(deployed.root.repository)}
    assert "nested-s3cret" not in shown + ran.stdout + ran.stderr


def test_order_inside_of_settings_and_plugin_files_come_along(
    deployed: Deployed, make_root: Callable[..., Root]
) -> None:
    root = make_root("new", plugins="")

    deployed.into(root)

    assert json.dumps(root.config["MOON_CRM"]) == json.dumps(SETTINGS["MOON_CRM"])
    plugins = Path(root.environment["TUTOR_PLUGINS_ROOT"])
    assert {path: (plugins / path).read_text() for path in PACKAGE} == PACKAGE
    assert (root.path / "config.yml").stat().st_mode & 0o77 == 0


def test_second_checkout_changes_nothing_and_knows_the_repository(
    deployed: Deployed, make_root: Callable[..., Root]
) -> None:
    root = make_root("new", plugins="")
    deployed.into(root)
    before = sorted(path.name for path in root.path.iterdir())

    ran = root.launchpad("checkout", "openedx", "--identity", str(deployed.identity), "--output", "json")

    assert ran.status == 0, ran.stderr
    assert not json.loads(ran.stdout)["changed"]
    assert sorted(path.name for path in root.path.iterdir()) == before


def test_age_file_changes_with_the_settings_and_the_recipients_alone(root: Root) -> None:
    one, two = (str(pyrage.x25519.Identity.generate().to_public()) for _ in range(2))
    files: list[bytes] = []
    for change in ({}, {"PLATFORM_NAME": "New"}, {"SMTP_PASSWORD": "another-one"}, {"LAUNCHPAD_AGE_RECIPIENTS": [two]}):
        root.set(**{"LAUNCHPAD_AGE_RECIPIENTS": [one], **change})
        assert root.launchpad("deploy").status == 0
        files.append((root.folder / "secrets.age").read_bytes())

    root.set(LAUNCHPAD_AGE_RECIPIENTS=[])
    assert root.launchpad("deploy").status == 0

    assert files[0] == files[1]
    assert len(set(files)) == 3
    assert not (root.folder / "secrets.age").exists()
    assert "age" not in json.loads((root.folder / "launchpad.json").read_text())


def test_copies_hold_just_what_git_leaves_out(deployed: Deployed) -> None:
    key = pyrage.x25519.Identity.from_str(deployed.identity.read_text().splitlines()[1])
    recorded = yaml.safe_load((deployed.root.folder / "config.yml").read_text())

    opened = yaml.safe_load(pyrage.decrypt((deployed.root.folder / "secrets.age").read_bytes(), [key]))

    assert {**recorded, **opened} == deployed.root.config
    assert set(recorded).isdisjoint(opened)
    about = json.loads((deployed.root.folder / "launchpad.json").read_text())
    assert about["private_settings"]["names"] == sorted(opened)
    assert about["private_settings"]["secret"] in about["secrets"]  # so that it is applied, planned and kept like all
    assert {"MOON_CRM", "SMTP_PASSWORD", "LAUNCHPAD_SEAL_KEY", "JWT_RSA_PRIVATE_KEY"} <= set(opened)


def test_secret_that_something_else_overrides_is_private_all_the_same(root: Root) -> None:
    root.tutor("config", "save")  # else the deploy saves what the environment says
    root.set(SMTP_PASSWORD="canary-in-config")

    ran = root.launchpad("deploy", TUTOR_SMTP_PASSWORD="")

    assert ran.status == 0, ran.stderr
    assert "SMTP_PASSWORD" in json.loads((root.folder / "launchpad.json").read_text())["private_settings"]["names"]
    assert "canary-in-config" not in "".join(path.read_text() for path in root.folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("recipient", "sentence"),
    [
        ("age1xyz", "LAUNCHPAD_AGE_RECIPIENTS[0] 'age1xyz' is no public key that age takes"),
        ("ecdsa-sha2-nistp256 AAAA", "is no public key that age takes"),
        ("AGE-SECRET-KEY-1CANARY", "LAUNCHPAD_AGE_RECIPIENTS[0] is a private key, which would be readable in Git"),
    ],
)
def test_recipient_that_nobody_can_encrypt_for_is_refused(root: Root, recipient: str, sentence: str) -> None:
    root.set(LAUNCHPAD_AGE_RECIPIENTS=[recipient])

    ran = root.launchpad("deploy")

    assert ran.status == 1
    assert sentence in ran.stderr
    assert "CANARY" not in ran.stderr
    assert not root.repository.exists()


def test_root_that_git_has_overtaken_undoes_nothing_unasked(make_root: Callable[..., Root]) -> None:
    laptop, job = make_root("laptop"), make_root("job", plugins="")
    laptop.launchpad("deploy")
    checkout = ("checkout", "openedx", "--repository", str(laptop.repository), "--without-secrets", "--yes")
    shutil.copy(laptop.path / "config.yml", job.path / "config.yml")
    assert job.launchpad(*checkout).status == 0
    job.set(PLATFORM_NAME="From the job")
    deployed = json.loads(job.launchpad("deploy", "--output", "json").stdout)["revision"]

    planned, refused = laptop.launchpad("plan"), laptop.launchpad("deploy")
    taken_over = laptop.launchpad(*checkout), laptop.launchpad("plan")

    assert planned.stdout.startswith(f"Git has commit {deployed[:10]} of ")
    assert "`tutor launchpad checkout openedx` takes it over." in planned.stdout.splitlines()[0]
    assert (refused.status, refused.stdout) == (1, "")
    assert "which this root does not know and a deploy would undo, in config.yml, " in refused.stderr
    assert "Nothing was changed. `tutor launchpad checkout openedx` takes it over; deploy with --yes" in refused.stderr
    assert taken_over[1].stdout == "Nothing would change.\n"
    assert laptop.config["PLATFORM_NAME"] == "From the job"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--identity", "{file}", "--without-secrets"], "--identity and --without-secrets exclude each other"),
        (["--identity", "{file}", "--context", "x"], "--identity and --context exclude each other"),
        (["--identity", "nosuch"], "'nosuch': No such file"),
        (["--context", "x", "--no-cluster"], "--context and --no-cluster exclude each other"),
    ],
)
def test_wrong_usage(tmp_path: Path, words: list[str], sentence: str) -> None:
    (tmp_path / "key").write_text("")
    given = [word.format(file=tmp_path / "key") for word in words]

    result = CliRunner().invoke(launchpad, ["checkout", "first", *given], obj=SimpleNamespace(root=tmp_path / "root"))

    assert result.exit_code == 2, result.output
    assert sentence in result.output
    assert not (tmp_path / "root").exists()


def test_interrupted_checkout_says_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(checking_out, "check_out", interrupted)

    result = CliRunner().invoke(launchpad, ["checkout", "first"], obj=SimpleNamespace(root=tmp_path))

    assert isinstance(result.exception, Interrupted)
    assert "is what it was before, or complete. Check out again to finish." in str(result.exception)
