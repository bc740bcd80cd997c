"""What an API server's refusal means, as one of our errors and one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tutor_launchpad.adapters.kubernetes_transport import Response, Transport
from tutor_launchpad.core.errors import (
    Conflict,
    Contested,
    Forbidden,
    LaunchpadError,
    NoSuchKind,
    NotFound,
    Unreachable,
)
from tutor_launchpad.core.types import Object

NO_PATH = b"404 page not found"
"""What an API server says of a path that it does not serve, in plain text."""
REFUSED = ("PodSecurity", "LimitRange")
DENIED = ("denied the request", "denied request")
"""How webhooks and admission policies say no."""
_SAFE = (
    r"exceeded quota: .*",
    r'admission webhook "[^"]+" denied the request',
    r'failed calling webhook "[^"]+"',
    r"ValidatingAdmissionPolicy '[^']+' with binding '[^']+' denied request",
)
"""What a message about a Secret may repeat: words of the server itself, up to where those of others begin."""


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


def translate(response: Response, target: Target, transport: Transport) -> LaunchpadError:
    """The error for a response that is no success, with the server's words as its cause."""
    content = response.document or {}
    status = content if content.get("kind") == "Status" else {}  # other texts come from strangers
    said = _said(status, target)
    error = _error(response, status, target, transport, said)
    error.__cause__ = ApiError(f"HTTP {response.status} {status.get('reason', '')}: {said or 'no Kubernetes Status'}")
    return error


def _error(response: Response, status: Object, target: Target, transport: Transport, said: str) -> LaunchpadError:
    code, server = response.status, transport.server
    because = f": {said}" if said else ""
    if code == 401:
        return Unreachable(
            f"{server} does not accept the credentials of the kubeconfig's {transport.user or 'user'}: they have "
            "expired or are wrong. Log in again, then try `kubectl auth whoami`."
        )
    if not status:
        return _without_status(response, target, server)
    if code == 404:
        return _not_found(status, target)
    if any(word in said for word in DENIED):
        return Forbidden(f"The cluster refuses to {target.verb} {target}{because}.")
    if code == 403:
        return _forbidden(status, target, because)
    if code in (409, 410):
        return _conflict(status, target, because)
    if code >= 500 and "failed calling webhook" in said:
        return Unreachable(f"Cannot {target.verb} {target}{because}: mend what serves this webhook.")
    if (code == 429 or code >= 500) and "typed patch object" not in said:
        return Unreachable(f"{server} could not {target.verb} {target} (HTTP {code}{because}): try again in a minute.")
    return LaunchpadError(f"{server} refuses to {target.verb} {target}{because or f' (HTTP {code})'}.")


def _without_status(response: Response, target: Target, server: str) -> LaunchpadError:
    code = response.status
    if code == 404 and response.body.strip() in (NO_PATH, b""):
        return no_such_kind(target)
    if code == 429 or code >= 500:
        return Unreachable(f"{server} could not {target.verb} {target} (HTTP {code}): try again in a minute.")
    return LaunchpadError(
        f"{server} answered HTTP {code} to {target.verb} {target}, and not as a Kubernetes API does: does a proxy stand "
        "between, or is the address in the kubeconfig wrong?"
    )


def no_such_kind(target: Target) -> NoSuchKind:
    """What the API server says in plain text, without a name, or by not listing the kind."""
    return NoSuchKind(f"The cluster has no kind {target.kind} ({target.api_version}): install what brings it.")


def _not_found(status: Object, target: Target) -> LaunchpadError:
    details = status.get("details")
    if "could not find the requested resource" in str(status.get("message", "")):
        return no_such_kind(target)
    named = details.get("name") if isinstance(details, dict) else None
    if (target.name and named == target.name) or not target.namespace:
        return NotFound(f"{target} does not exist: see {target.lookup}.")
    if target.namespace and isinstance(details, dict) and details.get("kind") == "namespaces":
        return NotFound(f"Namespace {target.namespace} does not exist, so neither does {target}.")
    return NotFound(f"{target} does not exist, or the cluster has no kind {target.kind} ({target.api_version}).")


def _forbidden(status: Object, target: Target, because: str) -> LaunchpadError:
    text = str(status.get("message", ""))
    if "being terminated" in text:
        return Conflict(
            f"Cannot {target.verb} {target}: Namespace {target.namespace} is being deleted. Wait until it is gone, "
            f"then try again; `kubectl get namespace {target.namespace} -o yaml` tells what it waits for."
        )
    if "exceeded quota" in text:
        return Forbidden(
            f"The cluster refuses to {target.verb} {target}{because}. Raise that quota (the one named launchpad with "
            "LAUNCHPAD_QUOTA), or remove what nobody needs."
        )
    if any(word in text for word in REFUSED):
        return Forbidden(f"The cluster refuses to {target.verb} {target}{because}.")
    return Forbidden(
        f"You may not {target.verb} {target}{because}. Ask an administrator of the cluster for it; "
        f"`kubectl auth can-i --list{' -n ' + target.namespace if target.namespace else ''}` shows what you may do."
    )


def _conflict(status: Object, target: Target, because: str) -> Conflict:
    fields = dict(_contested(status))
    if not fields:
        return Conflict(
            f"Cannot {target.verb} {target}{because or ': it was changed meanwhile'}. Look at it with {target.lookup}."
        )
    whose = ", ".join(f"{path} (by {manager})" for path, manager in fields.items())
    text = (
        f"Cannot {target.verb} {target}: others have set fields of it otherwise: {whose}. Set them back, or keep those "
        f"others from it, then try again; {target.lookup[:-1]} -o yaml --show-managed-fields` shows who set what."
    )
    return Contested(text, fields)


def _contested(status: Object) -> Iterable[tuple[str, str]]:
    """Each field that another manager holds, with that manager. The server names fields, and no values."""
    for cause in (status.get("details") or {}).get("causes") or []:
        if cause.get("reason") == "FieldManagerConflict":
            manager = re.search(r'conflicts? with "([^"]+)"', str(cause.get("message", "")))
            yield str(cause.get("field", "")).lstrip("."), manager[1] if manager else "somebody"


def _said(status: Object, target: Target) -> str:
    """The server's message; of a Secret only what cannot quote its content."""
    text = str(status.get("message", "")).strip().rstrip(".")
    if target.kind != "Secret":
        return text
    for pattern in _SAFE:
        found = re.search(pattern, text)
        if found:
            hidden = " (why is not shown, as it may quote the Secret)" if found[0].endswith(DENIED) else ""
            return found[0] + hidden
    return str(status.get("reason", ""))
