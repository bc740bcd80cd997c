"""Benchmarks: `python -m tests.bench [PART …] [--runs N] [--instances N]`. None fails by its time.

Prints minimum, median, maximum and peak memory beside what somebody would do otherwise, and says what is not run.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from tests.bench import deploying, in_process, many, workflow
from tests.bench.calls import count_calls


def main() -> None:
    """The chosen parts, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Speed, beside the alternatives.")
    parser.add_argument("part", nargs="*", help="deploy, calls, local, workflow, many; all where none is given")
    parser.add_argument("--runs", type=int, default=5, help="how often each is run")
    parser.add_argument("--instances", type=int, default=50, help="how many instances are made at once")
    given = parser.parse_args()
    parts = _parts(given.runs, given.instances)
    if unknown := set(given.part) - set(parts):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    for name in given.part or parts:
        title, part = parts[name]
        print(f"\n# {title}", flush=True)
        for line in part():
            print(line, flush=True)


def _parts(runs: int, instances: int) -> Mapping[str, tuple[str, Callable[[], Iterator[str]]]]:
    # An installed program has its bytecode; what tox sets would measure its compilation.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        "deploy": ("rendering, importing, a deploy with nothing to do", partial(deploying.measure, environment, runs)),
        "calls": ("requests of a deploy to the API server", count_calls),
        "local": ("a schema, databases and a bucket in process", partial(in_process.measure, environment, runs)),
        "workflow": ("the same by one workflow", partial(workflow.measure, runs)),
        "many": (f"{instances} instances at once", partial(many.measure, instances)),
    }


if __name__ == "__main__":
    main()
