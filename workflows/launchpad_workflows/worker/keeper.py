"""Keeps what a provider chose in the instance's Secret, through the Kubernetes API with the pod's own token."""

from __future__ import annotations

import base64
import os
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from launchpad_workflows.errors import Forbidden, Refused, Unavailable

PATIENCE = 60.0
"""Seconds."""
_PAUSE, _TIMEOUT = 2.0, 10.0
_MAY_PASS = {408, 409, 429}


def api_address() -> str:
    """Where Kubernetes says that its API is."""
    host = os.environ.get("KUBERNETES_SERVICE_HOST", "")
    return f"https://{f'[{host}]' if ':' in host else host}:{os.environ.get('KUBERNETES_SERVICE_PORT', '443')}"


@dataclass(frozen=True)
class SecretKeeper:
    """Writes one key of one Secret at a time. `folder`: `token`, `ca.crt` and `namespace`, as they are mounted.

    A value is shown once and lost if it is not kept, so that an API that is away is waited for, for a minute.
    """

    folder: Path
    secret: str
    address: str = field(default_factory=api_address)
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def __call__(self, key: str, value: str) -> None:
        """Raises `Unavailable`, `Forbidden` or `Refused` where the value is not kept."""
        end = self.now() + PATIENCE
        while (problem := self._patch(key, value)) and self.now() < end:
            self.sleep(_PAUSE)
        if problem:
            raise Unavailable(f"What the provider chose could not be kept in Secret {self.secret}: {problem}.")

    def _patch(self, key: str, value: str) -> str:
        """Empty where it is kept, else why it may be tried again."""
        import httpx  # only where a provider chooses

        try:
            status = self._send({"data": {key: base64.b64encode(value.encode()).decode()}})
        except (httpx.HTTPError, OSError) as error:
            return f"the Kubernetes API at {self.address} does not answer ({type(error).__name__})"
        if status in (401, 403):
            raise Forbidden(f"The account of this pod may not write Secret {self.secret} ({status}).")
        if 400 <= status < 500 and status not in _MAY_PASS:
            raise Refused(f"Secret {self.secret} could not be written: the Kubernetes API answers {status}.")
        return f"the Kubernetes API answers {status}" if status >= 300 else ""

    def _send(self, patch: object) -> int:
        import httpx

        token, namespace = ((self.folder / name).read_text().strip() for name in ("token", "namespace"))
        trust = ssl.create_default_context(cafile=str(self.folder / "ca.crt"))
        with httpx.Client(verify=trust, timeout=_TIMEOUT, trust_env=False) as client:
            answer = client.patch(
                f"{self.address}/api/v1/namespaces/{namespace}/secrets/{self.secret}",
                json=patch,
                headers={"Authorization": f"Bearer {token}", "Content-Type": "application/merge-patch+json"},
            )
        return answer.status_code
