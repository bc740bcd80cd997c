"""What a deploy must not do unasked: part an instance from its data, undo what others have recorded, lock it out."""

from __future__ import annotations

from collections.abc import Iterator

from tutor_launchpad.core.data.partings import question
from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.overtaking import Overtaking, find_undone
from tutor_launchpad.steps.deployment import Deployment
from tutor_launchpad.steps.passwords import REMEDY, describe


def find_overtaking(deployment: Deployment) -> Overtaking | None:
    """The commit of another root, or of a person, that changed the instance since this root was deployed and would be undone."""
    assert deployment.record is not None
    repository, folder = deployment.repository, deployment.settings.folder
    known, head = deployment.memory.revision, repository.head
    if not head or not repository.commit(known):
        return None
    undone = find_undone(repository.files(folder, known), repository.files(folder, head), deployment.record.files)
    commit, when = repository.last_change(folder, since=known) if undone else ("", "")
    return Overtaking(deployment.settings.instance, commit, when, undone) if commit else None


def confirm(deployment: Deployment) -> None:
    """Ask where there is anything to ask; raises `Refused` where nobody says yes."""
    asked = list(_asked(deployment))
    if not asked or deployment.options.yes or deployment.options.dry_run:
        return
    text = "\n".join(what for what, _ in asked)
    if deployment.confirm is not None and deployment.confirm(f"{text}\nDeploy all the same?"):
        return
    ways = " ".join(way for _, way in asked)
    raise Refused([f"{text}\nNothing was changed. {ways}"])


def _asked(deployment: Deployment) -> Iterator[tuple[str, str]]:
    """What would happen, and what to do where that is not meant."""
    if deployment.overtaking is not None:
        yield (
            str(deployment.overtaking),
            f"{deployment.overtaking.remedy}; deploy with --yes to undo it.",
        )
    if deployment.replaced:
        yield (
            describe(deployment.settings.instance, deployment.replaced),
            f"{REMEDY}; deploy with --yes to set it all the same.",
        )
    if deployment.partings:
        yield (
            question(deployment.settings.instance, deployment.partings),
            "`tutor launchpad plan` shows the commands that move data; deploy with --yes once it is moved, or not needed.",
        )
