"""Step 6: the sealed Secrets into the namespace, then one commit into the repository."""

from __future__ import annotations

from dataclasses import replace

from tutor_launchpad.core.errors import Conflict, Forbidden
from tutor_launchpad.core.instance import ABOUT
from tutor_launchpad.core.plan import commit_message
from tutor_launchpad.core.results import Status
from tutor_launchpad.steps.check import owner_problems
from tutor_launchpad.steps.data import places
from tutor_launchpad.steps.deployment import Deployment
from tutor_launchpad.steps.memory import Memory, keep
from tutor_launchpad.steps.secrets import apply_secrets, drop_old_secrets


def run_record(deployment: Deployment) -> tuple[Status, str]:
    """Publish the record. The Secrets come first, so that no revision ever names one that is not there."""
    assert deployment.record is not None
    applied = _apply(deployment)
    memory = Memory(
        str(deployment.config["ID"]), deployment.settings.instance, places(deployment), deployment.memory.revision
    )
    keep(deployment.root, memory)
    message = commit_message(deployment.settings.instance, deployment.changes)
    try:
        deployment.revision, deployment.changed = deployment.repository.record(
            deployment.settings.folder,
            deployment.record.files,
            message,
            allowed=lambda parent: _refuse_foreign(deployment, parent),
            checked=lambda: _apply(deployment, told=False),
        )
    except Forbidden as error:  # in the words of a server's hook, which may repeat what it has found
        raise Forbidden(deployment.mask(str(error)) if deployment.mask else str(error)) from None
    keep(deployment.root, replace(memory, revision=deployment.revision))
    if deployment.changed and deployment.cluster is not None:
        drop_old_secrets(deployment)
    if deployment.lock is not None:
        deployment.lock.release()
    short, more = deployment.revision[:10], f", {applied} Secrets applied" if applied else ""
    if deployment.changed:
        return Status.DONE, f"{len(deployment.changes)} files in commit {short}{more}"
    return Status.DONE if applied else Status.UNCHANGED, f"nothing changed since {short}{more}"


def _apply(deployment: Deployment, told: bool = True) -> int:
    """Apply the Secrets that are missing: another run may have dropped one that no revision names yet."""
    assert deployment.sealed is not None
    secrets = deployment.sealed.secrets
    if deployment.cluster is not None:
        return apply_secrets(deployment.cluster, deployment.settings.instance, secrets, deployment.progress.say)
    if told:
        deployment.remaining.append(f"apply {len(secrets)} sealed Secrets to namespace {deployment.settings.instance}")
    return 0


def _refuse_foreign(deployment: Deployment, parent: str) -> None:
    about = deployment.repository.files(deployment.settings.folder, parent).get(ABOUT)
    problems = owner_problems(deployment, about) if about else []
    if problems:
        raise Conflict(" ".join(problems))
