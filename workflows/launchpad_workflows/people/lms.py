"""What a pod takes over from the deployed LMS, so that it sees the instance as the LMS does. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from launchpad_workflows.client import Object

DEPLOYMENT = "lms"
SHARED = ("configMap", "secret", "projected", "downwardAPI", "emptyDir")
"""Volumes that a second pod can have as well; a disk may be another node's."""


@dataclass(frozen=True)
class LmsPod:
    """Parts of the LMS's pod, as its Deployment has them. `spec`: of the pod, `container`: the LMS's own."""

    spec: dict[str, Any]
    container: dict[str, Any]

    @property
    def image(self) -> str:
        """The one that runs, or is about to."""
        return str(self.container["image"])

    @property
    def mounts(self) -> list[dict[str, Any]]:
        """Of volumes that can be shared."""
        names = {volume["name"] for volume in self._shared()}
        return [mount for mount in self.container.get("volumeMounts") or [] if mount["name"] in names]

    @property
    def volumes(self) -> list[dict[str, Any]]:
        """Those that are mounted."""
        mounted = {mount["name"] for mount in self.mounts}
        return [volume for volume in self._shared() if volume["name"] in mounted]

    @property
    def affinity(self) -> dict[str, Any]:
        """To nodes alone: what keeps the LMS's pods apart from each other is not for other pods."""
        return {kind: value for kind, value in (self.spec.get("affinity") or {}).items() if kind == "nodeAffinity"}

    def _shared(self) -> list[dict[str, Any]]:
        return [one for one in self.spec.get("volumes") or [] if any(kind in one for kind in SHARED)]


def read_lms(deployment: Object) -> LmsPod:
    """The parts of a Deployment `lms`; of several containers the one of that name, else the first."""
    spec = deployment["spec"]["template"]["spec"]
    containers = spec["containers"]
    own = next((one for one in containers if one["name"] == DEPLOYMENT), containers[0])
    return LmsPod(spec, own)
