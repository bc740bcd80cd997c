"""Network traffic that leaves an instance's pods, as data for its NetworkPolicies."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Flow:
    """Egress to `cidrs` on `ports`; no port means all ports. `name` ends up in the policy's name."""

    name: str
    cidrs: tuple[str, ...]
    ports: tuple[int, ...] = ()
    protocol: str = "TCP"
    excluded: tuple[str, ...] = ()
