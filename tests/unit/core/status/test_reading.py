"""From a look to a verdict, and to what is to be done."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.core.data.test_claims import pvc
from tests.unit.core.status.looks import application, cluster, git, read
from tests.unit.core.status.test_images import GIT, pod
from tutor_launchpad.core.plan import ClusterChange
from tutor_launchpad.core.status.model import Unseen, Verdict, Why

STUCK = pod(
    status={"phase": "Pending", "containerStatuses": [{"name": "x", "state": {"waiting": {"reason": "ErrImagePull"}}}]}
)
FAILED_JOB = {
    "metadata": {"name": "init-lms"},
    "status": {"conditions": [{"type": "Failed", "status": "True", "message": "deadline"}]},
}
CERTIFICATE = {"metadata": {"name": "lms-tls"}, "status": {"conditions": [{"type": "Ready", "status": "False"}]}}
LATE = {
    "metadata": {"name": "lms-tls"},
    "status": {"conditions": [{"type": "Ready", "status": "True"}], "notAfter": "2026-06-01T00:00:00Z"},
}


def resource(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "name": "x", "status": "OutOfSync", **more}


def test_healthy_instance_needs_nothing() -> None:
    status = read()

    assert (status.verdict, status.findings, status.behind) == (Verdict.HEALTHY, (), False)
    assert (status.age, status.observed) == (3 * 86400, "2026-06-04T00:00:00+00:00")


@pytest.mark.parametrize(
    ("view", "verdict"),
    [
        pytest.param(None, Verdict.UNKNOWN, id="no cluster"),
        pytest.param(cluster(application={}), Verdict.ABSENT, id="not deployed"),
        pytest.param(cluster(application=application(health="Progressing")), Verdict.PROGRESSING, id="rollout"),
        pytest.param(cluster(application={"metadata": {}, "spec": {}}), Verdict.PROGRESSING, id="just made"),
        pytest.param(cluster(application=application(health="Degraded")), Verdict.UNHEALTHY, id="degraded"),
    ],
)  # fmt: skip
def test_whole_in_one_word(view: Any, verdict: Verdict) -> None:
    assert read(cluster=view).verdict is verdict


@pytest.mark.parametrize(
    ("view", "what", "todo"),
    [
        pytest.param(cluster(secrets=frozenset()), "Git names Secrets that the namespace does not have: sealed-1.", "deploy"),
        pytest.param(cluster(jobs=(FAILED_JOB,)), "Init job init-lms has failed: deadline", "logs job/init-lms"),
        pytest.param(cluster(pods=(STUCK,)), "Pod lms-abc-1: ErrImagePull", "mend the cause"),
        pytest.param(cluster(certificates=(CERTIFICATE,)), "Certificate lms-tls is not ready", "describe certificate"),
        pytest.param(cluster(certificates=(LATE,)), "Certificate lms-tls is not renewed and expires already", "describe"),
        pytest.param(cluster(pods=(pod("openedx:1"),)), "1 pod of Deployment lms with openedx:1 (lms), where", "rollout status"),
        pytest.param(
            cluster(pods=(pod(digest="@a"), pod(digest="@b"))), "openedx:2 runs as 2 different ones", "rollout restart"
        ),
        pytest.param(
            cluster(drift=(ClusterChange("update", "ResourceQuota", "launchpad", ("spec.hard.pods",)),)),
            "ResourceQuota launchpad is not as a deploy leaves it (spec.hard.pods).", "deploy again",
        ),
        pytest.param(
            cluster(drift=(ClusterChange("create", "NetworkPolicy", "x"),)), "NetworkPolicy x is missing.", "deploy again"
        ),
        pytest.param(
            cluster(application=application(sync="OutOfSync", resources=[resource("Deployment")])),
            "The cluster differs from Git: Deployment x.", "a deploy applies Git's again",
        ),
        pytest.param(
            cluster(application=application(conditions=[{"type": "ComparisonError", "message": "no such path"}])),
            "Argo CD cannot compare: no such path", "refresh",
        ),
        pytest.param(
            cluster(application=application(operationState={"phase": "Failed", "message": "denied"})),
            "The last sync failed: denied", "deploy again",
        ),
        pytest.param(cluster(application=application(health="Suspended")), "is suspended", "Argo CD"),
    ],
)  # fmt: skip
def test_trouble_is_named_with_what_to_do(view: Any, what: str, todo: str) -> None:
    status = read(view, git=git(manifests=tuple(GIT)))

    (finding,) = [one for one in status.findings if one.trouble]
    assert what in finding.what
    assert todo in finding.todo
    assert status.verdict is Verdict.UNHEALTHY


def test_git_ahead_is_waited_for_where_argo_cd_syncs_by_itself() -> None:
    (finding,) = read(behind=True).findings
    (manual,) = read(cluster(application=application(auto=False)), behind=True).findings

    assert (finding.trouble, read(behind=True).verdict) == (False, Verdict.PROGRESSING)
    assert manual.trouble
    assert "auto-sync is off" in manual.what


def test_old_images_are_no_trouble_while_a_sync_runs() -> None:
    view = cluster(pods=(pod("openedx:1"),), application=application(operationState={"phase": "Running"}))

    status = read(view, git=git(manifests=tuple(GIT)))

    assert [finding.trouble for finding in status.findings] == [False]
    assert status.verdict is Verdict.PROGRESSING


def test_leftovers_and_former_folders_are_told_and_no_trouble() -> None:
    kept = resource("PersistentVolumeClaim", requiresPruning=True)
    view = cluster(claims=(pvc("minio", "20Gi"),), application=application(resources=[kept]))

    status = read(view, git=git(former=("old",)))

    assert [finding.what for finding in status.findings] == [
        "Nothing names claim minio (20Gi) any more.",
        "Folder instances/old is of a former name of this instance.",
    ]
    assert (status.verdict, status.out_of_sync) == (Verdict.HEALTHY, ())


@pytest.mark.parametrize(
    ("part", "why", "verdict"),
    [
        ("certificates", Why.ABSENT, Verdict.HEALTHY),
        ("secrets", Why.FORBIDDEN, Verdict.HEALTHY),
        ("application", Why.FORBIDDEN, Verdict.UNKNOWN),
        ("pods", Why.UNREACHABLE, Verdict.UNKNOWN),
    ],
)
def test_part_that_is_not_seen_hides_no_other(part: str, why: Why, verdict: Verdict) -> None:
    view = cluster(secrets=frozenset()) if part == "secrets" else cluster()

    status = read(view, unseen={part: Unseen(why, "because")})

    assert status.verdict is verdict
    assert status.missing_secrets == ()
    assert (status.pods is None) is (part == "pods")


def test_nothing_in_git_leaves_no_claim_over() -> None:
    status = read(cluster(claims=(pvc("mysql"),)), git=git(revision="", about={"secrets": "odd"}))

    assert (status.leftovers, status.missing_secrets) == ((), ())
