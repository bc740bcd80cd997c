"""What the Application of a component says of itself, in a few words. Pure."""

from __future__ import annotations

from tutor_launchpad.core.argocd_state import read_state
from tutor_launchpad.core.types import Object

LONGEST = 240
UNREADABLE = (
    "authentication required",
    "authorization failed",
    "could not read username",
    "permission denied",
    "unable to authenticate",
    "handshake failed",
    "repository not found",
    "knownhosts",
    "failed to list refs",
    "unable to resolve",
)
"""In lower case: how Git says that the repository, or its branch, is not to be had."""


def is_seen(application: Object) -> bool:
    """Whether Argo CD has looked at it since it was changed."""
    status = application.get("status") or {}
    return bool(status.get("conditions") or (status.get("sync") or {}).get("status"))


def is_settled(application: Object) -> bool:
    """Whether all is there and runs."""
    state = read_state(application)
    return state.sync == "Synced" and state.health == "Healthy" and not state.errors


def describe_application(application: Object) -> str:
    """What it is, or waits for."""
    state = read_state(application)
    if not is_seen(application):
        return "waits for Argo CD to look at it"
    trouble = "; ".join([*state.errors, *state.failures]) or (state.message if state.phase != "Succeeded" else "")
    words = " ".join(trouble.split())
    if words:
        start = "cannot read the repository: " if any(one in words.lower() for one in UNREADABLE) else ""
        return f"{start}{_short(words)}"
    return f"{state.sync}, {state.health}"


def _short(text: str) -> str:
    """The end tells why: what comes first is who called whom."""
    return text if len(text) <= LONGEST else f"… {text[-LONGEST:].split(' ', 1)[-1]}"


def chart_version(application: Object) -> str:
    """The chart's version that is asked for; empty where there is no chart."""
    spec = application.get("spec") or {}
    sources = spec.get("sources") or [spec.get("source") or {}]
    return next((str(one.get("targetRevision", "")) for one in sources if one.get("chart")), "")
