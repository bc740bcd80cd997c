"""A request about people, and what became of it: JSON without secrets, a workflow's parameter and its output."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

Action = Literal["create", "remove", "list"]
ACTIONS: tuple[Action, ...] = get_args(Action)
PersonStatus = Literal["created", "updated", "unchanged", "removed", "deleted", "absent", "listed", "failed"]


def _rule(pattern: str, most: int, sentence: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value and not (re.fullmatch(pattern, value) and len(value) <= most):
            raise PydanticCustomError("person", "{value} {sentence}", {"value": repr(value), "sentence": sentence})
        return value

    return check


Username = Annotated[
    str, AfterValidator(_rule(r"[\w.@+-]+", 30, "is no user name: letters, digits and _ . @ + - alone, at most 30"))
]
Email = Annotated[
    str, AfterValidator(_rule(r"[^@\s{}\"'<>,;]+@[^@\s{}\"'<>,;]+\.[^@\s{}\"'<>,;.]+", 254, "is no e-mail address"))
]
Name = Annotated[
    str, AfterValidator(_rule(r"[^\x00-\x1f\x7f{}<>]+", 255, "is no full name: one line, without { } < >, at most 255"))
]


class PeopleRequest(BaseModel):
    """`staff`, `superuser`: None leaves them as they are. `password`: one is at hand, which somebody has chosen, or which was
    generated for a user who has none. `delete`: the account too, and not its access alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Action
    username: Username = ""
    email: Email = ""
    name: Name = ""
    staff: bool | None = None
    superuser: bool | None = None
    password: Literal["", "given", "generated"] = ""
    delete: bool = False

    @model_validator(mode="after")
    def _complete(self) -> PeopleRequest:
        if self.action != "list" and not self.username:
            raise PydanticCustomError("person", "the user name is empty")
        if self.action == "create" and not self.email:
            raise PydanticCustomError("person", "a user needs an e-mail address")
        return self

    def to_json(self) -> str:
        """As the script reads it. Kubernetes, which hands it on in a variable, would expand `$(…)` in a name."""
        return self.model_dump_json().replace("$", "\\u0024")


class Person(BaseModel):
    """Somebody with rights on the whole site. `password`: whether there is one to log in with."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    username: str
    email: str
    staff: bool
    superuser: bool
    active: bool
    password: bool
    last_login: str = ""


class PeopleOutcome(BaseModel):
    """What became of a request. `more`: how many people were too many to tell."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    status: PersonStatus
    details: tuple[str, ...] = ()
    password_set: bool = False
    people: tuple[Person, ...] = ()
    more: int = 0
