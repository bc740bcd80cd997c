"""A client of a cloud's REST API, with its errors turned into ours and what may pass tried again.

Sentences name the API, what was to be done and what to do about it. Tokens stand in a header alone; redirections are not
followed, so that a token goes to the address that it was registered for.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Generator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import httpx
import tenacity

from launchpad_workflows.errors import BadCredentials, ProvisioningError, Refused, Unavailable
from launchpad_workflows.provisioners import clocks

_ATTEMPTS = 5
_PATIENCE = 60.0
"""Seconds that an API may ask to wait; after that the whole run is better repeated."""
_BACKOFF = tenacity.wait_random_exponential(multiplier=0.5, max=8)
_MAY_PASS = {429, 500, 502, 503, 504}
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_LONGEST = 300
"""Characters that are told of an API's own reason."""


class _Coded(Refused):
    """`code`: the API's own name for the error, empty where it has none."""

    def __init__(self, text: str, status: int, code: str = "") -> None:
        self.status = status
        self.code = code
        super().__init__(text)


class Denied(_Coded):
    """The token may not do that."""


class Missing(_Coded):
    """There is nothing at that path."""


class Answered(_Coded):
    """The API answered with another error of this status."""


class Bearer(httpx.Auth):
    """A token in each request's header."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add it."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


class Api:
    """One API. `code_key` and `reason_key`: where its errors, JSON objects, have their name and their text.

    `login`: what it lets in, to be told. `ca`: the authority of its certificate, in PEM; empty for the system's.
    """

    def __init__(
        self,
        name: str,
        url: str,
        auth: httpx.Auth,
        *,
        headers: Mapping[str, str] | None = None,
        code_key: str = "id",
        reason_key: str = "message",
        login: str = "token",
        ca: str = "",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        self._login = login
        self._keys = code_key, reason_key
        self._sleep = sleep
        timeout = httpx.Timeout(60, connect=10)
        verify = ssl.create_default_context(cadata=ca) if ca else True
        self._client = httpx.Client(base_url=url, auth=auth, headers=headers, timeout=timeout, verify=verify)

    def close(self) -> None:
        """Give up the connections."""
        self._client.close()

    def call(
        self,
        method: str,
        path: str,
        what: str,
        *,
        needs: str = "",
        body: object = None,
        query: Mapping[str, str | int] | None = None,
        repeatable: bool | None = None,
    ) -> Any:
        """The answer's JSON, None where it has no content.

        `what` goes on after "did not let us"; `needs` is the scope or role without which the call is refused. A POST is not
        `repeatable` unless it is said to be: after a lost answer nobody knows whether it was done, so that the caller has
        to look.
        """
        again = method != "POST" if repeatable is None else repeatable
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(_ATTEMPTS),
            wait=_pause,
            retry=tenacity.retry_if_exception(lambda error: _passes(error, again)),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            response = retrying(self._send, method, path, body, query)
        except httpx.HTTPStatusError as error:
            raise self._translate(error.response, what, needs) from None
        except httpx.HTTPError as error:
            if why := clocks.distrust(error, clocks.now()):
                raise Refused(f"{self.name} cannot be used: {why}.") from None
            raise Unavailable(f"{self.name} cannot be reached: {type(error).__name__}.") from None
        return self._content(response)

    def _send(self, method: str, path: str, body: object, query: Mapping[str, str | int] | None) -> httpx.Response:
        response = self._client.request(method, path, params=query, json=body)
        if not response.is_success:
            raise httpx.HTTPStatusError("", request=response.request, response=response)
        return response

    def _content(self, response: httpx.Response) -> Any:
        if not response.content:
            return None
        try:
            return response.json()
        except ValueError:
            raise Refused(f"{self.name} answered with something that is not JSON: is its address right?") from None

    def _translate(self, response: httpx.Response, what: str, needs: str) -> ProvisioningError:
        status = response.status_code
        code, reason = self._explained(response)
        told = f"{status} {code}".strip() + (f": {reason}" if reason else "")
        if status == 401:
            return BadCredentials(
                f"{self.name} refuses the {self._login} ({told}): register the server again with a valid one."
            )
        if status == 403:
            lacks = f" It needs {needs}: give it that, or register the server again with another one." if needs else ""
            return Denied(f"{self.name} does not let this {self._login} {what} ({told}).{lacks}", status, code)
        if status == 404:
            return Missing(f"{self.name} has nothing to {what} ({told}).", status, code)
        if status in _MAY_PASS:
            return Unavailable(f"{self.name} could not {what} at the moment ({told}).")
        return Answered(f"{self.name} did not {what} ({told}).", status, code)

    def _explained(self, response: httpx.Response) -> tuple[str, str]:
        """The API's own name and text of an error; empty where it gives none."""
        try:
            found = response.json()
        except ValueError:
            return "", ""
        if not isinstance(found, dict):
            return "", ""
        code, reason = (" ".join(str(found.get(key) or "").split()) for key in self._keys)
        return code[:_LONGEST], reason[:_LONGEST].rstrip(".")


def segment(name: str) -> str:
    """A name as one part of a path."""
    return quote(name, safe="")


def _passes(error: BaseException, again: bool) -> bool:
    """Whether another attempt makes sense and does no harm."""
    if isinstance(error, httpx.HTTPStatusError):
        status = error.response.status_code
        return (status == 429 or (again and status in _MAY_PASS)) and _asked(error.response) <= _PATIENCE
    return isinstance(error, _NOT_SENT) or (again and isinstance(error, httpx.TransportError))


def _pause(state: tenacity.RetryCallState) -> float:
    """What the API asks for, else twice as long each time."""
    error = state.outcome.exception() if state.outcome else None
    asked = _asked(error.response) if isinstance(error, httpx.HTTPStatusError) else 0.0
    return max(asked, _BACKOFF(state))


def _asked(response: httpx.Response) -> float:
    """Seconds of the header Retry-After, which may be a moment too; 0 where there is none."""
    text = response.headers.get("Retry-After", "")
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return 0.0
