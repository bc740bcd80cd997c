"""The last copy of a database is in the form of `mongodump --gzip`, which `mongorestore` brings back."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import bson
import pytest
from launchpad_workflows.requests import MongoDB

from tests.integration.conftest import Runner
from tests.integration.copies import Copies, copies
from tests.integration.mongodb.conftest import Admin

__all__ = ["copies"]
DOCUMENTS = [
    {"_id": number, "text": "größe", "when": datetime(2020, 1, 1), "raw": b"\x00\xff", "deep": {"list": [1, 2.5, None]}}
    for number in range(300)
]


@pytest.fixture
def dumped(runner: Runner, resource: MongoDB, admin: Admin, copies: Copies, tmp_path: Path) -> Path:
    runner.run(resource, "new")
    structures = admin[resource.databases[0]]["modulestore.structures"]
    structures.insert_many(DOCUMENTS)
    structures.create_index("text", name="by_text")
    assert (
        runner.run(resource, operation="deprovision", stores=copies.stores, delete_data=True, dump=copies.dump).status
        == "removed"
    )
    return copies.fetch(tmp_path) / "mongodb-main"


def test_files_hold_all_documents_and_the_indexes(resource: MongoDB, dumped: Path) -> None:
    folder = dumped / resource.databases[0]

    documents = bson.decode_all(gzip.decompress((folder / "modulestore.structures.bson.gz").read_bytes()))
    described = json.loads(gzip.decompress((folder / "modulestore.structures.metadata.json.gz").read_bytes()))

    assert documents == DOCUMENTS
    assert [index["name"] for index in described["indexes"]] == ["_id_", "by_text"]
    assert (described["collectionName"], described["type"]) == ("modulestore.structures", "collection")


def test_own_tool_restores_it(runner: Runner, resource: MongoDB, admin: Admin, dumped: Path) -> None:
    """Without indexes, as FerretDB refuses the option `ns` that the tool adds for it."""
    program = shutil.which("mongorestore")
    if program is None:
        pytest.skip("mongorestore is not in PATH: nothing to restore with")
    user, password = runner.server.administrator
    config = dumped.parent / "config.yaml"
    config.write_text(f"password: {json.dumps(password)}\n")
    where = [f"--host={runner.server.host}", f"--port={runner.server.port}", f"--username={user}", f"--config={config}"]

    subprocess.run(
        [program, *where, "--gzip", "--noIndexRestore", f"--dir={dumped}"], check=True, capture_output=True, text=True
    )

    restored = admin[resource.databases[0]]["modulestore.structures"]
    assert list(restored.find(sort=[("_id", 1)])) == DOCUMENTS
