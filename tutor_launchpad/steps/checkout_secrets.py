"""Where a checkout takes the private settings from: `secrets.age`, or the Secret in the instance's namespace."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_launchpad.core.checkout import Recorded
from tutor_launchpad.core.errors import Forbidden, NotFound, Refused
from tutor_launchpad.core.instance import about_part
from tutor_launchpad.core.private import (
    AGE_FILE,
    SECRET_KEY,
    SECRET_LABEL,
    age_digest,
    read_private,
    seal_key,
    settings_secret,
)
from tutor_launchpad.core.types import Config, Object

if TYPE_CHECKING:
    from tutor_launchpad.adapters.kubernetes import Cluster

HELP = 'docs/howto/recovery.md, "The Tutor root is lost"'


@dataclass(frozen=True)
class Identity:
    """The file that opens `secrets.age`: its name for messages, and its content."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Private:
    """Private settings and, for people, where they came from."""

    settings: Config
    source: str


def from_age(recorded: Recorded, identity: Identity, place: str) -> Private:
    """The settings in `secrets.age`, which must be the file that `launchpad.json` was written with."""
    from tutor_launchpad.adapters.age import decrypt

    if not recorded.age:
        raise Refused([
            f"{place} has no {AGE_FILE}: no deploy had LAUNCHPAD_AGE_RECIPIENTS set. Leave --identity out to read the "
            "settings from the cluster."
        ])  # fmt: skip
    settings = read_private(decrypt(recorded.age, identity.content, identity.name, f"{place}/{AGE_FILE}"))
    age = about_part(recorded.about, "age")
    recipients = age.get("recipients")
    if settings is not None and isinstance(recipients, list):
        key = seal_key({**recorded.public, **settings})
        if age_digest(settings, map(str, recipients), recorded.age, key) == age.get("digest"):
            return Private(settings, AGE_FILE)
    raise Refused([
        f"{place}/{AGE_FILE} is not the file that launchpad.json beside it was written with: somebody changed one of them. "
        "Restore both with Git, or check out an earlier --revision."
    ])  # fmt: skip


def from_cluster(recorded: Recorded, cluster: Cluster, place: str) -> Private:
    """The settings in the Secret that the revision names."""
    wanted, namespace = str(about_part(recorded.about, "private_settings").get("secret") or ""), recorded.name
    if not wanted:
        raise Refused([
            f"{place} was recorded by a Launchpad that kept no copy of the secret settings. What to do is in {HELP}."
        ])  # fmt: skip
    live = cluster.find("v1", "Secret", wanted, namespace)
    if live is None:
        raise NotFound(_absent(wanted, namespace, cluster))
    settings = _content(live)
    key = seal_key({**recorded.public, **(settings or {})})
    if settings is None or not key or settings_secret(settings, namespace, key)["metadata"]["name"] != wanted:
        raise Refused([
            f"Secret {namespace}/{wanted} in context {cluster.context!r} does not hold what it was made with: somebody "
            f"replaced it. Take the settings from {AGE_FILE} with --identity, or see {HELP}."
        ])  # fmt: skip
    return Private(settings, f"Secret {namespace}/{wanted}")


def _content(live: Object) -> Config | None:
    try:
        return read_private(base64.b64decode(str((live.get("data") or {}).get(SECRET_KEY, "")), validate=True))
    except binascii.Error:
        return None


def _absent(wanted: str, namespace: str, cluster: Cluster) -> str:
    """What to do where the Secret is not there; those of other revisions are named."""
    try:
        found = cluster.list("v1", "Secret", namespace, labels=f"{SECRET_LABEL}=true")
    except Forbidden:
        found = []
    others = ", ".join(sorted(str(item["metadata"]["name"]) for item in found))
    there = (
        f"it has those of other revisions ({others})"
        if others
        else "no deploy has reached it, or it is another cluster"
    )
    return (
        f"Namespace {namespace} of context {cluster.context!r} has no Secret {wanted}, which holds the secret settings of "
        f"this revision: {there}. Give --context for the cluster where the instance runs, --identity to open {AGE_FILE}, or "
        f"--revision for another commit; else see {HELP}."
    )


def nowhere(recorded: Recorded, place: str) -> Refused:
    """Why there are no secret settings without an identity and without a cluster."""
    if recorded.age:
        return Refused([
            f"The secret settings are in {place}/{AGE_FILE}, which is encrypted: give --identity with the file of one of its "
            "recipients, or --context to read them from the cluster."
        ])  # fmt: skip
    return Refused([
        f"{place} has no {AGE_FILE}, and there is no cluster to read the secret settings from: give --context. Where both "
        f"are lost, {HELP} tells what that means, and --without-secrets makes the root all the same."
    ])  # fmt: skip
