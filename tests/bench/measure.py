"""Times whole processes, in turn with what they are compared to, so that a machine's drift hits both."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TUTOR = str(Path(sys.executable).with_name("tutor"))
Command = Sequence[str]


@dataclass
class Sample:
    """Runs of one way to do a thing. `seconds`: wall time; `memory`: peak of its largest process, in MiB.

    What `before` and `after` name is done around each run, and not measured.
    """

    name: str
    commands: Sequence[Command]
    before: Sequence[Command] = ()
    after: Sequence[Command] = ()
    seconds: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def run(self, environment: Mapping[str, str]) -> None:
        """Run the commands one after the other, once."""
        for command in self.before:
            _peak(command, environment)
        peak, started = 0.0, time.perf_counter()
        for command in self.commands:
            peak = max(peak, _peak(command, environment))
        self.seconds.append(time.perf_counter() - started)
        self.memory.append(peak)
        for command in self.after:
            _peak(command, environment)

    def row(self) -> str:
        """Minimum, median and maximum."""
        low, middle, high = min(self.seconds), statistics.median(self.seconds), max(self.seconds)
        return f"{self.name:52} {low:6.2f} {middle:6.2f} {high:6.2f} s  {statistics.median(self.memory):6.0f} MiB"


def compare(one: Sample, other: Sample, environment: Mapping[str, str], runs: int) -> str:
    """Run both in turn; their rows and the median of the ratios pair by pair."""
    one.run(environment)
    other.run(environment)
    for sample in (one, other):
        sample.seconds.clear()
        sample.memory.clear()
    for _ in range(runs):
        one.run(environment)
        other.run(environment)
    ratios = [a / b for a, b in zip(one.seconds, other.seconds, strict=True)]
    memory = statistics.median(one.memory) / statistics.median(other.memory)
    return f"{one.row()}\n{other.row()}\n{'ratio':52} {statistics.median(ratios):13.2f}    memory {memory:.2f}"


def _peak(command: Command, environment: Mapping[str, str]) -> float:
    process = subprocess.Popen(
        list(command), env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with status {process.returncode}")
    return usage.ru_maxrss / 1024
