"""Sealing: rendered objects with every secret moved out to Secrets that Git only names. Pure; see docs/explanation/sealing.md."""

from __future__ import annotations

import base64
import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.pods import containers, pod_template
from tutor_launchpad.core.seal.arguments import add_references, seal_container
from tutor_launchpad.core.seal.forms import SHORTEST, Finder, Forms, Mask
from tutor_launchpad.core.seal.naming import encode, plain_name, sealed_secret
from tutor_launchpad.core.seal.references import Renamed, rewrite
from tutor_launchpad.core.seal.scanning import joined, object_problems, scan, short_secrets, texts
from tutor_launchpad.core.types import Object

__all__ = ["Mask", "Sealed", "scan", "seal"]

ARGUMENTS = "sealed-arguments"


@dataclass(frozen=True)
class Sealed:
    """`public` may be committed; `secrets` are immutable and applied to the namespace; `masked` shows what they hold.

    `masked`: a sealed map's plain name → file → text with `«SETTING»` in place of each secret.
    """

    public: tuple[Object, ...]
    secrets: tuple[Object, ...]
    masked: Mapping[str, Mapping[str, str]]


def seal(objects: Sequence[Object], secrets: Mapping[str, str], key: str, namespace: str) -> Sealed:
    """Seal the objects of one instance. `secrets`: setting → value; `key`: what the Secrets' names are hashed with.

    Raises `Refused` with every place from which a secret cannot be moved.
    """
    problems = short_secrets(secrets)
    forms = Forms({name: value for name, value in secrets.items() if len(value.strip()) >= SHORTEST})
    finder = Finder.narrowed(forms, joined(objects) + "\0" + _decoded(objects))
    vault = _Vault(key, namespace, finder)
    public = [copy.deepcopy(item) for item in objects if not vault.take(item)]
    for item in public:
        rewrite(item, vault.renamed)
        problems += vault.take_arguments(item)
    problems += _dangling(public, vault.renamed)
    problems += object_problems(public, forms)
    if problems:
        raise Refused(problems)
    return Sealed(tuple(public), tuple(vault.secrets.values()), vault.masked)


class _Vault:
    """Collects what is taken out of the objects."""

    def __init__(self, key: str, namespace: str, finder: Finder) -> None:
        self.key, self.namespace, self.finder = key, namespace, finder
        self.secrets: dict[str, Object] = {}
        self.masked: dict[str, dict[str, str]] = {}
        self._maps: dict[str, str] = {}
        self._secrets: dict[str, str] = {}

    @property
    def renamed(self) -> Renamed:
        return Renamed(self._maps, self._secrets)

    def take(self, item: Object) -> bool:
        """Whether the object was taken: a Secret, or a ConfigMap that holds a secret."""
        kind, name = item["kind"], item["metadata"]["name"]
        if kind == "Secret":
            data = {**(item.get("data") or {}), **{k: encode(v) for k, v in (item.get("stringData") or {}).items()}}
            self._secrets[name] = self._keep(plain_name(name), data, item)
            return True
        if kind != "ConfigMap" or not self._holds_secret(item):
            return False
        data = {**(item.get("binaryData") or {}), **{k: encode(v) for k, v in (item.get("data") or {}).items()}}
        self._maps[name] = self._keep(plain_name(name), data, item)
        shown = {file: self.finder.replace(text) for file, text in (item.get("data") or {}).items()}
        self.masked[plain_name(name)] = shown
        return True

    def take_arguments(self, item: Object) -> list[str]:
        """Seal the containers of a workload; its Secret's name tells nothing of the workload, which may be renamed."""
        template = pod_template(item)
        problems: list[str] = []
        for path, container in containers(template["spec"]) if template is not None else ():
            taken = seal_container(container, f"{item['kind']}/{item['metadata']['name']} {path}", self.finder)
            problems += taken.problems
            if taken.values:
                secret = self._keep(ARGUMENTS, taken.data, {})
                add_references(container, list(taken.values), secret)
        return problems

    def _holds_secret(self, item: Object) -> bool:
        text = joined([{"data": item.get("data") or {}}]) + "\0" + _decoded([item])
        return any(True for _ in self.finder.matches(text))

    def _keep(self, name: str, data: dict[str, str], base: Object) -> str:
        secret = sealed_secret(name, self.namespace, self.key, data, base if base.get("kind") == "Secret" else {
            "metadata": base.get("metadata", {})
        })  # fmt: skip
        sealed_name: str = secret["metadata"]["name"]
        self.secrets[sealed_name] = secret
        return sealed_name


def _decoded(objects: Sequence[Object]) -> str:
    """What ConfigMaps hold in base64, as text."""
    blobs = (
        blob for item in objects if item["kind"] == "ConfigMap" for blob in (item.get("binaryData") or {}).values()
    )
    return "\0".join(base64.b64decode(blob).decode(errors="replace") for blob in blobs)


def _dangling(public: Sequence[Object], renamed: Renamed) -> list[str]:
    """Places that still name a sealed object, where no rule of ours can follow."""
    gone = {*renamed.maps, *renamed.secrets}
    return [
        f"{item['kind']}/{item['metadata']['name']} {path} refers to {text}, which holds secrets and has been sealed: "
        "Launchpad cannot rewrite a reference there; mount it in a pod instead."
        for item in public
        for path, text in texts(item)
        if text in gone
    ]
