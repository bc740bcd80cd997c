"""What an update of a cluster repository means for data in the cloud, seen in the Terraform that the template gives."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tutor_launchpad.core.infrastructure.changes import DATA

_BLOCK = re.compile(r'^(resource|module) "([\w-]+)"(?: "([\w-]+)")? \{\n(.*?)^\}$', re.MULTILINE | re.DOTALL)
_MODULES = re.compile(r"^\s*source\s*=.*/modules/\w+/(rds|mongodb|database|s3|spaces)\?ref=", re.MULTILINE)
_BUCKETS = re.compile(r"^  buckets = \{\n(.*?)^  \}$", re.MULTILINE | re.DOTALL)
_ENTRY = re.compile(r'^\s+(\w+)\s*= "([^"]+)"$', re.MULTILINE)
_REGION = re.compile(r'^region\s*= "([^"]+)"$', re.MULTILINE)
_COMMENT = re.compile(r"^ *#.*\n", re.MULTILINE)


def data_at_risk(base: Mapping[str, bytes], new: Mapping[str, bytes]) -> tuple[str, ...]:
    """One sentence for each thing with data that an apply of the new Terraform would, or might, destroy or replace."""
    before, after = _holders(base), _holders(new)
    found = [f"{address} is no longer described: an apply would destroy it with its data." for address in before
             if address not in after]  # fmt: skip
    found += [f"{address} is described otherwise: an apply may replace it." for address, text in before.items()
              if after.get(address, text) != text]  # fmt: skip
    old, other = _region(base), _region(new)
    if old and other and old != other:
        found.append(f"The region becomes {other}: an apply would destroy all that is in {old}, and make it anew.")
    return tuple(found)


def _holders(files: Mapping[str, bytes]) -> dict[str, str]:
    """Address → description of each resource and module that holds data."""
    found: dict[str, str] = {}
    for path, content in files.items():
        if not (path.startswith("terraform/") and path.endswith(".tf")):
            continue
        text = content.decode()
        for kind, first, second, body in _BLOCK.findall(text):
            if (kind == "resource" and first in DATA) or (kind == "module" and _MODULES.search(body)):
                address = f"{first}.{second}" if kind == "resource" else f"module.{first}"
                found[address] = _COMMENT.sub("", body)
        for entries in _BUCKETS.findall(text):
            found |= {f"bucket {name}": name for _, name in _ENTRY.findall(entries)}
    return found


def _region(files: Mapping[str, bytes]) -> str:
    match = _REGION.search(files.get("terraform/cluster.auto.tfvars", b"").decode())
    return match[1] if match else ""
