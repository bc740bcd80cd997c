"""The runner of pages, and the marked commands of the how-tos, run as they stand where no cluster is needed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyrage
import pytest
import yaml

from docs import run_page
from tests.conftest import Root

PROJECT = Path(__file__).parents[2]
HOWTO = PROJECT / "docs" / "howto"
TUTORIAL = PROJECT / "docs" / "tutorial" / "first-instance.md"
PAGE = """
<!-- yours: PLACE TOKEN -->
```sh
export PLACE=here
```

<!-- one: "$PLACE/a file.txt" -->
```text
$TOKEN stays
```

<!-- one -->
```sh
cat "$PLACE/a file.txt" && KEPT=kept
```

<!-- by-hand -->
```sh
rm -r everything
```

<!-- two -->
```sh
echo $KEPT
```

```sh
not run
```
"""


def _run(page: str, *parts: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return run_page.run(page, parts, env={**os.environ, **environment}, capture_output=True)


def test_parts_run_in_one_shell_with_their_files(tmp_path: Path) -> None:
    ran = _run(PAGE, "two", "one", PLACE=str(tmp_path), TOKEN="t")

    assert (ran.returncode, ran.stdout) == (0, "$TOKEN stays\nkept\n")
    assert "echo $KEPT" in ran.stderr


def test_missing_value_of_the_readers_own_ends_it(tmp_path: Path) -> None:
    ran = _run(PAGE, "two", PLACE=str(tmp_path))

    assert ran.returncode != 0
    assert "TOKEN: is to be set" in ran.stderr


def test_failing_command_ends_it() -> None:
    ran = _run("<!-- x -->\n```sh\nfalse\necho after\n```\n", "x")

    assert (ran.returncode, ran.stdout) == (1, "")


def test_unknown_part_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(PAGE)

    with pytest.raises(SystemExit):
        run_page.main([str(tmp_path / "page.md"), "three"])

    assert "has no part three; it has one, two" in capsys.readouterr().err


def test_each_block_of_the_tutorial_is_marked() -> None:
    found = run_page.blocks(TUTORIAL.read_text(encoding="utf-8"))

    assert [one.text for one in found if not one.part] == []
    assert run_page.parts(found) == [
        "tools", "cluster", "instance", "deploy", "open", "change", "rollback", "remove", "end"
    ]  # fmt: skip


@dataclass(frozen=True)
class Reader:
    """Somebody who follows a page with a Tutor root of their own, and without a cluster."""

    root: Root
    folder: Path

    def follow(self, page: str, *parts: str, **environment: str) -> str:
        """Run parts of a how-to; what they print."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        identity = {
            f"GIT_{who}_{what}": "reader@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        own = {**self.root.environment, **identity, "PATH": path, **environment}
        ran = run_page.run(
            (HOWTO / page).read_text(encoding="utf-8"), parts, cwd=self.folder, env=own, capture_output=True
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout


@pytest.fixture
def reader(make_root: Callable[..., Root], tmp_path: Path) -> Reader:
    """The instance of the pages, `first`, in a repository that can be cloned."""
    root = make_root()
    repository = tmp_path / "repository.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(repository)], check=True)
    root.set(K8S_NAMESPACE="first", LAUNCHPAD_REPOSITORY=str(repository))
    folder = tmp_path / "work"
    folder.mkdir()
    return Reader(root, folder)


def _recorded(reader: Reader, name: str) -> str:
    """A file of the instance's folder at the newest commit."""
    repository = str(reader.root.config["LAUNCHPAD_REPOSITORY"])
    command = ["git", "-C", repository, "show", f"main:instances/first/{name}"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_plugins_of_the_page_take_effect(reader: Reader) -> None:
    reader.follow("own-plugins.md", "yaml", "python")

    claim = yaml.safe_load(_recorded(reader, "manifests/persistentvolumeclaim-mysql.yml"))
    assert claim["spec"]["resources"]["requests"]["storage"] == "20Gi"
    assert _recorded(reader, "sealed/licence/licence.txt") == "«MOON_LICENCE»"
    assert "larger-volume" in _recorded(reader, "plugins/larger-volume.yml")


def test_credentials_of_the_page_are_taken(reader: Reader) -> None:
    reader.follow("private-repositories.md", "token", "key")

    key = Path(str(reader.root.config["LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE"]))
    assert key.read_text().startswith("-----BEGIN OPENSSH PRIVATE KEY-----")
    assert reader.root.config["LAUNCHPAD_REPOSITORY"] == "ssh://git@git.example.com/cluster.git"
    assert (reader.folder / "credentials").stat().st_mode & 0o77 == 0


def test_recovery_from_a_bad_commit_and_a_leak(reader: Reader) -> None:
    repository = str(reader.root.config["LAUNCHPAD_REPOSITORY"])
    reader.root.launchpad("deploy")
    good = _recorded(reader, "config.yml")
    reader.root.set(PLATFORM_NAME="Bad")
    reader.root.launchpad("deploy")

    rolled_back = reader.follow("recovery.md", "rollback", REPOSITORY=repository)

    assert "Nothing would change." in rolled_back
    assert _recorded(reader, "config.yml") == good
    before, secrets = reader.root.config["OPENEDX_SECRET_KEY"], _recorded(reader, "launchpad.json")
    reader.follow("recovery.md", "leak", REPOSITORY=repository)
    assert reader.root.config["OPENEDX_SECRET_KEY"] != before
    assert _recorded(reader, "launchpad.json") != secrets


def test_recovery_of_a_lost_root_and_a_lost_repository(reader: Reader) -> None:
    repository, identity = str(reader.root.config["LAUNCHPAD_REPOSITORY"]), _encrypt_for_a_new_key(reader)
    reader.root.launchpad("deploy")
    places = {"TUTOR_ROOT": str(reader.folder / "root"), "TUTOR_PLUGINS_ROOT": str(reader.folder / "plugins")}

    reader.follow("recovery.md", "lost-root-and-cluster", REPOSITORY=repository, IDENTITY=str(identity), **places)

    again = Root(reader.folder / "root", {**reader.root.environment, **places})
    assert again.config == reader.root.config
    assert again.launchpad("plan").stdout == "Nothing would change.\n"
    shutil.rmtree(repository)
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", repository], check=True)
    reader.follow("recovery.md", "lost-repository", REPOSITORY=repository)
    assert _recorded(reader, "launchpad.json")


def _encrypt_for_a_new_key(reader: Reader) -> Path:
    """Let the next deploy encrypt the secret settings; the identity that opens them."""
    key = pyrage.x25519.Identity.generate()
    reader.root.set(LAUNCHPAD_AGE_RECIPIENTS=[str(key.to_public())])
    (reader.folder / "identity").write_text(str(key))
    return reader.folder / "identity"


def test_job_of_the_page_makes_a_change_live_and_shows_nothing(reader: Reader) -> None:
    repository, identity = str(reader.root.config["LAUNCHPAD_REPOSITORY"]), _encrypt_for_a_new_key(reader).read_text()
    reader.root.tutor("config", "save")
    reader.root.launchpad("deploy")
    given = {
        "INSTANCE": "first",
        "REPOSITORY": repository,
        "AGE_IDENTITY": identity,
        "GIT_CREDENTIALS": "https://a:h1dden@b",
    }

    idle = reader.follow("ci.md", "script", "run", **given)
    reader.follow("ci.md", "change", REPOSITORY=repository)
    changed = reader.follow("ci.md", "script", "run", **given)

    assert "Nothing would change." in idle
    assert "Academy of the Moon" in changed
    assert "Academy of the Moon" in _recorded(reader, "sealed/openedx-config/lms.env.yml")
    secrets = (identity, "h1dden", str(reader.root.config["OPENEDX_SECRET_KEY"]))
    assert [one for one in secrets if one in idle + changed] == []
    assert "which this root does not know" in reader.root.launchpad("plan").stdout


def test_workflow_of_the_page_gives_the_script_what_it_needs() -> None:
    found = {one.part: one.text for one in run_page.blocks((HOWTO / "ci.md").read_text(encoding="utf-8"))}

    (job,) = yaml.safe_load(found["workflow"])["jobs"].values()

    step = job["steps"][-1]
    needed = set(re.findall(r"\$([A-Z_]+)", found["script"])) - {"TUTOR_ROOT"}
    assert step["run"] == found["run"].strip()
    assert needed == {"INSTANCE", "REPOSITORY", "GIT_CREDENTIALS", "AGE_IDENTITY"}
    assert set(step["env"]) == needed | {"KUBECONFIG"}
