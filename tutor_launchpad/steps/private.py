"""The encrypted copy of the private settings in the instance's folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tutor_launchpad.core.instance import ABOUT, Record, about_part, read_about, with_file
from tutor_launchpad.core.private import AGE_FILE, age_digest, private_text, seal_key

if TYPE_CHECKING:
    from tutor_launchpad.steps.deployment import Deployment


def add_age_file(deployment: Deployment, before: Mapping[str, bytes]) -> Record:
    """The record with `secrets.age`; without recipients as it is.

    age is random at every run, so the file stays as it is in Git (`before`) as long as its digest does.
    """
    from tutor_launchpad.adapters.age import encrypt

    assert deployment.record is not None
    recipients = deployment.settings.age_recipients
    if not recipients:
        return deployment.record
    private, key = deployment.private, seal_key(deployment.loaded.user, deployment.settings.seal_key)
    encrypted = before.get(AGE_FILE, b"")
    recorded = about_part(read_about(before.get(ABOUT, b"")), "age").get("digest")
    digest = age_digest(private, recipients, encrypted, key)
    if digest != recorded:
        encrypted = encrypt(private_text(private), recipients)
        digest = age_digest(private, recipients, encrypted, key)
    return with_file(
        deployment.record, AGE_FILE, encrypted, {"age": {"digest": digest, "recipients": sorted(recipients)}}
    )
