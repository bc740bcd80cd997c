"""Step 6: the sealed Secrets into the namespace, then one commit into the repository."""

from __future__ import annotations

import json

from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.plan import commit_message
from tutor_launchpad.core.results import Status
from tutor_launchpad.steps.check import owner_problems
from tutor_launchpad.steps.deployment import Deployment
from tutor_launchpad.steps.secrets import apply_secrets, drop_old_secrets


def run_record(deployment: Deployment) -> tuple[Status, str]:
    """Publish the record. The Secrets come first, so that no revision ever names one that is not there."""
    assert deployment.record is not None
    assert deployment.sealed is not None
    secrets = deployment.sealed.secrets
    applied = 0
    if deployment.cluster is not None:
        applied = apply_secrets(deployment.cluster, deployment.settings.instance, secrets)
    else:
        deployment.remaining.append(f"apply {len(secrets)} sealed Secrets to namespace {deployment.settings.instance}")

    def allowed(parent: str) -> None:
        about = deployment.repository.files(deployment.settings.folder, parent).get("launchpad.json")
        problems = owner_problems(deployment, str(json.loads(about).get("id", ""))) if about else []
        if problems:
            raise Refused(problems)

    message = commit_message(deployment.settings.instance, deployment.changes)
    revision, new = deployment.repository.record(deployment.settings.folder, deployment.record.files, message, allowed)
    deployment.revision, deployment.changed = revision, new
    if new and deployment.cluster is not None:
        drop_old_secrets(deployment)
    secrets_text = f", {applied} Secrets applied" if applied else ""
    if not new:
        status = Status.DONE if applied else Status.UNCHANGED
        return status, f"nothing changed since {revision[:10]}{secrets_text}"
    return Status.DONE, f"{len(deployment.changes)} files in commit {revision[:10]}{secrets_text}"
