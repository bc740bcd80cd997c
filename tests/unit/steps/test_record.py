"""What the repository's server and its other users do to a record."""

from __future__ import annotations

import subprocess
from pathlib import Path, PurePosixPath
from typing import Any, cast

import pytest

from tests.unit.fake_deployment import make_deployment
from tests.unit.in_process import Said, checked, make_root
from tutor_launchpad.adapters.git import Repository
from tutor_launchpad.adapters.git_process import Runner
from tutor_launchpad.core.errors import Forbidden
from tutor_launchpad.steps.record import run_record

URL = "https://git.example.org/cluster.git"


class Refusing:
    """A repository whose server repeats what it has found."""

    address = URL

    def record(self, *arguments: Any, **more: Any) -> tuple[str, bool]:
        raise Forbidden("the server refuses the push: found geheim in a file")


def test_servers_words_are_masked(tmp_path: Path) -> None:
    deployment = make_deployment(None)
    deployment.root, deployment.repository = tmp_path, cast("Repository", Refusing())
    deployment.sealed = cast("Any", type("Sealed", (), {"secrets": ()}))

    with pytest.raises(Forbidden) as caught:
        run_record(deployment)

    assert str(caught.value) == "the server refuses the push: found *** in a file"


def test_removed_commit_of_this_root_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remote, root = tmp_path / "remote.git", make_root(tmp_path / "root", LAUNCHPAD_REPOSITORY=URL)
    subprocess.run(["git", "init", "--bare", "--quiet", str(remote)], check=True)
    (tmp_path / "gitconfig").write_text(f'[url "{remote}"]\ninsteadOf = {URL}\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    repository = Repository(URL, "main", root / "launchpad" / "cache.git", URL, Runner(URL))
    commit, _ = repository.record(PurePosixPath("instances/openedx"), {"f": b"x"}, "x\n", lambda parent: None)
    subprocess.run(["git", "update-ref", "-d", "refs/heads/main"], cwd=remote, check=True)
    said = Said()

    checked(root, said)

    assert [line for line in said.lines if "was rewritten since" in line] == [
        f"branch main of {URL} was rewritten since: commit {commit[:10]}, the last one of this root, is not part of it "
        "any more; a deploy records the instance again"
    ]
