"""Takes ConfigMaps that hold a secret, and Secrets, out of the objects."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field

from tutor_launchpad.core.pods import containers, pod_template
from tutor_launchpad.core.seal.arguments import add_references, seal_container
from tutor_launchpad.core.seal.discovery import decoded, plain_data
from tutor_launchpad.core.seal.finder import Finder
from tutor_launchpad.core.seal.forms import digests
from tutor_launchpad.core.seal.naming import plain_name, sealed_secret
from tutor_launchpad.core.seal.references import Renamed
from tutor_launchpad.core.types import Object

ARGUMENTS = "sealed-arguments"
_OWN_SECRET_TYPES = ("kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token")


@dataclass
class Vault:
    """What is taken out of the objects of one instance."""

    key: str
    namespace: str
    finder: Finder
    secrets: dict[str, Object] = field(default_factory=dict)
    masked: dict[str, dict[str, str]] = field(default_factory=dict)
    renamed: Renamed = field(default_factory=lambda: Renamed({}, {}))
    digests: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def take(self, item: Object) -> bool:
        """Whether the object was taken: a Secret, or a ConfigMap that holds a secret."""
        kind, metadata = item["kind"], item["metadata"]
        if kind not in ("ConfigMap", "Secret") or item.get("apiVersion") != "v1":
            return False
        place = f"{kind}/{metadata['name']}"
        fields = ("data", "binaryData") if kind == "ConfigMap" else ("stringData", "data")
        try:
            data = plain_data(item, *fields)
        except ValueError:
            self.problems.append(f"{place}: {fields[1]} is no valid base64.")
            return True
        if kind == "ConfigMap" and not any(self.finder.found_in(v.decode(errors="replace")) for v in data.values()):
            return False
        self.problems += self._taking_problems(item, place, data)
        self._keep_object(item, data)
        return True

    def take_arguments(self, item: Object) -> None:
        """Seal the containers of a workload. Their Secrets' names tell nothing of it: init jobs are renamed later."""
        template = pod_template(item)
        for path, container in containers(template["spec"]) if template is not None else ():
            taken = seal_container(container, f"{item['kind']}/{item['metadata']['name']} {path}", self.finder)
            self.problems += taken.problems
            if taken.values:
                add_references(container, list(taken.values), self._keep(ARGUMENTS, taken.data, {}))

    def _taking_problems(self, item: Object, place: str, data: dict[str, bytes]) -> list[str]:
        problems = []
        namespace = item["metadata"].get("namespace", self.namespace)
        if namespace != self.namespace:
            problems.append(f"{place} holds secrets but is in namespace {namespace}, not in {self.namespace}.")
        if item.get("type") in _OWN_SECRET_TYPES:
            problems.append(f"{place}: Kubernetes fills in a Secret of type {item['type']}: leave it out.")
        for setting in sorted({setting for key in data for setting in self.finder.settings(key)}):
            problems.append(f"{place} has a key that contains the value of setting {setting}: rename it.")
        plain = plain_name(item["metadata"]["name"])
        if item["kind"] == "ConfigMap" and plain in self.masked:
            problems.append(f"{place}: another ConfigMap that holds secrets has the name {plain} too: rename one.")
        return problems

    def _keep_object(self, item: Object, data: dict[str, bytes]) -> None:
        name, plain = item["metadata"]["name"], plain_name(item["metadata"]["name"])
        base = {"metadata": item["metadata"], "type": item.get("type", "Opaque")}
        encoded = {key: base64.b64encode(value).decode() for key, value in data.items()}
        is_map = item["kind"] == "ConfigMap"
        names = self.renamed.maps if is_map else self.renamed.secrets
        names[name] = self._keep(plain, encoded, base)
        for key, value in data.items():
            where = f"the content of {plain}/{key}"
            self.digests |= dict.fromkeys(digests(value), where)
        if name != plain:
            self.digests[name[len(plain) + 1 :]] = f"the content of {plain}"
        if is_map:
            self.masked[plain] = {key: self._shown(key, data[key]) for key in sorted(data)}

    def _shown(self, key: str, value: bytes) -> str:
        try:
            return self.finder.replace(value.decode())
        except UnicodeDecodeError:
            return f"({len(value)} bytes that are no text)\n"

    def _keep(self, name: str, data: dict[str, str], base: Object) -> str:
        secret = sealed_secret(name, self.namespace, self.key, data, base)
        sealed_name: str = secret["metadata"]["name"]
        self.secrets[sealed_name] = secret
        return sealed_name


def all_data(objects: Sequence[Object]) -> str:
    """What ConfigMaps hold in base64, as text."""
    texts = []
    for item in objects:
        for blob in (item.get("binaryData") or {}).values() if item["kind"] == "ConfigMap" else ():
            try:
                texts.append(decoded(str(blob)).decode(errors="replace"))
            except ValueError:
                continue
    return "\0".join(texts)
