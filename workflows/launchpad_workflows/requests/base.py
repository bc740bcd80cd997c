"""What all resources of a request share, and the forms of names and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from typing_extensions import Self

from launchpad_workflows import names
from launchpad_workflows.items import Claim, Item

DnsLabel = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$")]
Host = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:\[\]-]{1,253}$")]
Port = Annotated[int, Field(gt=0, lt=65536)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[A-Za-z0-9._:\[\]-]+/?$")]


def _is_safe(url: str) -> str:
    """A token goes by TLS alone, except on this machine and in the networks for tests (RFC 2544)."""
    if not re.fullmatch(rf"(https://[A-Za-z0-9.-]+|http://({_HERE}))(:[0-9]{{1,5}})?", url):
        raise ValueError("the address of an API is https:// and a host, without a path")
    return url


ApiUrl = Annotated[str, AfterValidator(_is_safe)]
"""A cloud's API, to which a token goes."""
_HERE = r"localhost|127\.[0-9.]+|\[::1\]|198\.1[89]\.[0-9.]+"
Region = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,64}$")]


class Model(BaseModel):
    """Takes nothing that it does not know, and never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Resource(Model):
    """One thing on one server. `claims` says of each name whether it is known to have been made by this instance.

    `generation`: users are named in two ways, of which one is in use; a rotation makes the other one and retires this.
    """

    resource: str
    provider: str
    server: DnsLabel
    generation: Literal[1, 2] = 1
    claims: Mapping[str, Claim] = {}

    token_scopes: ClassVar[tuple[str, ...]] = ()
    """What the token must be allowed to do, where the provider speaks to a cloud's API."""
    server_options: ClassVar[tuple[str, ...]] = ()
    """Fields that describe a server of this provider alone."""
    server_derived: ClassVar[tuple[str, ...]] = ()
    """Fields that follow from others and are registered with them, as an instance's settings are made of them."""
    user_limit: ClassVar[int] = 64
    separator: ClassVar[str] = "_"

    @property
    def address(self) -> str:
        """Where the server is: its endpoint, or host and port; empty where the model has neither."""
        if hasattr(self, "endpoint"):
            return str(self.endpoint)
        return f"{self.host}:{getattr(self, 'port', '')}" if hasattr(self, "host") else ""

    def items(self) -> tuple[Item, ...]:
        """The names on the server that this resource needs for itself alone."""
        raise NotImplementedError

    def password_keys(self) -> tuple[str, ...]:
        """The keys of the instance's credentials that have to be there before a run."""
        return ()

    def chosen_keys(self) -> tuple[str, ...]:
        """The keys under which a provider keeps credentials that only it can choose, those of this generation."""
        return ()

    def kept_as(self, key: str) -> str:
        """Each generation has its own key, so that what a rotation is given does not replace what is in use."""
        return f"{key}.{self.generation}"

    def claim(self, kind: str, name: str) -> Claim:
        """What is known of a name; unknown counts as new, which is the careful reading."""
        return self.claims.get(f"{kind}/{name}", "new")

    def claimed(self) -> tuple[Item, ...]:
        """The names that the claims speak of: what there is to remove, whatever is wanted today."""
        parts = (key.partition("/") for key in self.claims)
        return tuple(Item(self.resource, self.server, kind, name) for kind, _, name in parts)

    def former(self, kind: str) -> list[str]:
        """Names of this instance that today's settings do not speak of: it may use them until it has been deployed."""
        present = self.items()
        return [
            item.name
            for item in self.claimed()
            if item.kind == kind and item not in present and self.claim(kind, item.name) == "ours"
        ]

    def user(self, name: str) -> str:
        """A user's name in this generation."""
        return names.generation(name, self.generation, self.user_limit, self.separator)

    def other_generation(self) -> Self:
        """The same with the users that a rotation makes next, which are those that it retires at its end."""
        return self.model_copy(update={"generation": 3 - self.generation})

    def _items(self, kind: str, found: Iterable[str]) -> tuple[Item, ...]:
        return tuple(Item(self.resource, self.server, kind, name) for name in dict.fromkeys(found))
