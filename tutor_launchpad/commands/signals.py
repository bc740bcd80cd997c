"""SIGTERM, by which systems end a program, and SIGHUP, by which a terminal does, do what Ctrl-C does."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

NUMBERS = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def terminable() -> Iterator[None]:
    """Turn both into `KeyboardInterrupt`, so that children are ended and what is half made is removed.

    What somebody has told us to ignore, as `nohup` does, stays ignored.
    """

    def end(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in NUMBERS}
    heard = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    try:
        for number in heard:
            signal.signal(number, end)
    except ValueError:  # only the main thread hears signals
        yield
        return
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, before[number] or signal.SIG_DFL)
