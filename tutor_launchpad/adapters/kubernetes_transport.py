"""How requests reach a Kubernetes API server: kubeconfig, one kept connection, time-outs, repeats.

The `kubernetes` package is imported only here and only when somebody connects: it costs a third of a second.
Its kubeconfig loader and its connection pool are used; its generated methods are not, as they hide how many requests
they make.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

import yaml
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from tutor_launchpad.__about__ import __version__
from tutor_launchpad.core.errors import LaunchpadError, NotFound, Unreachable

TIMEOUT = (5.0, 30.0)  # seconds to connect, seconds between two packets
ATTEMPTS = 4
PASSING = {429, 500, 502, 503, 504}
"""Statuses that may pass by themselves."""


@dataclass(frozen=True)
class Request:
    """One request. `repeatable`: doing it twice ends as doing it once."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    repeatable: bool = True


@dataclass(frozen=True)
class Response:
    """What the server said, whatever it is."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Transport(Protocol):
    """One API server, as one user. Tests put their own in its place."""

    server: str

    def send(self, request: Request) -> Response:
        """Send once; raise `Broken` where no answer came."""


class Broken(Exception):
    """No answer. `sent`: the server may have acted on the request."""

    def __init__(self, reason: str, sent: bool) -> None:
        super().__init__(reason)
        self.sent = sent


class _Passing(Exception):
    def __init__(self, response: Response) -> None:
        self.response = response


def send(transport: Transport, request: Request, sleep: Callable[[float], None]) -> Response:
    """Send, and send again what may pass and may be repeated; the last answer stands.

    Raises `Unreachable`, with the server's address, where no answer came.
    """

    def once() -> Response:
        try:
            response = transport.send(request)
        except Broken as error:
            if error.sent and not request.repeatable:
                raise Unreachable(_unreachable(transport.server, error)) from error
            raise
        passing = response.status in PASSING and (request.repeatable or response.status == 429)
        if passing:
            raise _Passing(response)
        return response

    retrying = Retrying(
        stop=stop_after_attempt(ATTEMPTS),
        wait=_wait,
        retry=retry_if_exception_type((Broken, _Passing)),
        sleep=sleep,
        reraise=True,
    )
    try:
        return retrying(once)
    except _Passing as passing:
        return passing.response
    except Broken as error:
        raise Unreachable(_unreachable(transport.server, error)) from error


_backoff = wait_exponential(multiplier=0.25, max=4)


def _wait(state: RetryCallState) -> float:
    failure = state.outcome.exception() if state.outcome else None
    if isinstance(failure, _Passing):
        asked = failure.response.headers.get("Retry-After", "")
        if asked.isdigit():
            return float(min(int(asked), 10))
    return _backoff(state)


def _unreachable(server: str, error: Exception) -> str:
    return (
        f"The Kubernetes API server {server} does not answer ({error}): is the cluster up, and does a VPN or proxy "
        "stand between? `--no-cluster` works without it."
    )


class PoolTransport:
    """The connection pool that the `kubernetes` package makes from a kubeconfig."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.server: str = client.configuration.host

    def send(self, request: Request) -> Response:
        """Send once."""
        import urllib3

        headers = {"User-Agent": f"launchpad/{__version__}", "Accept": "application/json"} | dict(request.headers)
        for setting in self._client.configuration.auth_settings().values():
            if setting.get("value"):
                headers[setting["key"]] = setting["value"]
        try:
            response = self._client.rest_client.pool_manager.request(
                request.method,
                self.server + request.path + (f"?{urlencode(request.query)}" if request.query else ""),
                body=request.body,
                headers=headers,
                timeout=urllib3.Timeout(connect=TIMEOUT[0], read=TIMEOUT[1]),
                retries=False,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as error:
            unsent = isinstance(error, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError))
            raise Broken(_reason(error), sent=not unsent) from error
        return Response(response.status, response.data, response.headers)


def _reason(error: Exception) -> str:
    """The cause at the bottom, without the library's object addresses."""
    cause: BaseException = error
    while cause.__cause__ or cause.__context__:
        cause = cause.__cause__ or cause.__context__ or cause
    text = getattr(cause, "strerror", None) or str(cause).rsplit(">: ", 1)[-1]
    return text[:1].lower() + text[1:]


def open_transport(context: str | None) -> PoolTransport:
    """The server and user of a kubeconfig's context; the current one where none is named."""
    names, current = contexts()
    wanted = context or current
    if not names:
        raise NotFound(
            f"There is no kubeconfig with a context ({', '.join(map(str, kubeconfig_files()))}): set KUBECONFIG, or "
            "use `--no-cluster`."
        )
    if wanted is None or wanted not in names:
        what = f"context {wanted!r}" if wanted else "current context"
        raise NotFound(f"The kubeconfig has no {what}: choose one of {', '.join(names)} with `--context`.")
    from kubernetes.config import ConfigException, new_client_from_config

    try:
        files = os.pathsep.join(str(file) for file in kubeconfig_files() if file.exists())
        return PoolTransport(new_client_from_config(config_file=files, context=wanted))  # type: ignore[no-untyped-call, unused-ignore]
    except (ConfigException, OSError, ValueError) as error:
        raise LaunchpadError(
            f"The kubeconfig's context {wanted!r} cannot be used ({_reason(error)}): try "
            f"`kubectl --context {wanted} version`."
        ) from error


def kubeconfig_files() -> list[Path]:
    """The files that kubectl would read."""
    named = [Path(name) for name in os.environ.get("KUBECONFIG", "").split(os.pathsep) if name]
    return named or [Path.home() / ".kube" / "config"]


def contexts() -> tuple[list[str], str | None]:
    """Names of the kubeconfig's contexts, and the current one. No network, no `kubernetes`."""
    names: dict[str, None] = {}
    current: str | None = None
    for file in kubeconfig_files():
        try:
            content = yaml.safe_load(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise LaunchpadError(
                f"The kubeconfig {file} cannot be read ({type(error).__name__}): see KUBECONFIG."
            ) from None
        if not isinstance(content, dict):
            continue
        current = current or content.get("current-context") or None
        names |= {
            entry["name"]: None
            for entry in content.get("contexts") or []
            if isinstance(entry, dict) and "name" in entry
        }
    return list(names), current
