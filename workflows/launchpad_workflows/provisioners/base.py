"""What all provisioners share: their contract, what they find and what they are given.

A provisioner knows one kind of server. It says of each name whether it is there and what is wrong with it, makes it
and removes it; the operations (`launchpad_workflows.operations`) are made of that, the same for all.
"""

from __future__ import annotations

import gzip
import os
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import IO, TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar, cast

from launchpad_workflows.credentials import ADDRESS, CA, PASSWORD, USERNAME, Credentials, Following, optional
from launchpad_workflows.errors import Absent, Refused
from launchpad_workflows.items import Item
from launchpad_workflows.requests import Resource

if TYPE_CHECKING:
    from typing_extensions import Self

    from launchpad_workflows.report import Report

PROBE = "launchpad_probe"
"""Name of the table, collection or object that is made and removed to show that an instance can use its own."""
NOT_ENFORCED = "isolation not verified: the server does not enforce roles"
REMEDY = "choose another name, or remove it if a run of this instance left it there."

R = TypeVar("R", bound=Resource)


class Files(Protocol):
    """Takes the last copy of data."""

    def open(self, name: str) -> AbstractContextManager[Writer]:
        """A file to write, complete when the block ends well and gone when it does not."""
        ...


class Writer(Protocol):
    """Takes bytes."""

    def write(self, data: bytes, /) -> int: ...


@dataclass(frozen=True)
class Context:
    """For whom, with which credentials, and who hears of progress (one line without secrets).

    `root`: the installation whose instance it is, as its ID; empty where it has none.
    """

    instance: str
    credentials: Credentials
    say: Callable[[str], None] = field(default=lambda _line: None)
    root: str = ""


@dataclass(frozen=True)
class Fix:
    """What is not as it should be, and what makes it so. `certain`: False where the server may not have such a thing."""

    what: str
    apply: Callable[[], object]
    certain: bool = True


@dataclass(frozen=True)
class Found:
    """A name as it was found on the server.

    `ours`: it carries proof that a run of this instance left it. `foreign`: a sentence on why it cannot be this
    instance's, whatever is recorded. `fixes`: what has drifted. `former`: what lets in beside the present credentials, left
    as the instance may use it until it has been deployed with these. `facts`: sizes and counts, for people.
    """

    exists: bool = True
    ours: bool = False
    foreign: str = ""
    fixes: tuple[Fix, ...] = ()
    former: tuple[str, ...] = ()
    facts: Mapping[str, int | str] = field(default_factory=dict)


ABSENT = Found(exists=False)


