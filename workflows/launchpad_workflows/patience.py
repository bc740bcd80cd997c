"""Waiting for what a cloud has promised and does not show everywhere yet."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import tenacity

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """Tries again after pauses of 1, 2, 4 and then `longest` seconds."""

    attempts: int = 14
    longest: float = 5
    sleep: Callable[[float], None] = time.sleep

    def until(self, attempt: Callable[[], T], *passing: type[Exception]) -> T:
        """What the attempt returns as soon as it raises none of `passing`; its last error where it never does."""
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self.attempts),
            wait=tenacity.wait_exponential(max=self.longest),
            retry=tenacity.retry_if_exception_type(passing),
            sleep=self.sleep,
            reraise=True,
        )
        return retrying(attempt)
