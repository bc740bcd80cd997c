"""What the cluster tests ask of the machine that they run on: settings of the environment, each explained once."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from tutor_launchpad.core.types import Object

REQUIRED = {
    "KUBECONFIG": "the kubeconfig of a cluster that may be filled and emptied",
    "LAUNCHPAD_TEST_CLUSTER": "1, to say that it is meant",
    "LAUNCHPAD_TEST_ARGO_CD_MANIFEST": "Argo CD's install manifest",
    "LAUNCHPAD_TEST_ARGO_WORKFLOWS_MANIFEST": "Argo Workflows' install manifest",
    "LAUNCHPAD_TEST_CERT_MANAGER_CRDS": "cert-manager's custom resource definitions",
    "LAUNCHPAD_TEST_GIT_COMMAND": "a command that is called with a name and prints the URL of a new, empty Git repository "
    "that pods reach; a name below private/ gives one that asks for LAUNCHPAD_TEST_GIT_CREDENTIALS",
    "LAUNCHPAD_TEST_IMAGES_COMMAND": "a command that is called with manifest files and makes the images in them pullable",
}


def missing() -> list[str]:
    """What is not set, with its meaning."""
    return [f"{name} ({meaning})" for name, meaning in REQUIRED.items() if not os.environ.get(name)]


def manifest(name: str) -> str:
    """The path of an install manifest."""
    return os.environ[f"LAUNCHPAD_TEST_{name}"]


def kubectl(*arguments: str, stdin: str = "", check: bool = True, timeout: float = 300) -> str:
    """Run kubectl against the cluster under test."""
    result = subprocess.run(
        ["kubectl", *arguments], input=stdin, capture_output=True, text=True, check=False, timeout=timeout
    )
    if check and result.returncode:
        raise AssertionError(f"kubectl {' '.join(arguments)}: {result.stderr.strip()}")
    return result.stdout


def make_repository(name: str) -> str:
    """A new, empty repository's URL."""
    return _run("LAUNCHPAD_TEST_GIT_COMMAND", name).strip().splitlines()[-1]


def make_images(objects: Iterable[Object], folder: Path) -> None:
    """Let the cluster pull every image that the objects name."""
    file = folder / "images.yaml"
    file.write_text(yaml.safe_dump_all(objects))
    _run("LAUNCHPAD_TEST_IMAGES_COMMAND", str(file))


def _run(setting: str, *arguments: str) -> str:
    result = subprocess.run(
        [*shlex.split(os.environ[setting]), *arguments], capture_output=True, text=True, check=False, timeout=600
    )
    assert result.returncode == 0, f"{setting} failed: {result.stderr}"
    return result.stdout


@dataclass(frozen=True)
class GitCredentials:
    """User and password of private repositories."""

    username: str
    password: str


def git_credentials() -> GitCredentials | None:
    """LAUNCHPAD_TEST_GIT_CREDENTIALS (`user:password`), or None."""
    username, colon, password = os.environ.get("LAUNCHPAD_TEST_GIT_CREDENTIALS", "").partition(":")
    return GitCredentials(username, password) if colon else None


def dump(namespace: str, argo_namespace: str) -> str:
    """What helps to understand a failed test; never a Secret."""
    looks = [
        ("-n", argo_namespace, "get", "application", namespace, "-o", "yaml"),
        ("-n", namespace, "get", "deployments,jobs,pods,services,ingresses,persistentvolumeclaims", "-o", "wide"),
        ("-n", namespace, "get", "events", "--sort-by=.lastTimestamp"),
        ("-n", namespace, "describe", "pods"),
        ("-n", argo_namespace, "logs", "statefulset/argocd-application-controller", "--since=5m"),
        ("-n", argo_namespace, "logs", "deployment/argocd-repo-server", "--since=5m"),
    ]
    return "\n\n".join(f"$ kubectl {' '.join(look)}\n{_brief(kubectl(*look, check=False))}" for look in looks)


def _brief(text: str) -> str:
    """Without what Argo CD logs about its daily work."""
    lines = [line for line in text.splitlines() if '"level":"info"' not in line]
    return "\n".join(lines[-150:])


@dataclass(frozen=True)
class Namespaces:
    """Where Argo CD and Argo Workflows were installed."""

    argo_cd: str = "argocd"
    argo_workflows: str = "argo"