class Provisioner(ABC, Generic[R]):
    """One resource with one provider. Every method may run again after it was stopped anywhere.

    `makes`: False where everything is the operator's, to be tried and never changed. `access`: the kinds of names that
    let somebody in; they are made first and removed first, and are what a rotation replaces. `data_first`: made last where
    the server gives access only to what exists.
    """

    model: ClassVar[type[Resource]]
    """What a request says of it, where a package announces the class by itself (see `registry`)."""
    makes: ClassVar[bool] = True
    data_first: ClassVar[bool] = False
    access: ClassVar[frozenset[str]] = frozenset({"user"})

    def __init__(self, resource: R, context: Context) -> None:
        self.resource = resource
        self.context = context

    @abstractmethod
    def look(self, item: Item) -> Found:
        """What is there under a name, changing nothing."""

    @abstractmethod
    def make(self, item: Item) -> None:
        """Make what is missing. What it lacks then is found and fixed as any drift is."""

    @abstractmethod
    def remove(self, item: Item) -> None:
        """Remove it with all that it holds; nothing where it is not there."""

    @abstractmethod
    def version(self) -> str:
        """What answers as the server, after a login as administrator."""

    def administering(self) -> AbstractContextManager[object]:
        """Within it the administrator is logged in; `try_out` and `version` are called outside."""
        return nullcontext()

    def try_out(self, report: Report) -> None:
        """As the instance: use its own, and be refused elsewhere. Raises where either fails.

        Sets `report.isolated` where a neighbour was tried and refused; where that cannot be told, notes why.
        """
        report.note("isolation not verified: this provider does not try it")

    def end_sessions(self, item: Item) -> None:
        """End what a removed user still has open; raises where something goes on."""

    def needed_for(self, item: Item) -> str:
        """What would stop to work without this user, in a rotation; empty where nothing would."""
        return ""

    def names(self) -> Iterable[Item]:
        """All names that the server has, less its own; none where it cannot tell."""
        return ()

    def dump(self, item: Item, files: Files) -> None:
        """Write a copy of the data in a form that the server's own tools restore."""
        raise Refused(f"A {item.kind} of {self.resource.resource} cannot be copied: repeat without a dump.")

    def rotates_in_place(self) -> bool:
        """Whether the server takes a second password for the same user."""
        return False

    def add_password(self, item: Item, following: Self) -> None:
        """Let the next password in beside the present one; nothing where it is in already."""

    def discard_password(self, item: Item) -> None:
        """Shut out a former password; nothing where there is none."""

    def following(self, *, in_place: bool) -> Self:
        """What this one becomes by a rotation: with the next passwords, and other users unless in place."""
        resource = self.resource if in_place else self.resource.other_generation()
        chosen = frozenset(resource.chosen_keys())
        context = replace(self.context, credentials=Following(self.context.credentials, chosen))
        return type(self)(resource, context)

    @property
    def administrator(self) -> tuple[str, str]:
        """The administrator's name and password."""
        return self._admin(USERNAME), self._admin(PASSWORD)

    @property
    def authority(self) -> str:
        """The certificate authority of the server; empty for the system's."""
        return self._optional(CA)

    def password(self, key: str) -> str | None:
        """One of the instance's; None where it is not there, as after a removal."""
        try:
            return self.context.credentials.instance(key)
        except Absent:
            return None

    def _admin(self, key: str) -> str:
        return self.context.credentials.admin(self.resource.resource, self.resource.server, key)

    def _optional(self, key: str) -> str:
        return optional(self.context.credentials, self.resource.resource, self.resource.server, key)

    def refuse_elsewhere(self) -> None:
        """A password goes to the address that it was registered for, and nowhere else.

        The credentials repeat the address because they and the server's description are two objects: a registration
        that is stopped between them, or a run that was started before it, has the new password together with the old
        address.
        """
        meant = self._optional(ADDRESS)
        if meant not in ("", self.resource.address):
            place = f"{self.resource.resource}/{self.resource.server}"
            raise Refused(
                f"The administrator's credentials of {place} are for {meant} and the request is for "
                f"{self.resource.address}: register the server again, then start a new run."
            )


@contextmanager
def compressed(files: Files, name: str) -> Iterator[Writer]:
    """A file that is compressed with gzip; the same content gives the same bytes."""
    with files.open(name) as raw, gzip.GzipFile("", "wb", fileobj=cast("IO[bytes]", raw), mtime=0) as file:
        yield file


class Given(Provisioner[R]):
    """Mixed in where the operator made everything: there is no administrator, and nothing is changed."""

    makes = False

    def version(self) -> str:
        """That it is used: there is nobody to log in as."""
        return f"{self.resource.address} is used as it is, with each instance's own password"

    def names(self) -> Iterable[Item]:
        """The operator's affair."""
        return ()

    @contextmanager
    def administering(self) -> Iterator[None]:
        """Nobody."""
        yield


def foreign(item: Item, place: object) -> Refused:
    """A name that exists without being known to be this instance's."""
    return Refused(
        f"{item.kind.capitalize()} {item.name} exists on {place} and nothing shows that it is this instance's, so it "
        f"was not touched: {REMEDY}"
    )


@contextmanager
def file_of(text: str) -> Iterator[str | None]:
    """A file for libraries that take a certificate authority by path only; None for an empty text."""
    if not text:
        yield None
        return
    handle, path = tempfile.mkstemp(suffix=".crt")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        yield path
    finally:
        os.unlink(path)
