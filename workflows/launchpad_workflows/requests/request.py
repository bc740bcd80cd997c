"""The request of one run."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, get_args

from pydantic import SerializeAsAny, StringConstraints, field_validator, model_validator

from launchpad_workflows.registry import find
from launchpad_workflows.requests.base import DnsLabel, Model, Region, Resource, Url
from launchpad_workflows.requests.storage import Addressing, BucketName

Operation = Literal["provision", "verify", "rotate", "deprovision", "inspect", "check"]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)


class Dump(Model):
    """Where a last copy of data goes: objects below `prefix` in a bucket of the registered store `server`."""

    server: DnsLabel
    endpoint: Url
    region: Region = "us-east-1"
    addressing: Addressing = "path"
    bucket: BucketName
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,200}/$")]


class Request(Model):
    """Everything that one run shall do for one instance. `check` needs no instance: it only tries the servers.

    `root` tells apart the instances of one name that several installations have, where a server takes marks of whose
    a thing is. `step` is a rotation's: `prepare` lets a second password in, `retire` shuts the first one out. `delete_data` and
    `dump` are a deprovisioning's; `orphans`, an inspection's, asks for all names that the servers have but those
    whose `Item.mark` is in `owned`.
    """

    instance: Annotated[str, StringConstraints(pattern=r"^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$")] = ""
    root: str = ""
    operation: Operation = "provision"
    step: Literal["prepare", "retire"] | None = None
    delete_data: bool = False
    dump: Dump | None = None
    orphans: bool = False
    owned: tuple[str, ...] = ()
    resources: tuple[SerializeAsAny[Resource], ...]

    @field_validator("resources", mode="before")
    @classmethod
    def _read_resources(cls, values: Any) -> Any:
        return tuple(_read_resource(value) for value in values)

    @model_validator(mode="after")
    def _is_complete(self) -> Request:
        if not self.instance and self.operation != "check":
            raise ValueError("an instance is needed")
        if (self.step is not None) != (self.operation == "rotate"):
            raise ValueError("a rotation has a step, prepare or retire, and nothing else has one")
        if self.delete_data and self.operation != "deprovision":
            raise ValueError("data is deleted by deprovisioning alone")
        if self.dump is not None and not self.delete_data:
            raise ValueError("a dump is made where data is deleted")
        places = [(one.resource, one.server) for one in self.resources]
        if len(set(places)) != len(places):
            raise ValueError("one resource on one server is asked for twice; join them")
        return self

    def sparse(self) -> dict[str, Any]:
        """Plain data, which leaves out what has its default, so that a reader who knows no newer field is not asked for it.

        A default therefore never changes its meaning: a field that shall have another gets another name.
        """
        content = self.model_dump(mode="json", exclude_defaults=True)
        kinds = [{"resource": one.resource, "provider": one.provider} for one in self.resources]
        parts = [{**kind, **part} for kind, part in zip(kinds, content["resources"], strict=True)]
        return {**content, "operation": self.operation, "resources": parts}

    def to_json(self) -> str:
        """One line, the same for the same request."""
        return json.dumps(self.sparse(), separators=(",", ":"), ensure_ascii=False)

    def select(self, resource: str, server: str = "") -> Resource:
        """The part of one pod; ValueError where it is not there or not the only one."""
        found = [one for one in self.resources if one.resource == resource and server in ("", one.server)]
        if len(found) != 1:
            raise ValueError(f"the request holds {len(found)} resources {resource} {server}".rstrip())
        return found[0]


def _read_resource(value: Any) -> Any:
    """A mapping becomes the model that is registered for its resource and provider."""
    if not isinstance(value, dict):
        return value
    model = find(str(value.get("resource", "")), str(value.get("provider", ""))).load_model()
    return model.model_validate(value)
