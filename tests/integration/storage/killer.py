"""A way to a store on which a process is killed at the n-th request of a kind, with so much of the request passed on."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.integration.cutting import Cutter

DELETE = re.compile(rb"POST /[^ ]*\?delete[ =]")
"""A call that deletes many objects."""
ABORT = re.compile(rb"DELETE /[^ ]*\?uploadId=")
REMOVE = re.compile(rb"DELETE /[^/? ]+ ")
"""The call that deletes a bucket."""
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


@dataclass
class Moment:
    """`share`: how much of the request reaches the store, 0 none of it and 1 all. Those before it were answered."""

    kill: Callable[[], object]
    kind: re.Pattern[bytes]
    number: int
    share: float
    asked: int = 0
    answered: int = 0
    over: bool = False
    changed: threading.Condition = field(default_factory=threading.Condition)


class Killer(Cutter):
    """Passes requests on whole, until the moment."""

    moment: Moment | None = None

    def __init__(self, host: str, port: int) -> None:
        self._waiting: set[socket.socket] = set()
        super().__init__(host, port, stays_away=False)

    def _pass(self, one: socket.socket, other: socket.socket, counts: bool) -> None:
        pieces = _requests(self._pieces(one)) if counts else self._pieces(one)
        for piece in pieces:
            if counts and self._ends(piece, other):
                self._cut()
                return
            if not counts:
                self._note_answer(one)
            with contextlib.suppress(OSError):
                other.sendall(piece)
        for side in (one, other):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def _ends(self, request: bytes, store: socket.socket) -> bool:
        """Whether this is the request, after which nothing is passed on."""
        moment = self.moment
        if moment is None or not moment.kind.match(request):
            return False
        with moment.changed:
            moment.asked += 1
            if moment.asked < moment.number:
                self._waiting.add(store)
                return False
            if moment.asked > moment.number:
                moment.changed.wait_for(lambda: moment.over)
                return True
            moment.changed.wait_for(lambda: moment.answered == moment.number - 1)
            store.sendall(request[: int(len(request) * moment.share)])
            moment.kill()
            moment.over = True
            moment.changed.notify_all()
        return True

    def _note_answer(self, store: socket.socket) -> None:
        if self.moment is not None and store in self._waiting:
            with self.moment.changed:
                self._waiting.remove(store)
                self.moment.answered += 1
                self.moment.changed.notify_all()


def _requests(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Head and body together."""
    buffer = b""
    for piece in pieces:
        buffer += piece
        while (end := buffer.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(buffer[: end + 2])
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(buffer) < whole:
                break
            yield buffer[:whole]
            buffer = buffer[whole:]
