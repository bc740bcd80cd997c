"""Images in the nodes of a kind cluster: stand-ins for those that manifests name."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

STANDIN = "launchpad-standin:test"
HERE = Path(__file__).parent


def build_standin() -> None:
    """Build what `load_standins` loads."""
    subprocess.run(
        ["docker", "build", "--quiet", "--tag", STANDIN, str(HERE / "standin")], check=True, stdout=sys.stderr
    )


def images_in(texts: Iterable[str]) -> list[str]:
    """The images that manifests name."""
    found = (re.findall(r"^\s*(?:- )?image:\s*[\"']?([^\s\"']+)", text, re.MULTILINE) for text in texts)
    return sorted({image for images in found for image in images})


def load_standins(cluster: str, names: Iterable[str]) -> None:
    """Let the cluster have the stand-in under each name; what it has already is left alone."""
    node = f"{cluster}-control-plane"
    there = subprocess.run(
        ["docker", "exec", node, "crictl", "images"], check=True, capture_output=True, text=True
    ).stdout
    known = {"{}:{}".format(*line.split()[:2]) for line in there.splitlines()[1:]}
    missing = [name for name in names if full_name(name) not in known]
    for name in missing:
        subprocess.run(["docker", "tag", STANDIN, name], check=True)
    if missing:
        subprocess.run(["kind", "load", "docker-image", "--name", cluster, *missing], check=True)


def full_name(image: str) -> str:
    """As a node lists it, with registry and tag."""
    first, slash, _ = image.partition("/")
    if not slash or not re.search(r"[.:]|^localhost$", first):
        image = f"docker.io/{image}"
    image = re.sub(r"^docker\.io/([^/]+)$", r"docker.io/library/\1", image)
    return image if ":" in image.rpartition("/")[2] else f"{image}:latest"
