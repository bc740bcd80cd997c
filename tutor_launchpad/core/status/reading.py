"""From one look to a status."""

from __future__ import annotations

from dataclasses import replace

from tutor_launchpad.core.argocd_state import SyncState, read_state
from tutor_launchpad.core.data.claims import KIND, claims_of, leftovers
from tutor_launchpad.core.status.certificates import parse_time, read_certificates
from tutor_launchpad.core.status.findings import find
from tutor_launchpad.core.status.images import mixed_images, stale_images
from tutor_launchpad.core.status.model import Finding, InstanceStatus, Verdict, Why
from tutor_launchpad.core.status.pods import failed_jobs, read_jobs, read_pods
from tutor_launchpad.core.status.seen import ClusterView, GitView, Seen


def read_status(seen: Seen) -> InstanceStatus:
    """What was seen, understood: the parts, what is not as it should be, and the whole in one word."""
    status = _of_git(seen)
    if seen.cluster is None:
        return replace(status, verdict=Verdict.UNKNOWN if seen.git.revision else Verdict.ABSENT)
    state = read_state(seen.cluster.application) if seen.cluster.application else None
    status = _of_cluster(status, seen, seen.cluster)
    if state is not None:
        status = replace(_of_application(status, state, seen), findings=())
    findings = find(status, state, seen.cluster.pods)
    return replace(status, findings=findings, verdict=_verdict(status, state, findings))


def _of_git(seen: Seen) -> InstanceStatus:
    git, changed = seen.git, parse_time(seen.git.changed)
    return InstanceStatus(
        instance=seen.instance,
        repository=seen.repository,
        observed=seen.now.isoformat(timespec="seconds"),
        git_revision=git.revision,
        last_deploy=git.changed,
        age=int((seen.now - changed).total_seconds()) if changed is not None else None,
        images=tuple(map(str, _list(git, "images"))),
        former=git.former,
        behind=seen.behind,
        unseen=seen.unseen,
    )


def _of_cluster(status: InstanceStatus, seen: Seen, cluster: ClusterView) -> InstanceStatus:
    """What of the cluster needs no Argo CD; what depends on Git, only where Git tells something."""
    git, named = seen.git, bool(seen.git.revision)
    secrets_known = named and "secrets" not in seen.unseen
    return replace(
        status,
        pods=None if "pods" in seen.unseen else read_pods(cluster.pods),
        init_jobs=read_jobs(cluster.jobs),
        failed_jobs=failed_jobs(cluster.jobs, cluster.pods),
        provisioning=cluster.provisioning,
        certificates=read_certificates(cluster.certificates, seen.now),
        stale_images=stale_images(cluster.pods, git.manifests),
        mixed_images=mixed_images(cluster.pods),
        missing_secrets=tuple(sorted(set(map(str, _list(git, "secrets"))) - cluster.secrets)) if secrets_known else (),
        drift=cluster.drift,
        leftovers=tuple(leftovers(cluster.claims, claims_of(git.manifests))) if named else (),
    )


def _list(git: GitView, name: str) -> list[object]:
    value = git.about.get(name)
    return value if isinstance(value, list) else []


def _of_application(status: InstanceStatus, state: SyncState, seen: Seen) -> InstanceStatus:
    assert seen.cluster is not None
    policy = (seen.cluster.application.get("spec") or {}).get("syncPolicy") or {}
    # Claims that Git no longer names stay on purpose; they are told as leftovers.
    differing = [one for one in state.resources if one.sync == "OutOfSync" and not (one.kind == KIND and one.pruned)]
    return replace(
        status,
        auto_sync="automated" in policy,
        sync=state.sync,
        health=state.health,
        live_revision=((seen.cluster.application.get("status") or {}).get("sync") or {}).get("revision", ""),
        message=state.message if state.phase != "Succeeded" else "",
        out_of_sync=tuple(sorted(f"{one.kind} {one.name}" for one in differing)),
    )


def _verdict(status: InstanceStatus, state: SyncState | None, findings: tuple[Finding, ...]) -> Verdict:
    if any(one.why is Why.UNREACHABLE for one in status.unseen.values()) or "application" in status.unseen:
        return Verdict.UNKNOWN
    if state is None:
        return Verdict.ABSENT
    if any(finding.trouble for finding in findings):
        return Verdict.UNHEALTHY
    settled = state.sync == "Synced" and state.health == "Healthy" and not state.in_progress and not status.behind
    return Verdict.HEALTHY if settled else Verdict.PROGRESSING
