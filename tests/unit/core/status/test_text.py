"""What people read, and the lines that a watch prints."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.core.data.test_claims import pvc
from tests.unit.core.status.looks import cluster, git, read
from tutor_launchpad.core.status.model import Certificate, InstanceStatus, Pods, Unseen, Verdict, Why
from tutor_launchpad.core.status.text import ago, changes, describe

NOTHING = InstanceStatus("moon", "/srv/git")


def test_nothing_recorded_yet() -> None:
    assert describe(NOTHING).splitlines() == [
        "instance      moon",
        "repository    /srv/git",
        "in Git        nothing recorded",
        "live          nothing deployed",
        "sync          -",
        "health        -",
    ]


def test_all_that_there_may_be() -> None:
    status = replace(
        read(cluster(claims=(pvc("minio"),)), git=git(), behind=True), message="one failed", auto_sync=False,
        pods=Pods(3, 2, {"lms-1": "ImagePullBackOff"}), init_jobs={"a": "complete", "b": "failed", "c": "complete"},
        provisioning="Succeeded (w)", verdict=Verdict.UNHEALTHY,
        certificates=(Certificate("lms", (), True, False, "", "2026-07-31T00:00:00Z", 57, False),),
        unseen={"secrets": Unseen(Why.FORBIDDEN, "You may not.")},
    )  # fmt: skip

    assert describe(status).splitlines() == [
        "instance      moon is unhealthy",
        "repository    https://git.example.org/c.git",
        "in Git        aaaaaaaaaa",
        "last deploy   2026-06-01T00:00:00+00:00 (3 days ago)",
        "live          aaaaaaaaaa, behind Git",
        "sync          Synced, by hand",
        "health        Healthy",
        "message       one failed",
        "pods          3 running, 1 waiting, 2 finished",
        "init jobs     2 complete, 1 failed (b)",
        "provisioning  Succeeded (w)",
        "image         openedx:2",
        "waiting       pod lms-1: ImagePullBackOff",
        "certificate   lms: ready, expires 2026-07-31 (57 days)",
        "not seen      secrets, forbidden: You may not.",
        "to know       Git is ahead of what runs. → wait: Argo CD syncs by itself within minutes",
        "to know       Nothing names claim minio (5Gi) any more. → keep it, or delete it for good: "
        "kubectl -n moon delete pvc minio",
    ]


def test_parts_that_were_not_read_are_not_called_empty() -> None:
    unseen = {part: Unseen(Why.UNREACHABLE, "away") for part in ("git", "application")}

    text = describe(replace(NOTHING, unseen=unseen))

    assert "in Git        not known" in text
    assert "live          not known" in text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "less than a minute"), (61, "1 minute"), (7300, "2 hours"), (86400, "1 day"), (300000, "3 days")],
)
def test_ago(seconds: int, text: str) -> None:
    assert ago(seconds) == text


def test_first_look_is_told_whole_and_time_alone_is_no_change() -> None:
    status = read()

    assert changes(None, status) == describe(status).splitlines()
    assert changes(status, replace(status, age=10**6, observed="later")) == []


def test_changes_are_the_lines_that_differ_and_those_that_are_gone() -> None:
    before = replace(read(), pods=Pods(1, 0, {"lms-1": "Pending", "cms-1": "Pending"}), message="one failed")
    after = replace(read(), pods=Pods(2, 0, {"cms-1": "Pending"}))

    assert changes(before, after) == [
        "pods          2 running, 1 waiting, 0 finished",
        "message       gone: one failed",
        "waiting       gone: pod lms-1: Pending",
    ]
