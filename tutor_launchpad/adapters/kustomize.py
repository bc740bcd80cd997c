"""Objects from a kustomization, built by the kubectl that every user of Tutor on Kubernetes has."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from tutor_launchpad.adapters import processes
from tutor_launchpad.core.errors import LaunchpadError, Refused
from tutor_launchpad.core.types import Object

OLDEST_KUBECTL = (1, 27)
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Explained:
    """A kustomization, in the sentence that says that it cannot be built. `place`: its folder's name for people."""

    what: str
    place: str
    remedy: str


TUTORS = Explained(
    "the manifests that Tutor rendered",
    "the environment",
    "A plugin's patch is the usual cause: disable the newest one and try again.",
)


def kubectl_problem() -> str:
    """One sentence where the installed kubectl is too old to build Tutor's kustomization; empty where it is not."""
    text = processes.run(["kubectl", "version", "--client", "--output=json"], timeout=30)
    version = json.loads(text)["clientVersion"]
    found = (int(version["major"]), int(re.sub(r"\D.*", "", version["minor"])))
    if found >= OLDEST_KUBECTL:
        return ""
    return (
        f"kubectl {found[0]}.{found[1]} cannot build Tutor's kustomization: "
        f"install kubectl {OLDEST_KUBECTL[0]}.{OLDEST_KUBECTL[1]} or later."
    )


def build(folder: Path) -> list[Object]:
    """The objects of Tutor's kustomization in this folder, in kustomize's order."""
    return build_other(folder, TUTORS)


def build_other(folder: Path, explained: Explained) -> list[Object]:
    """The objects of any kustomization."""
    try:
        text = processes.run(["kubectl", "kustomize", str(folder)])
    except processes.ProcessFailed as error:
        outdated = kubectl_problem()
        if outdated:
            raise Refused([outdated]) from error
        reason = error.stderr.removeprefix("error: ").replace(str(folder), explained.place)
        raise LaunchpadError(f"kustomize cannot build {explained.what}: {reason} {explained.remedy}") from error
    return [item for item in yaml.load_all(text, Loader=_Loader) if item]


def manifest_texts(folder: Path) -> dict[str, str]:
    """Path in the environment → text, of what may be manifests rather than an application's own files."""
    paths = sorted(path for path in folder.rglob("*.y*ml") if "apps" not in path.relative_to(folder).parts)
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in paths if path.is_file()}
