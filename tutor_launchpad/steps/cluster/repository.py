"""Reads a cluster's repository where somebody works on it: its answers, its Applications, what its components are."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tutor_launchpad.adapters import kustomize
from tutor_launchpad.core.cluster.answers import FILE, Answers
from tutor_launchpad.core.cluster.pins import MANIFEST, Pin, local_kustomization, read_pin
from tutor_launchpad.core.errors import LaunchpadError, NotFound, Refused
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.infrastructure.site import read_cluster

FOLDER = "cluster"
KUSTOMIZATION = "kustomization.yml"


@dataclass(frozen=True)
class ClusterFiles:
    """`root`: the AppProject and the Application that keeps the others; empty where Argo CD keeps nothing."""

    path: Path
    answers: Answers
    root: tuple[Object, ...]
    applications: tuple[Object, ...]

    @property
    def components(self) -> list[str]:
        """Those that this repository installs."""
        return [name for name, wanted in self.answers.components.items() if wanted]

    def pin(self, name: str) -> Pin:
        """The release that a component is pinned to."""
        file = self.path / FOLDER / name / KUSTOMIZATION
        return read_pin(name, _one(file), _told(file, self.path))

    def render(self, name: str, get: Callable[[Pin], bytes]) -> list[Object]:
        """The objects of a component; `get` has the manifest of its release. Nothing is asked of the network."""
        source = self.path / FOLDER / name
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / name
            shutil.copytree(source, folder)
            (folder / MANIFEST).write_bytes(get(self.pin(name)))
            local = local_kustomization(_one(source / KUSTOMIZATION))
            (folder / KUSTOMIZATION).write_text(yaml.safe_dump(local), encoding="utf-8")
            told = kustomize.Explained(
                f"{FOLDER}/{name}",
                f"{FOLDER}/{name}",
                f"Correct it, or restore it with Git; {MANIFEST} is the release's.",
            )
            return kustomize.build_other(folder, told)


def read_files(path: Path) -> ClusterFiles:
    """The repository in a folder, as it stands there; raises `NotFound` where the folder is none."""
    answers = read_cluster(path)
    root = path / FOLDER / "root.yml"
    files = sorted((path / FOLDER / "applications").glob("*.yml"))
    return ClusterFiles(
        path,
        answers,
        tuple(_objects(root, path)) if root.exists() else (),
        tuple(obj for file in files for obj in _objects(file, path)),
    )


def _objects(file: Path, path: Path) -> list[Object]:
    found = [one for one in _read(file, path) if one is not None]
    wrong = [one for one in found if not isinstance(one, dict) or not isinstance(one.get("kind"), str)
             or not isinstance(one.get("metadata"), dict) or not one["metadata"].get("name")]  # fmt: skip
    if wrong:
        raise Refused([f"{_told(file, path)} holds what is no Kubernetes object: correct it, or restore it with Git."])
    return found


def _one(file: Path) -> dict[str, Any]:
    found = _read(file, file.parents[2])
    if len(found) != 1 or not isinstance(found[0], dict):
        raise Refused([f"{_told(file, file.parents[2])} is no kustomization: correct it, or restore it with Git."])
    return found[0]


def _read(file: Path, path: Path) -> list[Any]:
    try:
        return list(yaml.safe_load_all(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise NotFound(
            f"{_told(file, path)} does not exist: restore it with Git, or turn the component off in {FILE} and run "
            "`tutor launchpad cluster update`."
        ) from None
    except OSError as error:
        raise LaunchpadError(f"Cannot read {file}: {error.strerror}.") from error
    except (UnicodeDecodeError, yaml.YAMLError):
        raise Refused([f"{_told(file, path)} is not YAML: correct it, or restore it with Git."]) from None


def _told(file: Path, path: Path) -> str:
    return file.relative_to(path).as_posix()
