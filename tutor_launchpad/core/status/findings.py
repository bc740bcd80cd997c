"""What is not as it should be, one sentence and one thing to do for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tutor_launchpad.core.argocd_state import ENDED_BADLY, SyncState
from tutor_launchpad.core.status.model import Finding, InstanceStatus
from tutor_launchpad.core.types import Object
from tutor_launchpad.core.workloads import troubles

DEPLOY = "deploy again: tutor launchpad deploy"


def find(status: InstanceStatus, state: SyncState | None, pods: Iterable[Object]) -> tuple[Finding, ...]:
    """Troubles first, each kind in the order in which one would look at it."""
    busy = state is not None and (state.in_progress or bool(status.behind and status.auto_sync))
    found = [
        *(_sync(status, state, busy) if state is not None else ()),
        *_jobs(status),
        *_secrets(status),
        *_pods(pods),
        *_certificates(status),
        *_images(status, busy),
        *_drift(status),
        *_left(status),
    ]
    return tuple(sorted(found, key=lambda finding: not finding.trouble))


def _sync(status: InstanceStatus, state: SyncState, busy: bool) -> Iterator[Finding]:
    name = status.instance
    for error in state.errors:
        yield Finding(
            "sync", f"Argo CD cannot compare: {error}", f"mend the cause, then refresh Application {name} in Argo CD"
        )
    if state.phase in ENDED_BADLY or state.pausing:
        said = "; ".join(state.failures[:3]) or state.message or state.phase
        yield Finding("sync", f"The last sync failed: {said}", f"mend the cause, then {DEPLOY}")
    if status.behind and status.auto_sync:
        yield Finding(
            "git", "Git is ahead of what runs.", "wait: Argo CD syncs by itself within minutes", trouble=False
        )
    elif status.behind:
        yield Finding(
            "git", "Git is ahead of what runs, and auto-sync is off.", f"sync Application {name}, or {DEPLOY}"
        )
    elif status.out_of_sync and not busy:
        objects = ", ".join(status.out_of_sync)
        todo = f"compare them: kubectl -n {name} get … -o yaml; a deploy applies Git's again"
        yield Finding("sync", f"The cluster differs from Git: {objects}.", todo)
    if state.health == "Degraded":
        yield Finding("health", "Argo CD calls the instance Degraded.", "look at the pods and jobs below")
    if state.health == "Suspended":
        yield Finding("health", "Something of the instance is suspended.", f"look at Application {name} in Argo CD")


def _jobs(status: InstanceStatus) -> Iterator[Finding]:
    for job, why in status.failed_jobs.items():
        todo = f"kubectl -n {status.instance} logs job/{job}, mend the cause, then {DEPLOY}"
        yield Finding("init jobs", f"Init job {job} has failed: {why}", todo)


def _secrets(status: InstanceStatus) -> Iterator[Finding]:
    if status.missing_secrets:
        names = ", ".join(status.missing_secrets)
        yield Finding(
            "secrets", f"Git names Secrets that the namespace does not have: {names}.", f"pods need them; {DEPLOY}"
        )


def _pods(pods: Iterable[Object]) -> Iterator[Finding]:
    for sentence in troubles(pods):
        yield Finding("pods", sentence, "mend the cause; the pod goes on by itself, or with the next deploy")


def _certificates(status: InstanceStatus) -> Iterator[Finding]:
    for one in status.certificates:
        todo = f"kubectl -n {status.instance} describe certificate,certificaterequest,order,challenge"
        if not one.ready and not one.issuing:
            yield Finding(
                "certificates", f"Certificate {one.name} is not ready: {one.reason or 'no reason told'}", todo
            )
        elif not one.ready:
            yield Finding("certificates", f"Certificate {one.name} is being issued.", "wait a minute", trouble=False)
        if one.late:
            left = f"in {one.days_left} days" if (one.days_left or 0) >= 0 else "already"
            yield Finding("certificates", f"Certificate {one.name} is not renewed and expires {left}.", todo)


def _images(status: InstanceStatus, busy: bool) -> Iterator[Finding]:
    name = status.instance
    for one in status.stale_images:
        run = "1 pod" if one.pods == 1 else f"{one.pods} pods"
        what = f"{run} of {one.workload} with {one.runs} ({one.container}), where Git names {one.wanted}."
        todo = f"kubectl -n {name} rollout status {one.workload.replace(' ', '/').lower()}; it may wait for room or an image"
        yield Finding("images", what, todo, trouble=not busy)
    for image, digests in status.mixed_images.items():
        what = f"Image {image} runs as {len(digests)} different ones: its tag was pushed again."
        todo = f"restart what runs it: kubectl -n {name} rollout restart deployment; give each build a tag of its own"
        yield Finding("images", what, todo)


def _drift(status: InstanceStatus) -> Iterator[Finding]:
    for change in status.drift:
        target = f"{change.kind} {change.name}"
        fields = f" ({', '.join(change.fields)})" if change.fields else ""
        what = {
            "create": f"{target} is missing.",
            "update": f"{target} is not as a deploy leaves it{fields}.",
            "remove": f"{target} is not wanted any more.",
        }[change.action]
        yield Finding("namespace", what, DEPLOY)


def _left(status: InstanceStatus) -> Iterator[Finding]:
    for claim in status.leftovers:
        todo = f"keep it, or delete it for good: kubectl -n {status.instance} delete pvc {claim.name}"
        yield Finding("claims", f"Nothing names claim {claim.name} ({claim.size}) any more.", todo, trouble=False)
    for name in status.former:
        todo = f"remove instance {name} once its data is moved (docs/howto/move-data.md)"
        yield Finding("git", f"Folder instances/{name} is of a former name of this instance.", todo, trouble=False)
