"""Benchmarks: `python -m tests.bench [RUNS]`. Prints minimum, median, maximum and peak memory, and what is not run."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.bench.calls import count_calls
from tests.bench.measure import Sample, compare

TUTOR = str(Path(sys.executable).with_name("tutor"))
PLUGINS = ["mfe", "forum"]


def main(runs: int) -> None:
    """All benchmarks, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        plain, bare, ours = Path(folder, "plain"), Path(folder, "bare"), Path(folder, "launchpad")
        environment = {**os.environ, "KUBECONFIG": f"{folder}/none", "TUTOR_PLUGINS_ROOT": f"{folder}/plugins"}
        for root, plugins in ((plain, ["drydock", *PLUGINS]), (bare, PLUGINS), (ours, ["launchpad", *PLUGINS])):
            root.mkdir()
            at_root = {**environment, "TUTOR_ROOT": str(root)}
            Sample("enable", [[TUTOR, "plugins", "enable", *plugins]]).run(at_root)
            Sample("save", [[TUTOR, "config", "save", "--set", "DRYDOCK_INIT_JOBS=true"]]).run(at_root)
        Sample("first deploy", [[TUTOR, "launchpad", "deploy"]]).run({**environment, "TUTOR_ROOT": str(ours)})
        _show("render, seal, scan, compare", _render(plain, ours), environment, runs)
        _show("importing the plugin", _help(bare, ours), environment, 3 * runs)
        _show("deploy with nothing to do", _no_op(plain, ours), environment, runs)
    print("\n# requests of a deploy to the API server")
    print(count_calls())


def _show(title: str, samples: tuple[Sample, Sample], environment: dict[str, str], runs: int) -> None:
    print(f"\n# {title}: minimum, median, maximum of {runs} runs, peak memory")
    print(compare(*samples, environment, runs), flush=True)


def _at(root: Path, *command: str) -> list[str]:
    return ["env", f"TUTOR_ROOT={root}", *command]


def _by_hand(plain: Path) -> Sample:
    save, build = _at(plain, TUTOR, "config", "save"), ["kubectl", "kustomize", str(plain / "env")]
    return Sample("tutor config save; kubectl kustomize", [save, build])


def _render(plain: Path, ours: Path) -> tuple[Sample, Sample]:
    return Sample("tutor launchpad plan", [_at(ours, TUTOR, "launchpad", "plan")]), _by_hand(plain)


def _help(bare: Path, ours: Path) -> tuple[Sample, Sample]:
    with_it = Sample("tutor --help, with the plugin", [_at(ours, TUTOR, "--help")])
    without = Sample("tutor --help, without it", [_at(bare, TUTOR, "--help")])
    return with_it, without


def _no_op(plain: Path, ours: Path) -> tuple[Sample, Sample]:
    return Sample("tutor launchpad deploy", [_at(ours, TUTOR, "launchpad", "deploy")]), _by_hand(plain)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
