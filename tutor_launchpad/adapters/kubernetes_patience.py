"""When a request is sent again, and for how long: an API server that is away for a minute must not end a deploy.

Nobody answers, or too many ask: that is waited out. An error inside the server or an answer that cannot be read gets a
few seconds, as it seldom passes. Everything else is an answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tutor_launchpad.adapters.kubernetes_transport import Broken, Request, Response, Transport
from tutor_launchpad.core.errors import Unreachable

QUICK = 2.0
"""Seconds for the first contact: who has named a wrong cluster wants to know at once."""
LIMIT = 120.0
"""Seconds for a server that has answered before: a control plane that is updated, a VPN that connects again."""
RARE = 10.0
TOLD_AFTER = 2.0
LONGEST_PAUSE = 5.0
BUSY = {408, 429, 502, 503, 504}
THROTTLED = 429
INSIDE = 500


@dataclass(frozen=True)
class Patience:
    """How long to wait for an answer, where to say so, and the clock."""

    limit: float = QUICK
    say: Callable[[str], None] = lambda text: None
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


QUICKLY = Patience()


@dataclass(frozen=True)
class _Failure:
    """One try without an answer to go on with. `wished`: the pause that the server asks for."""

    text: str
    limit: float = LIMIT
    sent: bool = True
    wished: float = 0.0


def send(transport: Transport, request: Request, patience: Patience) -> Response:
    """The server's answer; the last one, where it keeps failing. A user whose credentials ran out gets new ones once.

    Raises `Unreachable`, with the server's address, where no answer came within the limit.
    """
    wait = _Wait(transport.server, patience)
    arrived = False
    while True:
        answer = _try(transport, request)
        failure = _failure(answer, request)
        if failure is None or not wait.goes_on(failure):
            break
        arrived = arrived or failure.sent
    if isinstance(answer, Broken):
        raise Unreachable(_unreachable(transport.server, answer, wait)) from answer
    if failure is None:
        wait.end()
    return replace(answer, resent=arrived)


def _try(transport: Transport, request: Request) -> Response | Broken:
    try:
        response = transport.send(request)
        if response.status == 401 and transport.renew():
            response = transport.send(request)
    except Broken as error:
        return error
    return response


@dataclass
class _Wait:
    """The pauses of one request."""

    server: str
    patience: Patience
    began: float = field(init=False)
    pause: float = 0.25
    told: bool = False

    def __post_init__(self) -> None:
        self.began = self.patience.now()

    @property
    def passed(self) -> float:
        """Seconds since the first try."""
        return self.patience.now() - self.began

    def goes_on(self, failure: _Failure) -> bool:
        """Pause, and say so once where it takes long; False where the limit would be passed."""
        pause = failure.wished or self.pause
        if self.passed + pause > min(failure.limit, self.patience.limit):
            return False
        if self.passed + pause > TOLD_AFTER and not self.told:
            self.told = True
            self.patience.say(f"{self.server} {failure.text}: waiting for it, at most {self.patience.limit:.0f} s")
        self.patience.sleep(pause)
        self.pause = min(self.pause * 2, LONGEST_PAUSE)
        return True

    def end(self) -> None:
        """It answers."""
        if self.told:
            self.patience.say(f"{self.server} answers again after {self.passed:.0f} s")


def _failure(answer: Response | Broken, request: Request) -> _Failure | None:
    if isinstance(answer, Broken):
        return _Failure(f"does not answer ({answer})", 0.0 if answer.lasting else LIMIT, answer.sent)
    if answer.status in BUSY:
        asked = answer.headers.get("Retry-After", "")
        throttled = answer.status == THROTTLED
        text = f"is too busy (HTTP {answer.status})" if throttled else f"answers HTTP {answer.status}"
        return _Failure(text, sent=not throttled, wished=float(asked) if asked.isdigit() else 0.0)
    if answer.status == INSIDE:
        return _Failure(f"answers HTTP {INSIDE}", RARE)
    if 200 <= answer.status < 300 and not request.text and answer.document is None:
        return _Failure("answers what is no JSON", RARE)
    return None


def _unreachable(server: str, error: Broken, wait: _Wait) -> str:
    if error.lasting:
        return (
            f"There is no trusted connection to the Kubernetes API server {server} ({error}): look at the certificates "
            "in the kubeconfig, at a proxy that may stand between, and at this machine's clock."
        )
    if wait.patience.limit > QUICK:
        return (
            f"The Kubernetes API server {server} has not answered for {wait.passed:.0f} s ({error}): is the cluster up, "
            "and does a VPN or proxy stand between?"
        )
    return (
        f"The Kubernetes API server {server} does not answer ({error}): is the cluster up, and does a VPN or proxy "
        "stand between? `--no-cluster` works without it."
    )
