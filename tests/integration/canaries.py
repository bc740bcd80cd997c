"""Passwords that can be found again in whatever form they leak, and all places of a cluster to look for them."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from launchpad_workflows.client import Object
from launchpad_workflows.kube import KubernetesClient

from tests.cluster.environment import kubectl


@dataclass(frozen=True)
class Canary:
    """`core` stays as it is under every escaping of text; base64 is looked for in all three shifts."""

    core: str = field(default_factory=lambda: f"canary{secrets.token_hex(8)}")

    @property
    def password(self) -> str:
        """With what quoting, formats, URLs and JSON each write in another way."""
        return f"'\"{self.core}%s \\ & {{}} größe"

    def forms(self) -> set[str]:
        """Parts of a text that only this password can have left."""
        shifted = (base64.b64encode(b"." * shift + self.core.encode()).decode() for shift in range(3))
        return {self.core, self.core.encode().hex(), *(text[4:-4] for text in shifted)}

    def is_in(self, text: str) -> bool:
        """Whether a trace of it is there."""
        return any(form in text for form in self.forms())


def places(client: KubernetesClient, namespace: str, holders: set[str]) -> Iterator[tuple[str, str]]:
    """Title and text: each object of every kind that can be listed, and each container's log in the namespace.

    `holders`: the namespace's Secrets that must have them.
    """
    for line in kubectl("api-resources", "--verbs=list", "--no-headers").splitlines():
        *_, api_version, _namespaced, kind = line.split()
        for obj in client.list(api_version, kind):
            if not (kind == "Secret" and _name(obj) in {f"{namespace}/{name}" for name in holders}):
                yield f"{kind} {_name(obj)}", json.dumps(obj)
    for place in (namespace, "argo"):
        for pod in client.list("v1", "Pod", place):
            yield f"log of {_name(pod)}", _logs(place, pod)


def found(client: KubernetesClient, namespace: str, holders: set[str], *canaries: Canary) -> list[str]:
    """Where one of them is that must not be there."""
    seen = list(places(client, namespace, holders))
    assert len(seen) > len(canaries)
    return [title for title, text in seen if any(canary.is_in(text) for canary in canaries)]


def _logs(namespace: str, pod: Object) -> str:
    containers = [*pod["spec"]["containers"], *pod["spec"].get("initContainers", [])]
    arguments = ["-n", namespace, "logs", pod["metadata"]["name"], "--container"]
    return "\n".join(kubectl(*arguments, one["name"], check=False) for one in containers)


def _name(obj: Object) -> str:
    metadata = obj["metadata"]
    return f"{metadata.get('namespace', '')}/{metadata['name']}"
