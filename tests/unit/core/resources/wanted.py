"""An instance as its root describes it, and servers that it may use."""

from __future__ import annotations

from tutor_launchpad.core.databases import own_databases
from tutor_launchpad.core.resources import (
    Server,
    Wanted,
)
from tutor_launchpad.core.types import Config

MYSQL = Server("mysql", "main", "direct", {"host": "db.example.com", "port": 3306})
MONGODB = Server("mongodb", "main", "direct", {"host": "mongo.example.com", "port": 27017})
STORAGE = Server("storage", "main", "minio", {"endpoint": "https://s3.example.com"})

# As Tutor and the plugins drydock, forum, notes and minio give them, before rendering.
TEMPLATES: Config = {
    "OPENEDX_MYSQL_DATABASE": "openedx",
    "OPENEDX_MYSQL_USERNAME": "openedx",
    "OPENEDX_MYSQL_PASSWORD": "{{ 8|random_string }}",
    "NOTES_MYSQL_DATABASE": "notes",
    "NOTES_MYSQL_USERNAME": "notes",
    "NOTES_MYSQL_PASSWORD": "{{ 8|random_string }}",
    "HALF_MYSQL_DATABASE": "half",
    "MONGODB_DATABASE": "openedx",
    "MONGODB_USERNAME": "",
    "MONGODB_PASSWORD": "",
    "FORUM_MONGODB_DATABASE": "cs_comments_service",
    "OPENEDX_AWS_ACCESS_KEY": "openedx",
    "OPENEDX_AWS_SECRET_ACCESS_KEY": "",
    "LAUNCHPAD_S3_BUCKET": "",
}
RENDERED: Config = {
    **TEMPLATES,
    "OPENEDX_MYSQL_PASSWORD": "pw-openedx",
    "NOTES_MYSQL_PASSWORD": "pw-notes",
    "LAUNCHPAD_MONGODB_PASSWORD": "pw-mongodb",
    "LAUNCHPAD_STORAGE_SECRET_KEY": "pw-storage",
}
# What Tutor itself writes into config.yml: overrides of plugins and what it generates.
WRITTEN: Config = {
    "FORUM_MONGODB_DATABASE": "cs_comments_service",
    "OPENEDX_AWS_ACCESS_KEY": "openedx",
    "OPENEDX_MYSQL_PASSWORD": "pw-openedx",
}


def wanted(instance: str = "moon", **chosen: object) -> Wanted:
    """An instance of which somebody chose these settings."""
    config = {**RENDERED, **chosen}
    return Wanted(instance, config, {**WRITTEN, **chosen}, TEMPLATES, tuple(own_databases(config)))
