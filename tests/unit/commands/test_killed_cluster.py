"""`tutor launchpad deploy` to a cluster is killed before and after each request that writes; the next one finishes it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Root
from tests.unit.kept_api import KeptApi
from tests.unit.scripted_server import kubeconfig
from tests.unit.served_api import served
from tutor_launchpad.adapters.kubernetes_transport import Request
from tutor_launchpad.adapters.servers import ClusterServers
from tutor_launchpad.core.resources import Server

URL = "https://git.example.org/cluster.git"
SERVER = Server("mysql", "main", "direct", {"host": "db.example.org", "port": 3306}, ("10.0.0.0/24",))


class World:
    """A cluster that is served, a repository elsewhere, and a root that is deployed there."""

    def __init__(self, folder: Path, template: Root) -> None:
        self.folder = folder
        folder.mkdir()
        self.original = folder / "original.git"
        subprocess.run(["git", "init", "--bare", "-q", "--initial-branch=main", str(self.original)], check=True)
        (folder / "gitconfig").write_text(f'[url "{self.original}"]\ninsteadOf = {URL}\n')
        shutil.copytree(template.path, folder / "root")
        self.api = KeptApi(folder / "api", self.original)
        ClusterServers(self.api.cluster, "launchpad").add(SERVER, {"username": "root", "password": "h1dden"})
        metadata = {"name": "argocd-application-controller-0", "namespace": "argocd"}
        self.api.put({"apiVersion": "v1", "kind": "Pod", "metadata": metadata})
        self.writes: list[str] = []
        self.environment = {
            **template.environment,
            "TUTOR_ROOT": str(folder / "root"),
            "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"),
            "KUBECONFIG": str(folder / "kubeconfig"),
        }

    def deploy(self, number: int = -1, after: bool = False) -> subprocess.CompletedProcess[str]:
        """Run it; the server kills it before or after it does what the write with the number asks for."""
        engine, keep = self.api.answer, self.api._keep
        self.writes.clear()
        words = [str(Path(sys.executable).with_name("tutor")), "launchpad", "deploy", "--yes"]

        def before(request: Request) -> Any:
            if _is_write(request):
                self.writes.append(f"{request.method} {request.path}")
                if len(self.writes) - 1 == number and not after:
                    os.kill(process.pid, signal.SIGKILL)
                    process.wait()
                    raise ConnectionError
            return engine(request)

        def done(request: Request) -> None:
            keep(request)
            if _is_write(request) and len(self.writes) - 1 == number and after:
                os.kill(process.pid, signal.SIGKILL)

        self.api.answer, self.api.after = before, done
        with served(self.api) as address:
            kubeconfig(self.folder / "kubeconfig", address, "moon")
            process = subprocess.Popen(
                words, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            stdout, stderr = process.communicate(timeout=120)
        self.api.answer, self.api.after = engine, keep
        return subprocess.CompletedProcess(words, process.returncode, stdout, stderr)

    def state(self) -> dict[str, Any]:
        """What a deploy leaves, here and there."""

        def git(*words: str) -> str:
            return subprocess.run(["git", *words], cwd=self.original, check=True, capture_output=True, text=True).stdout

        left = [path.name for path in (self.folder / "root").rglob("*") if path.suffix in (".lock", ".new")]
        return {
            "objects": self.api.state(),
            "count": len(self.api.objects),
            "tree": git("rev-parse", "main^{tree}"),
            "commits": git("rev-list", "--count", "main"),
            "left": [*left, *(self.folder / "root" / "launchpad" / "scratch").glob("*")],
        }


def _is_write(request: Request) -> bool:
    return request.method != "GET" and not request.path.endswith("reviews")


@pytest.fixture
def cluster_root(root: Root) -> Root:
    """A root for a cluster without cert-manager, with a MySQL server that is shared."""
    root.set(
        LAUNCHPAD_REPOSITORY=URL,
        LAUNCHPAD_MYSQL_SERVER="main",
        LAUNCHPAD_WORKER_IMAGE="worker:1",
        DRYDOCK_AUTO_TLS=False,
        RUN_MYSQL=False,
    )
    root.tutor("config", "save")  # the same passwords in each copy
    return root


@pytest.mark.slow
def test_deploy_is_finished_after_a_kill_at_each_request(cluster_root: Root, tmp_path: Path) -> None:
    whole = World(tmp_path / "whole", cluster_root)
    ran = whole.deploy()
    assert ran.returncode == 0, ran.stderr
    names, wanted = list(whole.writes), whole.state()
    for number, name in enumerate(names):
        for after in (False, True):
            world = World(tmp_path / "world", cluster_root)

            assert world.deploy(number, after).returncode == -signal.SIGKILL
            ran = world.deploy()

            assert ran.returncode == 0, ran.stderr
            assert world.state() == wanted, f"killed {'after' if after else 'before'} {name}"
            shutil.rmtree(world.folder)
