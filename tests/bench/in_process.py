"""`--local` for a schema, databases and a bucket, beside a script with the same libraries."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.bench import servers
from tests.bench.measure import TUTOR, Sample, compare

INSTANCE = "bench-local"
SCRIPT_INSTANCE = "bench-script"
GOAL = 2.0


def measure(environment: Mapping[str, str], runs: int) -> Iterator[str]:
    """Making, a repeat with nothing to do, and removal with all data."""
    if setting := servers.missing():
        yield f"not run: {setting} is not set"
        return
    yield f"goal: at most {GOAL} s to make all three"
    with tempfile.TemporaryDirectory() as folder:
        at_root = {**environment, "TUTOR_ROOT": folder, "TUTOR_PLUGINS_ROOT": f"{folder}/plugins"}
        _prepare(at_root)
        yield compare(_sample("provision", after="deprovision"), _script("make", after="remove"), at_root, runs)
        yield compare(_sample("deprovision", before="provision"), _script("remove", before="make"), at_root, runs)


def _prepare(environment: Mapping[str, str]) -> None:
    known = servers.servers()
    uses = [f"LAUNCHPAD_{resource.upper()}_SERVER=main" for resource in known]
    values = [f"K8S_NAMESPACE={INSTANCE}", f"LAUNCHPAD_INSTANCE={INSTANCE}", *uses]
    options = [word for value in values for word in ("--set", value)]
    _run([TUTOR, "plugins", "enable", "launchpad", "mfe", "forum"], environment)
    _run([TUTOR, "config", "save", *options], environment)
    for resource, server in known.items():
        user, password = server.administrator
        where = ["--endpoint", server.endpoint] if resource == "storage" else ["--host", server.host]
        where += [] if resource == "storage" else ["--port", str(server.port)]
        add = [TUTOR, "launchpad", "server", "add", resource, "main", "--no-cluster", "--user", user]
        _run([*add, *where, "--password-file", "-"], environment, password)


def _run(command: list[str], environment: Mapping[str, str], stdin: str = "") -> None:
    subprocess.run(command, env=dict(environment), input=stdin, text=True, check=True, capture_output=True)


def _ours(verb: str) -> list[str]:
    more = ["--delete-data", "--yes"] if verb == "deprovision" else []
    return [TUTOR, "launchpad", verb, "--local", *more]


def _sample(verb: str, before: str = "", after: str = "") -> Sample:
    name = f"tutor launchpad {verb} --local"
    return Sample(name, [_ours(verb)], before=[_ours(before)] if before else [], after=[_ours(after)] if after else [])


def _straight(verb: str) -> list[str]:
    """From the project's root, as `tests` is no package that is installed."""
    project = Path(__file__).parents[2]
    return ["env", "-C", str(project), sys.executable, "-m", "tests.bench.straight", verb, SCRIPT_INSTANCE]


def _script(verb: str, before: str = "", after: str = "") -> Sample:
    name = f"a script that can {verb} them, and nothing more"
    one = Sample(name, [_straight(verb)])
    one.before, one.after = ([_straight(other)] if other else [] for other in (before, after))
    return one
