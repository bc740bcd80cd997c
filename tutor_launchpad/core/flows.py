"""Network traffic that leaves an instance's pods, as data for its NetworkPolicies."""

from __future__ import annotations

from dataclasses import dataclass

from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.types import Config


@dataclass(frozen=True)
class Flow:
    """Egress to `cidrs` on `ports`; no port means all ports. `name` ends up in the policy's name."""

    name: str
    cidrs: tuple[str, ...]
    ports: tuple[int, ...] = ()
    protocol: str = "TCP"
    excluded: tuple[str, ...] = ()


LINK_LOCAL = ("169.254.0.0/16", "fe80::/10")
ANYWHERE = ("0.0.0.0/0", "::/0")
HTTPS_PORT = 443
MAIL_PORT = 25


def own_flows(config: Config) -> list[Flow]:
    """What every Open edX needs: HTTPS and mail to anywhere but link-local addresses, where clouds keep credentials."""
    mail = MAIL_PORT if config.get("RUN_SMTP", True) else _port(config.get("SMTP_PORT") or MAIL_PORT)
    return [
        Flow("web", ANYWHERE, (HTTPS_PORT,), excluded=LINK_LOCAL),
        Flow("mail", ANYWHERE, (mail,), excluded=LINK_LOCAL),
    ]


def _port(value: object) -> int:
    if str(value).isdecimal() and 0 < int(str(value)) < 65536:
        return int(str(value))
    raise Refused([f"SMTP_PORT {value!r} is not a port: set it to a number from 1 to 65535."])
