"""How many requests a deploy makes, from the audit log of a cluster that keeps one."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measure import TUTOR

SETTLE = 2.0


def count_calls() -> Iterator[str]:
    """Requests of a deploy with nothing to do, by verb and resource; needs a root that is deployed already."""
    log, root = os.environ.get("LAUNCHPAD_TEST_AUDIT_LOG", ""), os.environ.get("LAUNCHPAD_TEST_DEPLOYED_ROOT", "")
    if not (log and root):
        yield "not run: LAUNCHPAD_TEST_AUDIT_LOG and LAUNCHPAD_TEST_DEPLOYED_ROOT (a deployed Tutor root) are not set"
        return
    start = Path(log).stat().st_size
    begun = time.perf_counter()
    subprocess.run([TUTOR, "launchpad", "deploy"], env={**os.environ, "TUTOR_ROOT": root}, check=True)
    seconds = time.perf_counter() - begun
    time.sleep(SETTLE)  # the log is written in batches
    counted = Counter(_requests(log, start))
    rows = [f"{count:4} {verb:6} {resource}" for (verb, resource), count in sorted(counted.items())]
    yield from rows
    yield f"{counted.total():4} in all, in {seconds:.1f} s"


def _requests(log: str, start: int) -> list[tuple[str, str]]:
    with open(log, encoding="utf-8") as file:
        file.seek(start)
        entries = [json.loads(line) for line in file]
    ours = [one for one in entries if str(one.get("userAgent", "")).startswith("launchpad/")]
    return [(one["verb"], one.get("objectRef", {}).get("resource", one["requestURI"])) for one in ours]
