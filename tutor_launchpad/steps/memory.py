"""What a Tutor root keeps of its last deploy, for when neither the repository nor the cluster can tell any more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tutor_launchpad.adapters.files import OWN, make_own_folder, write_file
from tutor_launchpad.core.data.places import Place, from_record, to_record
from tutor_launchpad.core.errors import LaunchpadError

FILE = OWN / "instance.json"


@dataclass(frozen=True)
class Memory:
    """Under which name and with which data this root was deployed last, or checked out; empty before.

    `revision`: the commit that the root's settings stand in.
    """

    root_id: str = ""
    instance: str = ""
    places: Mapping[str, Place] = field(default_factory=dict)
    revision: str = ""


def recall(root: Path, root_id: str) -> Memory:
    """The last deploy of this root; empty too where the file came along with a copy of another root."""
    path = root / FILE
    if not path.exists():
        return Memory()
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        places, revision = from_record(content.get("data")), str(content.get("revision", ""))
        memory = Memory(str(content["id"]), str(content["instance"]), places, revision)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LaunchpadError(
            f"{path} is not readable: delete it; a deploy then knows only what the repository tells."
        ) from error
    return memory if memory.root_id == root_id else Memory()


def keep(root: Path, memory: Memory) -> None:
    """Keep it for the next deploy."""
    path = make_own_folder(root) / FILE.name
    named = {"id": memory.root_id, "instance": memory.instance, "revision": memory.revision}
    text = json.dumps({**named, "data": to_record(memory.places)}, indent=2) + "\n"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write_file(path, text)
