"""What to do about each parting: commands with the instance's own names, which docs/howto/move-data.md explains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tutor_launchpad.core.data.claims import PAGE, Claim
from tutor_launchpad.core.data.places import NAMESPACE, PODS, SERVER, Place

EXPLAINED = f"explained in {PAGE}"
BUCKET = "LAUNCHPAD_S3_BUCKET"
_BELOW = {"MINIO_OPENEDX_LEARNING_BUCKET_NAME": "/openedx-learning"}
"""Buckets of the plugin minio whose files lie below a prefix of the one bucket of a storage server."""


def move(instance: str, resource: str, before: Place, after: Place) -> tuple[str, ...]:
    """From one place to another."""
    commands = {"mysql": _mysql, "mongodb": _mongodb, "storage": _storage, "meilisearch": _reindex}.get(resource)
    return (*(commands(instance, before, after) if commands else ()), EXPLAINED)


def renamed(instance: str, resource: str, setting: str, before: Place, after: Place) -> tuple[str, ...]:
    """Another name in the same place."""
    kept = {setting: (before.names or {})[setting]}
    return move(instance, resource, replace(before, names=kept), after)


def other_user(setting: str, name: str) -> tuple[str, ...]:
    """Another user of the same data, which need not move."""
    return (f"keep it: tutor config save --set {setting}={name}", EXPLAINED)


def rename(old: str, new: str) -> tuple[str, ...]:
    """Another name of the instance."""
    return (
        f"go on under the old name: tutor config save --set K8S_NAMESPACE={old}",
        f"or move: save the data of {old}; kubectl -n argocd delete application,appproject {old}; "
        f"kubectl -n {old} delete ingress --all; deploy {new}; load the data",
        "or, where this root is a copy that is to be an instance of its own: tutor config save --unset ID",
        EXPLAINED,
    )


def claim(instance: str, gone: Claim) -> tuple[str, ...]:
    """A claim that nothing names any more."""
    return (f"delete it for good, once nobody needs it: kubectl -n {instance} delete pvc {gone}",)


def _reindex(instance: str, before: Place, after: Place) -> Iterator[str]:
    for command in ("reindex_studio", "reindex_course --active"):
        yield f"after the deploy: kubectl -n {instance} exec deploy/cms -- ./manage.py cms {command}"


def _mysql(instance: str, before: Place, after: Place) -> Iterator[str]:
    dump, load = "mysqldump --single-transaction --no-tablespaces", "mysql"
    for setting, old in (before.names or {}).items():
        new = (after.names or {}).get(setting)
        if new:
            yield f"dump: {_sql(instance, before, dump)} {_quoted(before, old)} > {old}.sql"
            yield f"load: {_sql(instance, after, load)} {_quoted(after, new)} < {old}.sql"


def _sql(instance: str, place: Place, program: str) -> str:
    """A client's command up to the database; passwords come by its environment."""
    if place.at == NAMESPACE:
        in_pod = f'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" exec {program} --user=root'
        return f"kubectl -n {instance} exec -i deploy/mysql -- sh -c '{in_pod}"
    host, _, port = place.address.rpartition(":")
    user = place.users.get("OPENEDX_MYSQL_USERNAME", "USER")
    password = "$(tutor config printvalue OPENEDX_MYSQL_PASSWORD)"
    return f'MYSQL_PWD="{password}" {program} --host={host} --port={port} --user={user}'


def _quoted(place: Place, database: str) -> str:
    """The database, and in a pod the end of the shell's command."""
    return f"{database}'" if place.at == NAMESPACE else database


def _mongodb(instance: str, before: Place, after: Place) -> Iterator[str]:
    for setting, old in (before.names or {}).items():
        new = (after.names or {}).get(setting)
        names = f" --nsFrom='{old}.*' --nsTo='{new}.*'" if old != new else ""
        if new:
            yield f"dump: {_mongo(instance, before, 'mongodump')} --db={old} --archive > {old}.archive"
            yield f"load: {_mongo(instance, after, 'mongorestore')} --drop{names} --archive < {old}.archive"


def _mongo(instance: str, place: Place, program: str) -> str:
    if place.at == NAMESPACE:
        return f"kubectl -n {instance} exec -i deploy/mongodb -- {program}"
    host, _, port = place.address.rpartition(":")
    key = "LAUNCHPAD_MONGODB_PASSWORD" if place.at == SERVER else "MONGODB_PASSWORD"
    user = place.users.get("MONGODB_USERNAME", "USER")
    password = f'<(printf \'password: "%s"\\n\' "$(tutor config printvalue {key})")'
    return f"{program} --host={host} --port={port} --username={user} --authenticationDatabase=admin --config={password}"


def _storage(instance: str, before: Place, after: Place) -> Iterator[str]:
    """`old` and `new` are remotes of rclone, which the page sets up."""
    if before.at == PODS:
        for service in ("lms", "cms"):
            yield f"save: kubectl -n {instance} exec deploy/{service} -- tar -cf - -C /openedx/media . > {service}-media.tar"
        return
    new = (after.names or {}).get(BUCKET)
    for setting, old in (before.names or {}).items():
        target = new or (after.names or {}).get(setting)
        if target:
            yield f"copy: rclone copy old:{old} new:{target}{_BELOW.get(setting, '') if new else ''}"
        if target and new and setting == "MINIO_BUCKET_NAME":
            yield f"copy: rclone copy old:{old}/openedx/media/profile-images new:{target}/profile-images"
