"""A way to a server that is cut at the n-th piece that the client sends."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


class Cutter:
    """Passes TCP on. `stays_away`: after the cut nobody gets through until it is mended."""

    def __init__(self, host: str, port: int, *, stays_away: bool, address: str = "127.0.0.1") -> None:
        self._target = host, port
        self._stays_away = stays_away
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._left: int | None = None
        self._away = False
        self._listener = socket.create_server((address, 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_at(self, piece: int) -> None:
        """From now on, the piece of this number is not passed on."""
        self._left = piece

    def mend(self) -> bool:
        """Let all through again; whether there was a cut."""
        was_cut = self._left == 0
        self._left, self._away = None, False
        return was_cut

    def close(self) -> None:
        """The end."""
        self._listener.close()
        self._cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near = self._listener.accept()[0]
                if self._away:
                    near.close()
                    continue
                far = socket.create_connection(self._target)
                self._open += [near, far]
                threading.Thread(target=self._pass, args=(near, far, True), daemon=True).start()
                threading.Thread(target=self._pass, args=(far, near, False), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, counts: bool) -> None:
        for piece in self._pieces(one):
            if counts and self._is_last():
                self._cut()
                return
            with contextlib.suppress(OSError):
                other.sendall(piece)
        for side in (one, other):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def _pieces(self, one: socket.socket) -> Iterator[bytes]:
        with contextlib.suppress(OSError):
            while piece := one.recv(65536):
                yield piece

    def _is_last(self) -> bool:
        with self._lock:
            if self._left is None or self._left == 0:
                return False
            self._left -= 1
            self._away = self._left == 0 and self._stays_away
            return self._left == 0

    def _cut(self) -> None:
        for side in self._open:
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
        self._open.clear()


class Holder(Cutter):
    """Instead of cutting it lets the client wait at that piece, until it is told to go on."""

    def __init__(self, host: str, port: int, *, address: str = "127.0.0.1") -> None:
        self.held, self.go_on = threading.Event(), threading.Event()
        super().__init__(host, port, stays_away=False, address=address)

    def _is_last(self) -> bool:
        if super()._is_last():
            self.held.set()
            self.go_on.wait()
        return False
