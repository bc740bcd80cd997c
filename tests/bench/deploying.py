"""What Launchpad adds to Tutor's own commands."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.bench.measure import TUTOR, Sample, compare

PLUGINS = ["mfe", "forum"]


def measure(environment: Mapping[str, str], runs: int) -> Iterator[str]:
    """Each beside Tutor without Launchpad."""
    with tempfile.TemporaryDirectory() as folder:
        plain, bare, ours = Path(folder, "plain"), Path(folder, "bare"), Path(folder, "launchpad")
        apart = {**environment, "KUBECONFIG": f"{folder}/none", "TUTOR_PLUGINS_ROOT": f"{folder}/plugins"}
        for root, plugins in ((plain, ["drydock", *PLUGINS]), (bare, PLUGINS), (ours, ["launchpad", *PLUGINS])):
            root.mkdir()
            at_root = {**apart, "TUTOR_ROOT": str(root)}
            Sample("enable", [[TUTOR, "plugins", "enable", *plugins]]).run(at_root)
            Sample("save", [[TUTOR, "config", "save", "--set", "DRYDOCK_INIT_JOBS=true"]]).run(at_root)
        Sample("first deploy", [[TUTOR, "launchpad", "deploy"]]).run({**apart, "TUTOR_ROOT": str(ours)})
        yield compare(_ours(ours, "plan"), _by_hand(plain), apart, runs)
        yield compare(_help(ours, "with the plugin"), _help(bare, "without it"), apart, 3 * runs)
        yield compare(_ours(ours, "deploy"), _by_hand(plain), apart, runs)


def _at(root: Path, *command: str) -> list[str]:
    return ["env", f"TUTOR_ROOT={root}", *command]


def _ours(root: Path, verb: str) -> Sample:
    """`plan` renders, seals, scans and compares."""
    return Sample(f"tutor launchpad {verb}", [_at(root, TUTOR, "launchpad", verb)])


def _by_hand(root: Path) -> Sample:
    commands = [_at(root, TUTOR, "config", "save"), ["kubectl", "kustomize", str(root / "env")]]
    return Sample("tutor config save; kubectl kustomize", commands)


def _help(root: Path, how: str) -> Sample:
    return Sample(f"tutor --help, {how}", [_at(root, TUTOR, "--help")])
