"""What an API server's refusal means, as one of our errors and one sentence."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tutor_launchpad.adapters.kubernetes_transport import Response
from tutor_launchpad.core.errors import Conflict, Forbidden, LaunchpadError, NoSuchKind, NotFound, Unreachable


class ApiError(Exception):
    """The server's own words, as the cause of our error; never holds what was sent."""


@dataclass(frozen=True)
class Target:
    """What a request is about, for its error. `name` may be empty (a list)."""

    verb: str
    api_version: str
    kind: str
    name: str = ""
    namespace: str | None = None

    def __str__(self) -> str:
        """`Secret alpha/name`, `Namespace alpha`, `Pods in alpha`."""
        if self.name:
            return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"
        return f"{self.kind} objects in {self.namespace}" if self.namespace else f"{self.kind} objects"

    @property
    def lookup(self) -> str:
        """The command that shows it."""
        place = f" -n {self.namespace}" if self.namespace else ""
        return f"`kubectl get {self.kind.lower()}{place}{' ' + self.name if self.name else ''}`"


def translate(response: Response, target: Target, server: str) -> LaunchpadError:
    """The error for a response that is no success, with the server's words as its cause."""
    status = _status(response.body)
    said = _said(status, target)
    error = _error(response.status, status, target, server, said)
    error.__cause__ = ApiError(f"HTTP {response.status} {status.get('reason', '')}: {said or 'no Kubernetes Status'}")
    return error


def _error(code: int, status: dict[str, object], target: Target, server: str, said: str) -> LaunchpadError:
    because = f": {said}" if said else ""
    if code == 401:
        return Forbidden(
            f"{server} does not accept your credentials: they have expired or are wrong. Log in again, then try "
            "`kubectl auth whoami`."
        )
    if not status:
        return (
            LaunchpadError(
                f"{server} answered HTTP {code} to {target.verb} {target}, and not as a Kubernetes API does: does a "
                "proxy stand between, or is the address in the kubeconfig wrong?"
            )
            if code not in (404, 429) and code < 500
            else _plain(code, target, server)
        )
    if code == 404:
        return _not_found(status, target)
    if code == 403:
        return _forbidden(status, target, because)
    if code in (409, 410):
        return Conflict(
            f"Cannot {target.verb} {target}{because or ': it was changed meanwhile'}. Look at it with {target.lookup}."
        )
    if (code == 429 or code >= 500) and "typed patch object" not in said:
        return Unreachable(f"{server} could not {target.verb} {target} (HTTP {code}{because}): try again in a minute.")
    return LaunchpadError(f"{server} refuses to {target.verb} {target}{because or f' (HTTP {code})'}.")


def _plain(code: int, target: Target, server: str) -> LaunchpadError:
    if code == 404:
        return no_such_kind(target)
    return Unreachable(f"{server} could not {target.verb} {target} (HTTP {code}): try again in a minute.")


def no_such_kind(target: Target) -> NoSuchKind:
    """What the API server says in plain text, without a name, or by not listing the kind."""
    return NoSuchKind(f"The cluster has no kind {target.kind} ({target.api_version}): install what brings it.")


def _not_found(status: dict[str, object], target: Target) -> LaunchpadError:
    details = status.get("details")
    if "could not find the requested resource" in str(status.get("message", "")):
        return no_such_kind(target)
    named = details.get("name") if isinstance(details, dict) else None
    if (target.name and named == target.name) or not target.namespace:
        return NotFound(f"{target} does not exist: see {target.lookup}.")
    if target.namespace and isinstance(details, dict) and details.get("kind") == "namespaces":
        return NotFound(f"Namespace {target.namespace} does not exist, so neither does {target}.")
    return NotFound(f"{target} does not exist, or the cluster has no kind {target.kind} ({target.api_version}).")


def _forbidden(status: dict[str, object], target: Target, because: str) -> LaunchpadError:
    text = str(status.get("message", ""))
    if "being terminated" in text:
        return Conflict(
            f"Cannot {target.verb} {target}: Namespace {target.namespace} is being deleted. Wait until it is gone, "
            "then try again."
        )
    if "exceeded quota" in text or "PodSecurity" in text or "LimitRange" in text:
        return Forbidden(f"The cluster refuses to {target.verb} {target}{because}.")
    return Forbidden(
        f"You may not {target.verb} {target}{because}. Ask an administrator of the cluster for it; "
        f"`kubectl auth can-i --list{' -n ' + target.namespace if target.namespace else ''}` shows what you may do."
    )


def _status(body: bytes) -> dict[str, object]:
    """The body where it is a Kubernetes Status, else nothing: other texts come from strangers."""
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) and content.get("kind") == "Status" else {}


def _said(status: dict[str, object], target: Target) -> str:
    """The server's message; of a Secret nothing, as a validation message may quote its content."""
    if target.kind == "Secret":
        return str(status.get("reason", ""))
    return str(status.get("message", "")).strip().rstrip(".")
