"""What an instance's user must be able to do, and what it must not."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pymongo import MongoClient

from launchpad_workflows.errors import NotIsolated, Refused
from launchpad_workflows.provisioners.base import NOT_ENFORCED, PROBE
from launchpad_workflows.provisioners.mongodb.session import Denied, Document, connected, translated
from launchpad_workflows.report import Report

if TYPE_CHECKING:
    from launchpad_workflows.provisioners.mongodb.provisioner import MongoDBProvisioner

Client = MongoClient[Document]


def use(own: Client, name: str, server: str) -> None:
    """A collection, from its first document to its removal."""
    probe = own[name][PROBE]
    probe.drop()
    probe.insert_one({"_id": 1, "text": "own"})
    found = probe.find_one({"_id": 1})
    probe.drop()
    if found is None or found["text"] != "own":
        raise Refused(f"{server} does not give back what was written to database {name}.")


def stay_out(owner: MongoDBProvisioner, user: str, password: str, report: Report) -> None:
    """Reads and writes where nobody is, and tries to administer.

    A user that gets in has a role too many, or the server enforces none. A probe without any role tells which.
    """
    done = _reached(owner, user, password)
    if not done:
        report.isolated = True
        report.note(f"user {user} can neither read nor write another database, nor make users")
    elif not owner.makes:
        report.note(f"isolation not verified: user {user} may {done}, or the server enforces no roles")
    elif _nobody_reaches(owner):
        report.note(NOT_ENFORCED)
    else:
        raise NotIsolated(
            f"User {user} of MongoDB server {owner.place} may {done}: take away the roles that it has beyond its own."
        )


def _reached(owner: MongoDBProvisioner, user: str, password: str) -> str:
    """The first thing that a user may do and should not; empty where there is none."""
    with connected(owner.place, user, password) as client:
        for what, attempt in _attempts(client, owner.resource.auth_source).items():
            try:
                with translated(owner.place, user):
                    attempt()
            except Denied:
                continue
            return what
    return ""


def _attempts(client: Client, source: str) -> dict[str, Callable[[], object]]:
    neighbour = client[f"{PROBE}_neighbour"]["probe"]
    return {
        "read another database": lambda: neighbour.find_one(),
        "write to another database": lambda: neighbour.delete_one({"_id": 1}),
        "see other users": lambda: client[source].command("usersInfo", 1),
    }


def _nobody_reaches(owner: MongoDBProvisioner) -> bool:
    """Whether the probe gets in too. Where the administrator may make none, the server does look at roles."""
    password = secrets.token_urlsafe(24)
    try:
        with owner.administering(), owner.probing(password) as name:
            return bool(_reached(owner, name, password))
    except Denied:
        return False


@contextmanager
def probing(owner: MongoDBProvisioner, password: str) -> Iterator[str]:
    """A user without any role, for a moment; one that a killed run left is used again."""
    name = f"{PROBE}_{owner.context.instance}"
    users = owner.admin[owner.resource.auth_source]
    with translated(owner.place, owner.administrator[0]):
        there = users.command("usersInfo", {"user": name, "db": owner.resource.auth_source})["users"]
        users.command("updateUser" if there else "createUser", name, pwd=password, roles=[])
    try:
        yield name
    finally:
        with translated(owner.place, owner.administrator[0]):
            users.command("dropUser", name)
