"""`up` prepares a kind cluster for the tests and prints their settings; the other commands are what these settings call."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tests import own_resource
from tests.cluster.kind import git_server, images, manifests, outside

CLUSTER = os.environ.get("LAUNCHPAD_TEST_KIND", "kind")
FOLDER = Path(os.environ.get("LAUNCHPAD_TEST_FOLDER", "~/.cache/launchpad-test")).expanduser()
PROJECT = Path(__file__).parents[3]
GIT_PORT = 3000
USER, PASSWORD = "root", "launchpad-test"
WORKER = "launchpad-worker:test"
EXTENDED = "launchpad-worker:extended"


def up(argo_cd: str) -> None:
    """Start the servers, load the images, fetch the manifests; the cluster is there already."""
    (FOLDER / "git" / "private").mkdir(parents=True, exist_ok=True)
    host = address()
    settings = {
        "LAUNCHPAD_TEST_CLUSTER": "1",
        "LAUNCHPAD_TEST_ARGO_CD_MANIFEST": str(manifests.download(f"argo-cd-{argo_cd}.yaml", FOLDER)),
        "LAUNCHPAD_TEST_ARGO_WORKFLOWS_MANIFEST": str(manifests.make_workflows(FOLDER)),
        "LAUNCHPAD_TEST_CERT_MANAGER_CRDS": str(manifests.download("cert-manager-issuers-v1.19.3.yaml", FOLDER)),
        "LAUNCHPAD_TEST_GIT_COMMAND": f"{sys.executable} -m tests.cluster.kind repo",
        "LAUNCHPAD_TEST_GIT_CREDENTIALS": f"{USER}:{PASSWORD}",
        "LAUNCHPAD_TEST_IMAGES_COMMAND": f"{sys.executable} -m tests.cluster.kind images",
        "LAUNCHPAD_TEST_WORKER_IMAGE": WORKER,
        "LAUNCHPAD_TEST_EXTENDED_IMAGE": EXTENDED,
        "LAUNCHPAD_TEST_MYSQL": f"mysql://{USER}:{PASSWORD}@{host}:3306",
        "LAUNCHPAD_TEST_MYSQL8": f"mysql://{USER}:{PASSWORD}@{host}:3308",
        "LAUNCHPAD_TEST_MONGODB": f"mongodb://{USER}:{PASSWORD}@{host}:27017",
        "LAUNCHPAD_TEST_S3": f"http://{USER}:{PASSWORD}@{host}:9000",
        "LAUNCHPAD_TEST_HOST": host,
    }
    _say("docker", "compose", "--file", str(PROJECT / "tests/cluster/kind/compose.yml"), "up", "--detach", "--wait")
    images.build_standin()
    _say("docker", "build", "--quiet", "--tag", WORKER, "--file", str(PROJECT / "workflows/Dockerfile"), str(PROJECT))
    _extend(WORKER)
    _say("kind", "load", "docker-image", "--name", CLUSTER, WORKER, EXTENDED)
    for command in ("git-server", "outside"):
        start(command)
    print("\n".join(f"{name}={value}" for name, value in settings.items()))  # noqa: T201 - the result


def _extend(worker: str) -> None:
    """As docs/howto/own-resource.md does it, upon the image that was built here."""
    folder = own_resource.write(FOLDER)
    dockerfile = folder / "Dockerfile"
    lines = dockerfile.read_text(encoding="utf-8").splitlines()
    dockerfile.write_text("\n".join([f"FROM {worker}", *lines[1:], ""]), encoding="utf-8")
    _say("docker", "build", "--quiet", "--tag", EXTENDED, str(folder))


def argo_cd_manifests() -> None:
    """Fetch Argo CD's manifests for the unit tests, which need no cluster."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    names = [name for name in manifests.FILES if name.startswith("argo-cd-")]
    paths = os.pathsep.join(str(manifests.download(name, FOLDER)) for name in names)
    print(f"LAUNCHPAD_TEST_ARGO_CD_MANIFESTS={paths}")  # noqa: T201 - the result


def start(command: str) -> None:
    """Run one of the commands below for as long as the machine lives."""
    log = (FOLDER / f"{command}.log").open("w")
    program = [sys.executable, "-m", "tests.cluster.kind", command]
    subprocess.Popen(program, stdout=log, stderr=log, cwd=PROJECT, start_new_session=True)


def address() -> str:
    """This machine as pods reach it: the gateway of kind's network."""
    form = "{{range .IPAM.Config}}{{.Gateway}} {{end}}"
    command = ["docker", "network", "inspect", "kind", "--format", form]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return next(gateway for gateway in told.split() if "." in gateway)


def _say(*command: str) -> None:
    """Run a command whose output is no result of ours."""
    subprocess.run(command, check=True, stdout=sys.stderr)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.cluster.kind", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up").add_argument("--argo-cd", default="v3.2.12", choices=["v3.2.12", "v3.5.1"])
    commands.add_parser("argo-cd")
    commands.add_parser("repo").add_argument("name")
    commands.add_parser("images").add_argument("file", nargs="+", type=Path)
    commands.add_parser("git-server")
    commands.add_parser("outside")
    given = parser.parse_args()
    if given.command == "up":
        up(given.argo_cd)
    elif given.command == "argo-cd":
        argo_cd_manifests()
    elif given.command == "repo":
        git_server.make_repository(FOLDER / "git", given.name)
        print(f"http://{address()}:{GIT_PORT}/{given.name}.git")  # noqa: T201 - the result
    elif given.command == "images":
        images.load_standins(CLUSTER, images.images_in(path.read_text() for path in given.file))
    elif given.command == "git-server":
        git_server.make_server(FOLDER / "git", address(), GIT_PORT, f"{USER}:{PASSWORD}").serve_forever()
    else:
        outside.run()


if __name__ == "__main__":
    main()
