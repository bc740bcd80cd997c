"""How one request reaches a Kubernetes API server: a kept connection, time-outs, and what a failure says.

The connection pool of the `kubernetes` package is used; its generated methods are not, as they hide how many requests
they make.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import urlencode

from tutor_launchpad.__about__ import __version__
from tutor_launchpad.core.types import Object

TIMEOUT = (5.0, 30.0)  # seconds to connect, seconds between two packets


@dataclass(frozen=True)
class Request:
    """One request. Each may be sent twice: what it makes has a name, so it cannot be made twice.

    `text`: the answer is no JSON.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    text: bool = False


@dataclass(frozen=True)
class Response:
    """What the server said, whatever it is. `resent`: an earlier sending of the request may have arrived as well."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    resent: bool = False

    @cached_property
    def document(self) -> Object | None:
        """The JSON object in the body, or None."""
        try:
            content = json.loads(self.body)
        except ValueError:
            return None
        return content if isinstance(content, dict) else None


class Transport(Protocol):
    """One API server, as one user. Tests put their own in its place."""

    server: str
    user: str

    def send(self, request: Request) -> Response:
        """Send once; raise `Broken` where no answer came."""

    def renew(self) -> bool:
        """Read the user's credentials anew; whether they are others than before."""


class Broken(Exception):
    """No answer. `sent`: the server may have acted on the request; `lasting`: it would end so again."""

    def __init__(self, reason: str, sent: bool, lasting: bool = False) -> None:
        super().__init__(reason)
        self.sent = sent
        self.lasting = lasting


class PoolTransport:
    """The connection pool that the `kubernetes` package makes from a kubeconfig; `load` makes one."""

    def __init__(self, load: Callable[[], Any], user: str, timeout: tuple[float, float]) -> None:
        self._load = load
        self._timeout = timeout
        self._client = load()
        self.server: str = self._client.configuration.host
        self.user = user

    def send(self, request: Request) -> Response:
        """Send once."""
        import urllib3

        accepted = "*/*" if request.text else "application/json"
        headers = {"User-Agent": f"launchpad/{__version__}", "Accept": accepted} | self._login()
        try:
            response = self._client.rest_client.pool_manager.request(
                request.method,
                self.server + request.path + (f"?{urlencode(request.query)}" if request.query else ""),
                body=request.body,
                headers=headers | dict(request.headers),
                timeout=urllib3.Timeout(connect=self._timeout[0], read=self._timeout[1]),
                retries=False,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as error:
            unsent = isinstance(error, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError))
            raise Broken(reason(error), sent=not unsent, lasting=_distrusts(error)) from error
        return Response(response.status, response.data, response.headers)

    def renew(self) -> bool:
        """Load the kubeconfig again, with its token files and plugins."""
        before, old = self._identity(), self._client
        self._client = self._load()
        old.rest_client.pool_manager.clear()
        return self._identity() != before

    def _login(self) -> dict[str, str]:
        settings = self._client.configuration.auth_settings().values()
        return {setting["key"]: setting["value"] for setting in settings if setting.get("value")}

    def _identity(self) -> object:
        path = self._client.configuration.cert_file
        if not path:
            return self._login(), b""
        with open(path, "rb") as file:
            return self._login(), file.read()


def reason(error: BaseException) -> str:
    """The cause at the bottom, without the library's object addresses."""
    cause = _bottom(error)
    text = getattr(cause, "strerror", None) or str(cause).rsplit(">: ", 1)[-1]
    text = re.sub(r"^\[SSL: \w+\] | \(_ssl\.c:\d+\)$", "", text)
    return text[:1].lower() + text[1:]


def _distrusts(error: BaseException) -> bool:
    """Whether one of the two sides refuses the other's certificate, or does not speak TLS at all."""
    import ssl

    cause = _bottom(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return True
    text = str(cause).lower()
    return isinstance(cause, ssl.SSLError) and ("alert" in text or "wrong version number" in text)


def _bottom(error: BaseException) -> BaseException:
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return error
