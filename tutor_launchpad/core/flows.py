"""Network traffic that leaves an instance's pods, as data for its NetworkPolicies."""

from __future__ import annotations

from dataclasses import dataclass

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


def own_flows(config: Config) -> list[Flow]:
    """What every Open edX needs: HTTPS and mail to anywhere but link-local addresses, where clouds keep credentials."""
    mail = 25 if config.get("RUN_SMTP", True) else int(config.get("SMTP_PORT") or 25)
    return [
        Flow("web", ANYWHERE, (HTTPS_PORT,), excluded=LINK_LOCAL),
        Flow("mail", ANYWHERE, (mail,), excluded=LINK_LOCAL),
    ]
