"""Deploys of one instance at the same time: from one root, and from copies of it that know nothing of each other."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import Root
from tests.unit.programs_that_hang import hang, wait_for

URL = "https://git.example.org/cluster.git"


def _git(*arguments: str, cwd: Path) -> str:
    return subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def remote(root: Root, tmp_path: Path) -> Path:
    """A repository that the root takes for one elsewhere."""
    _git("init", "--bare", "--quiet", "--initial-branch=main", "remote.git", cwd=tmp_path)
    (tmp_path / "gitconfig").write_text(f'[url "{tmp_path / "remote.git"}"]\ninsteadOf = {URL}\n')
    root.environment["GIT_CONFIG_GLOBAL"] = str(tmp_path / "gitconfig")
    root.set(LAUNCHPAD_REPOSITORY=URL)
    return tmp_path / "remote.git"


def test_root_is_free_once_its_holder_was_killed(root: Root, tmp_path: Path) -> None:
    folder, pid = hang(tmp_path / "bin", "git", "update-ref")
    words = [str(Path(sys.executable).with_name("tutor")), "launchpad", "deploy"]
    slow = {**root.environment, "PATH": f"{folder}:{root.environment['PATH']}"}

    with subprocess.Popen(words, env=slow, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as holder:
        wait_for(pid.exists)
        with subprocess.Popen(words, env=root.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as second:
            assert second.stderr is not None
            lines = iter(second.stderr.readline, b"")
            waiting = next(line for line in lines if b"waiting for it" in line)
            holder.kill()
            os.kill(int(pid.read_text()), signal.SIGKILL)  # Git lives on without its caller, and keeps the repository
            second.communicate(timeout=60)

    assert f"another run (process {holder.pid} on ".encode() in waiting
    assert second.returncode == 0
    assert _git("rev-list", "--count", "main", cwd=root.repository) == "1"
    assert _git("status", "--porcelain", cwd=root.repository) == ""


def test_two_copies_of_a_root_lose_nothing(root: Root, remote: Path, tmp_path: Path) -> None:
    shutil.copytree(root.path, tmp_path / "copy")
    copy = Root(tmp_path / "copy", {**root.environment, "TUTOR_ROOT": str(tmp_path / "copy")})
    copy.set(PLATFORM_NAME="Lunar Academy")

    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda one: one.launchpad("deploy"), [root, copy]))

    assert [ran.status for ran in runs] == [0, 0], [ran.stderr for ran in runs]
    assert _git("rev-list", "--count", "main", cwd=remote) == "2"
    commits = _git("log", "--format=%H", "main", cwd=remote).split()
    recorded = [_git("show", f"{commit}:instances/openedx/config.yml", cwd=remote) for commit in commits]
    assert sorted("Lunar Academy" in text for text in recorded) == [False, True]


@pytest.mark.slow
def test_ten_instances_at_once_lose_nothing(root: Root, remote: Path, tmp_path: Path) -> None:
    roots = []
    for number in range(10):
        shutil.copytree(root.path, tmp_path / f"r{number}")
        roots.append(Root(tmp_path / f"r{number}", {**root.environment, "TUTOR_ROOT": str(tmp_path / f"r{number}")}))
        host = f"i{number}.example.org"
        roots[-1].set(ID=f"Id{number}", K8S_NAMESPACE=f"i{number}", LMS_HOST=host, CMS_HOST=f"studio.{host}")
    started = time.monotonic()

    with ThreadPoolExecutor(10) as pool:
        runs = list(pool.map(lambda one: one.launchpad("deploy"), roots))

    print(f"ten deploys at once took {time.monotonic() - started:.1f} s")  # noqa: T201 - shown with -rP
    assert [ran.status for ran in runs] == [0] * 10, [ran.stderr for ran in runs]
    assert _git("rev-list", "--count", "main", cwd=remote) == "10"
    assert len(_git("ls-tree", "--name-only", "main:instances", cwd=remote).split()) == 10
