"""A database as a folder of `mongodump --gzip`, which `mongorestore --gzip --dir` restores.

Written here because the worker's image holds no client programs. Documents go through as the server sends them, without
being read (github.com/mongodb/mongo-tools, mongodump).
"""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import quote

from bson import json_util
from pymongo import MongoClient

from launchpad_workflows.errors import Refused
from launchpad_workflows.provisioners.base import Files, compressed
from launchpad_workflows.provisioners.mongodb.session import Document

_KINDS = {"collection", "view"}


def dump_database(client: MongoClient[Document], name: str, files: Files) -> None:
    """For each collection its documents and a description with its indexes; views have only the latter."""
    collections = [one for one in client[name].list_collections() if not one["name"].startswith("system.")]
    unknown = sorted(
        f"{one['name']} ({one.get('type')})" for one in collections if one.get("type", "collection") not in _KINDS
    )
    if unknown:
        raise Refused(f"Database {name} holds {unknown[0]}, which cannot be copied: dump it with your own tools.")
    for one in collections:
        place = f"{name}/{quote(one['name'], safe='')}"
        if one.get("type", "collection") == "collection":
            with compressed(files, f"{place}.bson.gz") as file:
                for batch in client[name][one["name"]].find_raw_batches(sort=[("_id", 1)]):
                    file.write(cast("bytes", batch))
        with compressed(files, f"{place}.metadata.json.gz") as file:
            file.write(_describe(client, name, dict(one)).encode())


def _describe(client: MongoClient[Document], database: str, collection: Document) -> str:
    kind = collection.get("type", "collection")
    described: dict[str, Any] = {
        "options": collection.get("options", {}),
        "collectionName": collection["name"],
        "type": kind,
    }
    if kind == "collection":
        described["indexes"] = [dict(one) for one in client[database][collection["name"]].list_indexes()]
        identity = collection.get("info", {}).get("uuid")
        described |= {"uuid": identity.hex()} if identity is not None else {}
    return json_util.dumps(described, json_options=json_util.CANONICAL_JSON_OPTIONS)
