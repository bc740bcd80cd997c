"""Which errors of an Application pass by themselves, and which are told at once."""

from __future__ import annotations

from tutor_launchpad.core.argocd_state import SyncState

LASTING = (
    "authentication required",
    "authorization failed",
    "could not read username",
    "invalid username",
    "permission denied",
    "unable to authenticate",
    "handshake failed",
    "knownhosts",
    "repository not found",
    "not permitted in project",
    "does not exist",
    "unable to resolve",
    "unmarshal",
    "failed to parse",
)
"""In lower case. Everything else may be a repository server or a network that is just starting."""

CONFIRM = 8.0
PATIENCE = 90.0
REMEDIES = {
    "authentication required": "set LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE to credentials that may read the repository",
    "unable to authenticate": "set LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE to credentials that may read the repository",
    "permission denied": "set LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE to credentials that may read the repository",
    "knownhosts": "add the server's key with `argocd cert add-ssh`",
    "unable to resolve": "is LAUNCHPAD_BRANCH the branch that was pushed?",
}


class ErrorWatch:
    """An error counts when it outlives a new look of Argo CD's; one that may pass, when it outlives our patience."""

    def __init__(self) -> None:
        self._since: float | None = None

    def look(self, state: SyncState, now: float) -> str:
        """The error to report, with its remedy; empty while there is none or it may pass."""
        if not state.errors:
            self._since = None
            return ""
        if self._since is None:
            self._since = now
        text = " ".join(state.errors).strip().rstrip(":. ")
        lasting = next((word for word in LASTING if word in text.lower()), "")
        if now - self._since < (CONFIRM if lasting else PATIENCE) or state.refreshing:
            return ""
        remedy = next((advice for word, advice in REMEDIES.items() if word in text.lower()), "")
        return f"{text}." + (f" Remedy: {remedy}." if remedy else "")
