"""Secrets that no setting tells of: literal variables under a secret's name, what Secrets hold, private keys.

They are taken out where they stand anyway; here are those that are telling enough to be looked for elsewhere too.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence

from tutor_launchpad.core.pods import containers, pod_template
from tutor_launchpad.core.seal.arguments import holds_secret
from tutor_launchpad.core.seal.forms import private_keys
from tutor_launchpad.core.seal.scanning import texts
from tutor_launchpad.core.secrets import PEM, is_secret_name, is_weak, userinfo
from tutor_launchpad.core.types import Object

_SHORTEST = 8
_REGISTRIES = frozenset({".dockerconfigjson", ".dockercfg"})
# Paths, Python's dotted names and plain addresses: found elsewhere they give nothing away.
_TELLS_NOTHING = re.compile(r"(\.{0,2}/)?[A-Za-z_]+([./_-][A-Za-z_]+)+|[a-z+]+://[^@\s]*")


def discovered(objects: Sequence[Object]) -> dict[str, str]:
    """Where it stands → value."""
    found = {}
    for item in objects:
        where = f"{item['kind']}/{item['metadata']['name']}"
        for name, value in [*_variables(item), *(_data(item) if item["kind"] == "Secret" else ())]:
            if len(value.strip()) >= _SHORTEST and not is_weak(value) and not _TELLS_NOTHING.fullmatch(value):
                found[f"{where} {name}"] = value
        for path, text in texts(item):
            for key in private_keys(text):
                if key not in found.values():
                    found[f"{where} {path} (a private key)"] = key
    return found


def plain_data(item: Object, text_field: str, binary_field: str) -> dict[str, bytes]:
    """What a ConfigMap or a Secret holds, by key. Raises ValueError for what is no base64."""
    binary = {key: decoded(str(value)) for key, value in (item.get(binary_field) or {}).items()}
    return binary | {key: str(value).encode() for key, value in (item.get(text_field) or {}).items()}


def decoded(text: str) -> bytes:
    """The content of base64, in which Kubernetes allows line breaks and nothing else."""
    return base64.b64decode(re.sub(r"[\r\n]", "", text), validate=True)


def _variables(item: Object) -> Iterator[tuple[str, str]]:
    template = pod_template(item)
    for _, container in containers(template["spec"]) if template is not None else ():
        for entry in container.get("env") or []:
            value = entry.get("value")
            if isinstance(value, str) and "$(" not in value:
                if holds_secret(entry["name"], value):
                    yield f"env {entry['name']}", value
                for what, part in userinfo(value):
                    yield f"env {entry['name']} {what}", part


def _data(item: Object) -> Iterator[tuple[str, str]]:
    try:
        data = plain_data(item, "stringData", "data")
    except ValueError:
        return
    for key, value in data.items():
        text = value.decode(errors="replace")
        if is_secret_name(key) or key in _REGISTRIES or PEM.search(text):
            yield f"data {key}", text
