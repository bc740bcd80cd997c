"""Cluster repositories whose pins name the manifests that this machine has."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import yaml
from click.testing import CliRunner

from tests.cluster.environment import git_credentials, kubectl, manifest
from tutor_launchpad.commands import launchpad

NAMES = {"argo-cd": "ARGO_CD_MANIFEST", "argo-workflows": "ARGO_WORKFLOWS_MANIFEST"}
LEFT_OUT = ("cert-manager", "ingress", "metrics-server")
"""Charts would come from the network, and change the cluster for the other tests."""
IDENTITY = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]


@dataclass(frozen=True)
class Pinned:
    """A repository, and a mirror with what it is pinned to."""

    path: Path
    mirror: Path
    credentials: Path | None = None

    def pin(self, name: str, change: Callable[[str], str] = lambda text: text) -> str:
        """Pin a component to the manifest of this machine, or to a changed one; returns its version."""
        text = Path(manifest(NAMES[name])).read_text(encoding="utf-8")
        version = str(re.findall(r"image: quay\.io/argoproj/(?:argocd|workflow-controller):(\S+)", text)[0])
        changed = change(text)
        self.mirror.mkdir(exist_ok=True)
        (self.mirror / f"{name}-{version}.yaml").write_text(changed, encoding="utf-8")
        file = self.path / "cluster" / name / "kustomization.yml"
        content = yaml.safe_load(file.read_text())
        digest = hashlib.sha256(changed.encode()).hexdigest()
        content["metadata"]["annotations"] |= {
            "launchpad.openedx.org/version": version,
            "launchpad.openedx.org/sha256": digest,
        }
        for image in content.get("images", []):
            image["newTag"] = version
        file.write_text(yaml.safe_dump(content))
        return version

    def words(self, *more: str) -> list[str]:
        """The command that installs it."""
        given = ["--credentials-file", str(self.credentials)] if self.credentials else []
        return ["cluster", "install", str(self.path), "--manifests", str(self.mirror), "--yes", *given, *more]

    def push(self) -> None:
        """Commit all, and push it to where Argo CD reads it."""
        helper = ["-c", f"credential.helper=store --file={self.credentials}"] if self.credentials else []
        for command in ("add --all", "commit --quiet --message Pin", "push --quiet origin main"):
            subprocess.run(
                ["git", *IDENTITY, *helper, *command.split()], cwd=self.path, check=True, capture_output=True
            )


def make_pinned(folder: Path, url: str, without: tuple[str, ...] = LEFT_OUT) -> Pinned:
    """A new repository, not pushed yet."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path = folder / "moon"
    words = ["--provider", "existing", "--name", "moon", "--environment", "test", "--domain", "learn.example.com"]
    left_out = [word for name in without for word in ("--without", name)]
    made = CliRunner().invoke(
        launchpad, ["cluster", "create", str(path), *words, "--repository", url, *left_out, "--no-commit"]
    )
    assert made.exit_code == 0, made.output
    pinned = Pinned(path, folder / "mirror", _credentials(folder / "credentials", url))
    for name in NAMES:
        pinned.pin(name)
    return pinned


def _credentials(file: Path, url: str) -> Path | None:
    """A file that opens a private repository; None for a public one."""
    known, address = git_credentials(), urlsplit(url)
    if "/private/" not in url or known is None:
        return None
    file.write_text(f"{address.scheme}://{known.username}:{known.password}@{address.netloc}\n")
    return file


def install_argo(folder: Path) -> None:
    """Argo CD and Argo Workflows from this machine's manifests; what is there already stays as it is."""
    pinned = make_pinned(folder / "repository", "https://git.example.com/team/cluster.git")
    (pinned.path / "cluster" / "root.yml").unlink()  # nothing is handed to Argo CD
    words = pinned.words(*(word for name in NAMES for word in ("--component", name)))
    ran = CliRunner().invoke(launchpad, words, obj=SimpleNamespace(root=str(folder)), catch_exceptions=False)
    assert ran.exit_code == 0, ran.output


def remove_argo() -> None:
    """Empty the cluster of Argo CD and Argo Workflows, and of what an installation hands to Argo CD."""
    served = [name for name in _names("crd") if name.endswith(".argoproj.io")]
    if "applications.argoproj.io" in served:
        _remove_applications()
    spaces = ["argocd", "argo", "harmony", "cert-manager", "launchpad"]
    kubectl("delete", "namespace", *spaces, "--ignore-not-found", "--timeout=120s")
    kubectl("delete", "crd", "--ignore-not-found", *(served or ["none.argoproj.io"]), "--timeout=60s")
    for kind in ("clusterrole", "clusterrolebinding"):
        ours = [name for name in _names(kind) if name.startswith(("argo-", "argocd-"))]
        kubectl("delete", kind, "--ignore-not-found", *(ours or ["none"]))
    kubectl("delete", "priorityclass", "workflow-controller", "--ignore-not-found")


def remove_components() -> None:
    """Take away what an installation hands to Argo CD; Argo CD and Argo Workflows stay."""
    _remove_applications()
    kubectl("delete", "namespace", "harmony", "cert-manager", "launchpad", "--ignore-not-found", "--timeout=120s")


def _remove_applications() -> None:
    names = ["cluster", "base", "cert-manager", "issuers", "harmony", *NAMES]
    kubectl("-n", "argocd", "delete", "application", *names, "--ignore-not-found", "--timeout=60s")
    kubectl("-n", "argocd", "delete", "appproject", "cluster", "--ignore-not-found")


def _names(kind: str) -> list[str]:
    return [name.rpartition("/")[2] for name in kubectl("get", kind, "--output", "name").split()]
