"""A deploy to a cluster is killed before each request that writes and each Git that publishes; the next one finishes it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, cast

import launchpad_workflows.register  # noqa: F401 - what it imports takes a second, which each process would spend anew

from tests.unit.fake_deployment import URL, make_deployment
from tests.unit.in_process import load_plugins
from tests.unit.kept_api import KeptApi
from tests.unit.killing import Effects, finished, killed
from tests.unit.steps.test_provision import RESOURCES
from tutor_launchpad.adapters.git import Repository
from tutor_launchpad.adapters.git_process import Runner
from tutor_launchpad.adapters.kubernetes_transport import Request, Response
from tutor_launchpad.core.instance import Record
from tutor_launchpad.steps.namespace import run_namespace
from tutor_launchpad.steps.provision import run_provision
from tutor_launchpad.steps.record import run_record
from tutor_launchpad.steps.sync import run_sync

FILES = {"launchpad.json": json.dumps({"id": "AbC", "secrets": ["s-1", "s-2"]}).encode(), "manifests/a.yml": b"a\n"}
APPLICATION = ("applications", "argocd", "alpha")


class World:
    """A root, a repository elsewhere, and a cluster, all of them in a folder."""

    def __init__(self, folder: Path) -> None:
        self.root, self.original = folder / "root", folder / "original.git"
        (self.root / "launchpad").mkdir(parents=True)
        subprocess.run(["git", "init", "--bare", "-q", "--initial-branch=main", str(self.original)], check=True)
        (folder / "gitconfig").write_text(f'[url "{self.original}"]\ninsteadOf = {URL}\n')
        self.settings, self.api_file = folder / "gitconfig", folder / "api"

    @property
    def api(self) -> KeptApi:
        """The cluster as it is now."""
        return KeptApi(self.api_file, self.original)

    def deploy(self, effects: Effects | None = None) -> None:
        """From the namespace to the sync, without rendering."""
        os.environ["GIT_CONFIG_GLOBAL"] = str(self.settings)
        api = self.api
        engine = api.answer

        def answer(request: Request) -> Response | None:
            if effects is not None and request.method != "GET" and not request.path.endswith("reviews"):
                effects.note(f"{request.method} {request.path}")
            return engine(request)

        api.answer = answer
        deployment = make_deployment(api, worker_image="worker:1", servers={"mysql": "main"})
        deployment.root, deployment.resources, deployment.record = self.root, RESOURCES, Record(FILES, {})
        deployment.repository = Repository(URL, "main", self.root / "launchpad" / "cache.git", URL, Runner(URL))
        secrets = [_secret("s-1"), _secret("s-2")]
        deployment.sealed = cast("Any", type("Sealed", (), {"secrets": secrets}))
        for step in (run_namespace, run_provision, run_record, run_sync):
            step(deployment)

    def state(self) -> dict[str, Any]:
        """What a deploy leaves, here and there."""

        def git(*words: str) -> str:
            return subprocess.run(["git", *words], cwd=self.original, check=True, capture_output=True, text=True).stdout

        left = [path.name for path in self.root.rglob("*") if path.suffix in (".lock", ".new")]
        api = self.api
        return {
            "objects": api.state(),
            "count": len(api.objects),
            "tree": git("rev-parse", "main^{tree}"),
            "commits": git("rev-list", "--count", "main"),
            "synced": api.read("applications", "argocd", "alpha")["status"]["sync"]["revision"] + "\n"
            == git("rev-parse", "main"),
            "left": [*left, *(self.root / "launchpad" / "scratch").glob("*")],
        }


def _secret(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "immutable": True, "metadata": {"name": name}, "data": {}}


def test_deploy_to_a_cluster_is_finished_after_a_kill_at_each_effect(tmp_path: Path) -> None:
    load_plugins()
    whole, log = World(tmp_path / "whole"), tmp_path / "log"

    def run() -> None:
        effects = Effects(whole.root / "nowhere", log=tmp_path / "effects")
        effects.watch()
        whole.deploy(effects)

    finished(run, log)
    names, wanted = (tmp_path / "effects").read_text().splitlines(), whole.state()
    assert wanted["synced"]
    assert any("workflows" in name for name in names)

    for number, name in enumerate(names):
        world = World(tmp_path / "world")

        def die(world: World = world, number: int = number) -> None:
            effects = Effects(world.root / "nowhere", number)
            effects.watch()
            world.deploy(effects)

        killed(die)
        finished(world.deploy, log)

        assert world.state() == wanted, f"killed before {name}"
        shutil.rmtree(tmp_path / "world")
