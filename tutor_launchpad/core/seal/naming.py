"""Names of sealed Secrets: readable, and by a keyed hash of their content.

A plain hash in a public name would let an 8-character password be guessed; without the key this one tells nothing.
The namespace is part of it, so that not even roots copied with their key show which secrets they share.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping

from tutor_launchpad.core.types import Object

# Kustomize maps a hexadecimal digest to this alphabet, so that it spells no words.
_KUSTOMIZE_SUFFIX = re.compile(r"-[2456789bcdfghkmt]{10}$")
_LONGEST = 63 - 17


def plain_name(name: str) -> str:
    """The name without the suffix that kustomize's generators append."""
    return _KUSTOMIZE_SUFFIX.sub("", name)


def sealed_secret(
    name: str, namespace: str, key: str, data: Mapping[str, str], base: Object | None = None, identity: object = None
) -> Object:
    """An immutable Secret; `data`: key → base64. Type and labels are those of `base`.

    Its name tells its content apart, or `identity` in place of that.
    """
    base = base or {}
    kind = base.get("type", "Opaque")
    told = dict(sorted(data.items())) if identity is None else identity
    content = json.dumps([namespace, name, kind, told], sort_keys=True).encode()
    digest = hmac.new(key.encode(), content, hashlib.sha256).hexdigest()[:16]
    metadata: Object = {"name": f"{name[:_LONGEST].rstrip('-.')}-{digest}", "namespace": namespace}
    labels = base.get("metadata", {}).get("labels")
    if labels:
        metadata["labels"] = dict(labels)
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata,
        "type": kind,
        "immutable": True,
        "data": dict(sorted(data.items())),
    }


def encode(text: str) -> str:
    """Base64, as a Secret's data has it."""
    return base64.b64encode(text.encode()).decode()
