"""What prepares a kind cluster for the tests: its parts that need neither Docker nor a cluster."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
import yaml

from tests.cluster import environment
from tests.cluster.kind import __main__ as kind
from tests.cluster.kind import git_server, images, manifests, outside
from tests.cluster.kind.standin import standin

PROJECT = Path(__file__).parents[2]
KIND = PROJECT / "tests" / "cluster" / "kind"
TUTORIAL = (PROJECT / "docs" / "tutorial" / "first-instance.md").read_text(encoding="utf-8")
MATRIX = yaml.safe_load((PROJECT / ".github" / "workflows" / "cluster.yml").read_text(encoding="utf-8"))["jobs"][
    "cluster"
]["strategy"]["matrix"]["include"]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A Git server whose private part is opened by `root:pass`."""
    (tmp_path / "git" / "private").mkdir(parents=True)
    server = git_server.make_server(tmp_path / "git", "127.0.0.1", 0, "root:pass")
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://{{}}127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _git(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "credential.helper="]
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true"}
    return subprocess.run(
        ["git", *identity, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_repository_takes_a_push_and_gives_it_back(url: str, tmp_path: Path) -> None:
    git_server.make_repository(tmp_path / "git", "a")
    _git("clone", url.format("") + "/a.git", "one", folder=tmp_path)
    (tmp_path / "one" / "big").write_bytes(os.urandom(3_000_000))  # larger than what Git sends in one piece
    _git("add", ".", folder=tmp_path / "one")
    _git("commit", "--message", "x", folder=tmp_path / "one")
    pushed = _git("push", "origin", "HEAD:main", folder=tmp_path / "one")

    cloned = _git("clone", url.format("") + "/a.git", "two", folder=tmp_path)

    assert (pushed.returncode, cloned.returncode) == (0, 0), pushed.stderr + cloned.stderr
    assert (tmp_path / "two" / "big").read_bytes() == (tmp_path / "one" / "big").read_bytes()


@pytest.mark.parametrize(("user", "status"), [("", 128), ("root:wrong@", 128), ("root:pass@", 0)])
def test_private_repository_asks(url: str, tmp_path: Path, user: str, status: int) -> None:
    git_server.make_repository(tmp_path / "git", "private/a")

    assert _git("ls-remote", url.format(user) + "/private/a.git", folder=tmp_path).returncode == status


def test_images_are_found_and_named_in_full() -> None:
    text = "containers:\n- image: caddy:2\n  name: x\n- name: y\n  image: 'overhangio/openedx:1'\n"

    assert images.images_in([text, text]) == ["caddy:2", "overhangio/openedx:1"]
    names = {
        "caddy:2": "docker.io/library/caddy:2",
        "docker.io/caddy:2": "docker.io/library/caddy:2",
        "a/b": "docker.io/a/b:latest",
        "docker.io/a/b:1": "docker.io/a/b:1",
        "localhost:5000/b": "localhost:5000/b:latest",
    }
    assert {name: images.full_name(name) for name in names} == names


@pytest.mark.parametrize(
    ("obj", "status"),
    [
        ({"kind": "Ingress"}, outside.ADDRESS),
        ({"kind": "Ingress", "status": outside.ADDRESS}, None),
        ({"kind": "Service", "spec": {"type": "ClusterIP"}}, None),
        ({"kind": "Service", "spec": {"type": "LoadBalancer"}}, outside.ADDRESS),
        ({"kind": "Issuer", "status": {}}, outside.READY),
        ({"kind": "Issuer", "status": outside.READY}, None),
    ],
    ids=["Ingress", "Ingress with address", "Service", "LoadBalancer", "Issuer", "ready Issuer"],
)
def test_missing_status_is_given(obj: dict[str, object], status: dict[str, object] | None) -> None:
    assert outside.wanted_status(obj) == status


def test_standin_ends_for_a_shell_and_serves_for_the_rest() -> None:
    path = KIND / "standin" / "standin.py"
    server = standin.serve(0)
    assert server is not None

    assert (
        subprocess.run([sys.executable, str(path), "sh", "-e", "-c", "exit 3"], check=False, timeout=20).returncode == 0
    )
    with urlopen(f"http://127.0.0.1:{server.server_port}/heartbeat", timeout=5) as answer:
        assert answer.status == 200
    assert [standin.is_shell(words) for words in (["/bin/sh", "-c"], ["/standin.py", "celery"])] == [True, False]
    assert os.access(path, os.X_OK)
    server.shutdown()
    server.server_close()


def test_manifest_with_another_content_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "source").write_text("a")
    good = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    source = (tmp_path / "source").as_uri()
    monkeypatch.setattr(manifests, "FILES", {"good": (source, good), "bad": (source, good[::-1])})

    assert manifests.download("good", tmp_path).read_text() == "a"
    with pytest.raises(ValueError, match="has the digest ca97"):
        manifests.download("bad", tmp_path)
    assert not (tmp_path / "bad").exists()


def test_up_prints_settings_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A workflow appends what it prints to its environment; here Docker and kind are scripts that talk a lot."""
    for name in ("docker", "kind"):
        program = tmp_path / name
        program.write_text(
            '#!/bin/sh\nif [ "$1" = network ]; then echo "fc00::1 172.18.0.1"; else echo "$0" "$@"; fi\n'
        )
        program.chmod(0o755)
    started: list[str] = []
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(kind, "FOLDER", tmp_path)
    monkeypatch.setattr(manifests, "download", lambda name, folder: folder / name)
    monkeypatch.setattr(manifests, "make_workflows", lambda folder: folder / "workflows.yaml")
    monkeypatch.setattr(kind, "start", lambda command: started.append(command))

    kind.up("v3.5.1")

    told = capfd.readouterr()
    settings = dict(line.split("=", 1) for line in told.out.splitlines())
    assert set(settings) <= set(re.findall(r"`(\w+)`", (PROJECT / "tests" / "cluster" / "README.md").read_text()))
    assert set(environment.REQUIRED) - {"KUBECONFIG"} <= set(settings)
    assert settings["LAUNCHPAD_TEST_ARGO_CD_MANIFEST"].endswith("/argo-cd-v3.5.1.yaml")
    assert urlsplit(settings["LAUNCHPAD_TEST_MYSQL"]).hostname == "172.18.0.1"
    assert started == ["git-server", "outside"]
    assert "compose" in told.err


def test_argo_cd_manifests_are_named_for_the_unit_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(kind, "FOLDER", tmp_path / "new")
    monkeypatch.setattr(manifests, "download", lambda name, folder: folder / name)
    monkeypatch.setattr(sys, "argv", ["kind", "argo-cd"])

    kind.main()

    name, value = capfd.readouterr().out.strip().split("=", 1)
    assert name == "LAUNCHPAD_TEST_ARGO_CD_MANIFESTS"
    assert [Path(path).name for path in value.split(os.pathsep)] == ["argo-cd-v3.2.12.yaml", "argo-cd-v3.5.1.yaml"]


def test_versions_agree() -> None:
    nodes = {job["kubernetes"]: job["node"] for job in MATRIX}
    node = re.findall(r"^  image: (kindest/\S+)$", TUTORIAL, re.MULTILINE)[0]
    urls = re.findall(r"https://raw\S+/argo-cd/\S+", TUTORIAL)

    assert [*nodes] == ["1.31", "1.32", "1.33", "1.34"]
    assert all(
        re.fullmatch(rf"kindest/node:v{version}\.\d+@sha256:[0-9a-f]{{64}}", nodes[version]) for version in nodes
    )
    assert node in nodes.values()
    assert {f"argo-cd-{job['argo-cd']}.yaml" for job in MATRIX} == {
        n for n in manifests.FILES if n.startswith("argo-cd")
    }
    assert [url for url in urls if url not in [place for place, _ in manifests.FILES.values()]] == []
    assert urls


def test_servers_are_pinned_by_digest() -> None:
    compose = yaml.safe_load((KIND / "compose.yml").read_text(encoding="utf-8"))

    for service in compose["services"].values():
        assert re.fullmatch(r"\S+:[\w.-]+@sha256:[0-9a-f]{64}", service["image"])
        assert "healthcheck" in service
