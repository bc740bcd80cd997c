"""What an operation on an instance's people has come to, as data and as text. Pure."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from launchpad_workflows.people.model import PeopleOutcome, PeopleRequest

LENGTH = 24
_CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "-_")


@dataclass(frozen=True)
class PeopleResult:
    """`place`: the workflow, or the pod. `password`: one that was generated and set; it stands nowhere else."""

    instance: str
    action: str
    username: str
    status: str
    details: tuple[str, ...]
    place: str
    password: str = ""
    people: tuple[dict[str, Any], ...] = ()
    more: int = 0


def generate_password() -> str:
    """One that usual rules for passwords take: it has letters of both cases, digits and signs."""
    while True:
        found = "".join(secrets.choice("".join(_CLASSES)) for _ in range(LENGTH))
        if all(any(character in one for character in found) for one in _CLASSES):
            return found


def result_of(instance: str, request: PeopleRequest, outcome: PeopleOutcome, place: str, password: str) -> PeopleResult:
    """`password`: that of the request; it is told where it was generated, and only if it is in use now."""
    return PeopleResult(
        instance,
        request.action,
        request.username,
        outcome.status,
        outcome.details,
        place,
        password if request.password == "generated" and outcome.password_set else "",
        tuple(one.model_dump(mode="json") for one in outcome.people),
        outcome.more,
    )


def describe_people(result: PeopleResult, request: PeopleRequest) -> Iterator[str]:
    """The result in words."""
    if result.action == "list":
        yield from _table(result)
        return
    words = {
        "unchanged": "is as it should be",
        "absent": "does not exist",
        "removed": "has no access any more",
        "deleted": "is deleted",
    }
    details = f": {'; '.join(result.details)}" if result.details else ""
    yield f"User {result.username} of instance {result.instance} {words.get(result.status, f'is {result.status}')}{details}."
    if result.password:
        yield f"Password, shown this once: {result.password}"
    elif request.password == "generated":
        yield "The password is the one it had: change it with --password-file."


def _table(result: PeopleResult) -> Iterator[str]:
    for one in result.people:
        rights = [word for word in ("staff", "superuser") if one[word]]
        notes = [] if one["active"] else ["not active"]
        notes += [] if one["password"] else ["no password"]
        seen = one["last_login"][:10] or "never"
        yield f"{one['username']:24} {one['email']:32} {' '.join(rights):16} {seen:10}  {', '.join(notes)}".rstrip()
    if result.more:
        yield f"{result.more} more were too many to tell."
    if not result.people:
        yield f"Nobody is staff or superuser of instance {result.instance}."


def describe_end(request: PeopleRequest, instance: str) -> str:
    """What will become of a user who is removed."""
    ends = f"User {request.username} of instance {instance} loses staff and superuser, password, sessions and access tokens"
    if request.delete:
        return f"{ends}, and the account is DELETED with its enrolments, grades and certificates."
    return f"{ends}; the account and what it has made stay."
