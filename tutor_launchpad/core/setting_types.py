"""The types of settings of this plugin, each with one sentence for what is none."""

from __future__ import annotations

import contextlib
import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, Strict
from pydantic_core import PydanticCustomError

from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.quantities import parse_quantity

DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def _quantity(value: object) -> str | int:
    """Kubernetes' way to write amounts; one sentence for all that is none."""
    if isinstance(value, (int, str, float)) and not isinstance(value, bool):
        with contextlib.suppress(Refused):
            if parse_quantity(value) >= 0:
                return value if isinstance(value, int) else str(value)
    raise PydanticCustomError("quantity", "input should be a number or a text such as 500m or 2Gi")


def _no_switch(value: object) -> object:
    if isinstance(value, bool):
        raise PydanticCustomError("seconds", "input should be a number")
    return value


Seconds = Annotated[int, BeforeValidator(_no_switch), Field(gt=0)]
Quantities = dict[str, Annotated[str | int, PlainValidator(_quantity)]]


def _dns_label(value: str) -> str:
    if DNS_LABEL.fullmatch(value):
        return value
    raise PydanticCustomError("dns_label", "input should be lower-case letters, digits and dashes, at most 63")


DnsLabel = Annotated[str, AfterValidator(_dns_label)]


def _word(value: str) -> str:
    if re.search(r"[\s'\"\\]", value):
        raise PydanticCustomError("word", "input should have no white space, quotes or backslashes")
    return value


Word = Annotated[str, AfterValidator(_word)]
"""Without what would end a text in the settings of Open edX."""


def _certificates(value: str) -> str:
    if value.strip() and not re.fullmatch(_PEM, value):
        raise PydanticCustomError("certificates", "input should be certificates in PEM and nothing else")
    return value


_PEM = r"(-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+\n-----END CERTIFICATE-----\n)+"
Certificates = Annotated[str, AfterValidator(_certificates)]


def _object_name(value: str) -> str:
    if re.fullmatch(r"[A-Z][A-Za-z0-9]*/[a-z0-9][-a-z0-9.:]*", value):
        return value
    raise PydanticCustomError(
        "object_name", "input should be the kind and the name of an object, such as ClusterRole/vector"
    )


ObjectName = Annotated[str, AfterValidator(_object_name)]


Generation = Annotated[int, Strict(), Field(ge=1, le=2)]
