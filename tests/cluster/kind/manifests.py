"""The install manifests of what the tests put into a cluster, by version, and checked."""

from __future__ import annotations

import hashlib
import subprocess
import urllib.request
from pathlib import Path

FILES = {
    "argo-cd-v3.2.12.yaml": (
        "https://raw.githubusercontent.com/argoproj/argo-cd/v3.2.12/manifests/install.yaml",
        "1097a8e8cdc1ed00831ec35338584ecaa2f79d29868fc0c2c5be61cce96253b8",
    ),
    "argo-cd-v3.5.1.yaml": (
        "https://raw.githubusercontent.com/argoproj/argo-cd/v3.5.1/manifests/install.yaml",
        "795a3a972224da6a7f9d32c3e946445f062b60fb46028476715affeb688236e3",
    ),
    "cert-manager-issuers-v1.19.3.yaml": (
        "https://raw.githubusercontent.com/cert-manager/cert-manager/v1.19.3/deploy/crds/cert-manager.io_issuers.yaml",
        "a7ffbadca04b32f3bbce923d545291abb032dddb659791f6e2872dd323513a52",
    ),
}
WORKFLOWS, WORKFLOWS_COMMIT = "v3.7.14", "ca37b537cd34d18029146a755bf42a9b2364c49b"
"""Argo Workflows has no install manifest among its sources, but what makes one; a commit is its own check."""


def download(name: str, folder: Path) -> Path:
    """The file in a folder; raises where its content is another one."""
    url, digest = FILES[name]
    with urllib.request.urlopen(url, timeout=60) as answer:
        content: bytes = answer.read()
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise ValueError(f"{url} has the digest {found}, not {digest}")
    path = folder / name
    path.write_bytes(content)
    return path


def make_workflows(folder: Path) -> Path:
    """The manifest of Argo Workflows, built from its sources."""
    sources = folder / "argo-workflows"
    for command in (
        ["init", "--quiet", str(sources)],
        ["-C", str(sources), "sparse-checkout", "set", "manifests"],
        ["-C", str(sources), "fetch", "--quiet", "--depth=1", "--filter=blob:none",
         "https://github.com/argoproj/argo-workflows.git", WORKFLOWS_COMMIT],
        ["-C", str(sources), "checkout", "--quiet", "FETCH_HEAD"],
    ):  # fmt: skip
        subprocess.run(["git", *command], check=True)
    built = subprocess.run(
        ["kubectl", "kustomize", str(sources / "manifests" / "cluster-install")],
        check=True,
        capture_output=True,
        text=True,
    )
    path = folder / f"argo-workflows-{WORKFLOWS}.yaml"
    path.write_text(built.stdout.replace(":latest", f":{WORKFLOWS}"), encoding="utf-8")
    return path
