"""The combinations of plugins that are rendered."""

from __future__ import annotations

from tutor_launchpad.core.resources import Server

ALL = "aspects credentials discovery forum indigo mfe minio notes xqueue"
COMMON = "credentials discovery forum indigo mfe notes xqueue"

# With what a plugin needs: Credentials links to Discovery and the MFEs, Indigo fills the slots of MFEs.
ALONE = {
    "none": "",
    "aspects": "aspects",
    "credentials": "credentials discovery mfe",
    "discovery": "discovery",
    "forum": "forum",
    "indigo": "indigo mfe",
    "mfe": "mfe",
    "minio": "minio",
    "notes": "notes",
    "xqueue": "xqueue",
}
# One changes what the other renders.
TOGETHER = {
    "discovery-minio": "discovery minio",
    "forum-notes": "forum mfe notes",
    "all": ALL,
}
COMBINATIONS = {**ALONE, **TOGETHER}

SERVERS = (
    Server("mongodb", "shared", "direct", {"host": "mongo.example.com", "port": 27018, "tls": True}),
    Server("mysql", "shared", "direct", {"host": "db.example.com", "port": 3307}),
    Server("storage", "shared", "minio", {"endpoint": "https://s3.example.com", "region": "eu-1"}),
)
ON_SERVERS = f"aspects {COMMON}"
