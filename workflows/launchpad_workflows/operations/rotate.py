"""rotate: other passwords without a moment in which the instance cannot log in, in two steps.

`prepare` lets the next password in beside the present one: as a second password of the same user where the server has
such a thing, else by a second user (a *generation*). The caller then has the instance use what the outcome says.
`retire` shuts the former one out. Either may be repeated after it was stopped anywhere.
"""

from __future__ import annotations

from typing import Any

from launchpad_workflows.errors import ProvisioningError, Refused, Unavailable
from launchpad_workflows.items import Item
from launchpad_workflows.operations.convergence import converge, look_at, stranger
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.provisioners.base import Provisioner
from launchpad_workflows.report import Report, keys
from launchpad_workflows.requests import Request


def rotate(request: Request, provisioner: Provisioner[Any]) -> Outcome:
    """One of the two steps."""
    if not (provisioner.makes and _access(provisioner)):
        place = f"{provisioner.resource.resource}/{provisioner.resource.server}"
        raise Refused(
            f"Launchpad made no user of this instance on {place}: change its password where it was made, then the setting."
        )
    return _prepare(provisioner) if request.step == "prepare" else _retire(provisioner)


def _prepare(provisioner: Provisioner[Any]) -> Outcome:
    report = Report(provisioner.context.say)
    with provisioner.administering():
        in_place = provisioner.rotates_in_place()
        following = provisioner.following(in_place=in_place)
        if in_place:
            for item in _access(provisioner):
                provisioner.add_password(item, following)
                report.note(f"the next password of {item.kind} {item.name} is let in beside the present one")
    if not in_place:
        with following.administering():
            converge(following, _access(following), report)
    following.try_out(report)
    return report.outcome(following.resource, status="prepared", made=keys(_access(following)))


def _retire(provisioner: Provisioner[Any]) -> Outcome:
    report = Report(provisioner.context.say)
    try:
        provisioner.try_out(report)
    except ProvisioningError as error:
        kind = Unavailable if isinstance(error, Unavailable) else Refused
        raise kind(f"The former password was kept, as the present one does not work: {error}") from error
    former = provisioner.resource.other_generation().items()
    with provisioner.administering():
        if provisioner.rotates_in_place():
            for item in _access(provisioner):
                provisioner.discard_password(item)
                report.note(f"the former password of {item.kind} {item.name} is shut out")
        found = look_at(provisioner, [item for item in former if item.kind in provisioner.access])
        for item, state in found.items():
            if state.exists and not stranger(provisioner, item, state):
                _retire_user(provisioner, item)
                report.note(f"removed {item.kind} {item.name}")
    return report.outcome(provisioner.resource, status="retired", released=keys(found))


def _retire_user(provisioner: Provisioner[Any], item: Item) -> None:
    if needed := provisioner.needed_for(item):
        raise Refused(f"{item.kind.capitalize()} {item.name} was kept, as {needed} would stop to work without it.")
    provisioner.remove(item)
    provisioner.end_sessions(item)
    if provisioner.look(item).exists:
        raise Refused(f"{item.kind.capitalize()} {item.name} is still there after its removal.")


def _access(provisioner: Provisioner[Any]) -> list[Item]:
    return [item for item in provisioner.resource.items() if item.kind in provisioner.access]
