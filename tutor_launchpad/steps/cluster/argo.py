"""Applies Argo CD and Argo Workflows, which nothing else could install, and waits until they run."""

from __future__ import annotations

from collections.abc import Iterable

from tutor_launchpad.core.cluster.components import ARGO, CRD, CRDS, MAIN, Whose
from tutor_launchpad.core.cluster.overview import image_version
from tutor_launchpad.core.cluster.pins import Pin
from tutor_launchpad.core.cluster.stages import awaited, established, staged, unready
from tutor_launchpad.core.errors import NotFound, Refused, TimedOut
from tutor_launchpad.core.releases import is_newer
from tutor_launchpad.core.results import Status
from tutor_launchpad.core.types import Object
from tutor_launchpad.core.workloads import troubles
from tutor_launchpad.steps.cluster.installation import Installation, Tally

PAUSE = 1.0
SHORT = 60.0
SAID_EVERY = 20


def run_argo(installation: Installation, name: str) -> tuple[Status, str]:
    """Apply the objects of one of them, as the repository has them, less those that Argo CD keeps already."""
    if name not in installation.components:
        return Status.SKIPPED, "not asked for" if name in installation.files.components else "not in this repository"
    found = installation.found[name]
    if found.whose is Whose.FOREIGN:
        return Status.SKIPPED, f"left alone: kept by {found.keeper}; `--component {name} --force` takes it over"
    pin = installation.files.pin(name)
    _refuse_older(installation, pin)
    objects = installation.files.render(name, installation.manifests.get)
    tally = Tally()
    first, rest = staged(objects)
    _apply(installation, first, tally, len(objects))
    _await_kinds(installation, [one["metadata"]["name"] for one in first if one["kind"] == CRD])
    _apply(installation, rest, tally, len(objects))
    installation.applied += objects
    kept = tally.counts.get("kept", 0)
    if kept and kept == len(objects):
        return Status.UNCHANGED, f"{pin.version}: kept by Argo CD, from the repository"
    return tally.status, f"{pin.version}: {tally}"


def _refuse_older(installation: Installation, pin: Pin) -> None:
    """A folder that somebody has not pulled for a while must not take a cluster back."""
    live = installation.cluster.find("apps/v1", "Deployment", MAIN[pin.name], ARGO[pin.name])
    running = image_version(live) if live else ""
    if running and is_newer(running, pin.version) and not installation.order.force:
        raise Refused([
            f"{pin.name} {running} runs in the cluster, and this repository is pinned to {pin.version}: pull the repository, or "
            "go back on purpose with --force."
        ])  # fmt: skip


def _apply(installation: Installation, objects: Iterable[Object], tally: Tally, total: int) -> None:
    for obj in objects:
        metadata = obj["metadata"]
        live = installation.cluster.find(obj["apiVersion"], obj["kind"], metadata["name"], metadata.get("namespace"))
        tally.add(installation.ensure(obj, live))
        looked = sum(tally.counts.values())
        if looked % SAID_EVERY == 0 and looked < total:
            installation.say(f"{looked} of {total} objects: {tally}")


def _await_kinds(installation: Installation, names: list[str]) -> None:
    """Until the API serves what was defined, without which nothing of it can be made."""
    cluster, time = installation.cluster, installation.time
    deadline = time.now() + SHORT
    for name in names:
        while not established(cluster.get(CRDS, CRD, name)):
            if time.now() >= deadline:
                raise TimedOut(
                    f"The API does not serve {name} {SHORT:.0f} s after it was defined: "
                    f"`kubectl describe crd {name}` tells why. Then run the same command again."
                )
            time.sleep(PAUSE)


def run_ready(installation: Installation) -> tuple[Status, str]:
    """Wait until the workloads run; raises `TimedOut` with what those lack that do not."""
    wanted = awaited(installation.applied)
    if not wanted:
        return Status.SKIPPED, "nothing was applied to wait for"
    time, started = installation.time, installation.time.now()
    before = ""
    while True:
        missing = _missing(installation, wanted)
        if not missing:
            waited = time.now() - started >= PAUSE
            return Status.DONE if waited else Status.UNCHANGED, f"{len(wanted)} workloads run"
        if time.now() - started >= installation.order.timeout:
            raise TimedOut(_late(installation, missing))
        if missing[0] != before:
            before = missing[0]
            installation.say(f"{before}, and {len(missing) - 1} more" if len(missing) > 1 else before)
        time.sleep(PAUSE)


def _missing(installation: Installation, wanted: list[tuple[str, str, str]]) -> list[str]:
    """A sentence for each workload that is not ready."""
    cluster = installation.cluster
    live = {}
    for kind, namespace in sorted({(kind, namespace) for kind, namespace, _ in wanted}):
        for obj in cluster.list("apps/v1", kind, namespace):
            live[kind, namespace, obj["metadata"]["name"]] = obj
    lacks = [(key, unready(live[key]) if key in live else "is gone") for key in wanted]
    return [f"{kind} {namespace}/{name} {lack}" for (kind, namespace, name), lack in lacks if lack]


def _late(installation: Installation, missing: list[str]) -> str:
    stuck: list[str] = []
    for namespace in ARGO.values():
        try:
            stuck += troubles(installation.cluster.list("v1", "Pod", namespace))
        except NotFound:
            continue
    why = f" {'; '.join(stuck[:3])}." if stuck else ""
    return (
        f"Not ready after {installation.order.timeout:.0f} s: {'; '.join(missing[:3])}.{why} Mend that, then run the same "
        "command again, which goes on from here."
    )
