"""Which init jobs a change starts: only those that it concerns."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.unit.plugins.combinations import ALL
from tests.unit.plugins.conftest import Render
from tests.unit.plugins.rendering import Rendering
from tutor_launchpad.core.jobs import JOB_LABEL

FEW = "mfe notes"
OPENEDX = {"cms": 1, "lms": 5}
"""Tasks of the LMS and the CMS with notes and mfe."""


def _jobs(rendering: Rendering) -> dict[str, str]:
    return {item["metadata"]["name"]: item["metadata"]["labels"][JOB_LABEL] for item in rendering.of_kind("Job")}


def _started(before: Rendering, after: Rendering) -> dict[str, int]:
    """Task → how many jobs Argo CD would make on the way from one to the other."""
    known = _jobs(before)
    return dict(Counter(task for name, task in _jobs(after).items() if name not in known))


UNREAD = {
    "CONTACT_EMAIL": "help@example.com",
    "DOCKER_IMAGE_REDIS": "docker.io/redis:9",
    "LAUNCHPAD_JOB_DEADLINE": 60,
    "MFE_DOCKER_IMAGE": "example.com/mfe:2",
    "PLATFORM_NAME": "Lunar Academy",
    "SMTP_HOST": "mail.example.com",
}
"""What no task of the LMS, the CMS or notes reads."""


@pytest.mark.parametrize(
    ("settings", "started"),
    [
        (UNREAD, {}),
        ({"NOTES_VERSION": "22.9.9"}, {"notes": 1}),
        ({"DOCKER_IMAGE_OPENEDX": "example.com/openedx:2"}, OPENEDX),
        ({"DOCKER_IMAGE_MYSQL": "docker.io/mysql:8.4.99"}, {"mysql": 2}),
        ({"NOTES_OAUTH2_SECRET": "another-secret-of-notes"}, {"lms": 1, "notes": 1}),
        ({"NOTES_MYSQL_PASSWORD": "another-password-of-notes"}, {"mysql": 1, "notes": 1}),
        ({"OPENEDX_MYSQL_PASSWORD": "another-password"}, {**OPENEDX, "mysql": 1}),
        ({"SMTP_PASSWORD": "another-mail-password"}, OPENEDX),
        ({"LMS_HOST": "moon.example.com"}, {**OPENEDX, "notes": 1}),
    ],
    ids=["unread", "version-of-a-plugin", "image-of-openedx", "image-of-mysql", "client-secret", "password-of-a-plugin",
         "password-of-openedx", "password-of-the-mail-server", "host"],
)  # fmt: skip
def test_change_of_a_setting(render: Render, settings: dict[str, object], started: dict[str, int]) -> None:
    assert _started(render(FEW), render(FEW, **settings)) == started


@pytest.mark.parametrize(
    ("before", "after", "started"),
    [
        ("mfe", FEW, {**OPENEDX, "mysql": 1, "notes": 1}),
        (FEW, "mfe", {"cms": 1, "lms": 4}),
        ("discovery", "discovery minio", {"cms": 1, "discovery": 1, "lms": 4, "minio": 1}),
        ("mfe", "indigo mfe", {"cms": 1, "lms": 5}),
    ],
    ids=["notes-on", "notes-off", "minio-on", "indigo-on"],
)
def test_plugins_that_come_and_go(render: Render, before: str, after: str, started: dict[str, int]) -> None:
    """The LMS and the CMS run their tasks again, since the settings that a plugin adds may switch on apps with tables."""
    assert _started(render(before), render(after)) == started


def test_sync_order_is_tutors(render: Render) -> None:
    """A plugin in between moves the waves of the others, but starts none of them."""
    rendering = render(ALL)
    jobs = [item for item in rendering.built if item["kind"] == "Job"]
    order = sorted(jobs, key=lambda item: int(item["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"]))
    tasks = [item["metadata"]["labels"][JOB_LABEL] for item in order]

    assert tasks.index("clickhouse") < tasks.index("aspects") < tasks.index("superset")
    assert tasks.index("mysql") < len(tasks) - 1 - tasks[::-1].index("notes")
    assert len(tasks) == len({item["metadata"]["name"] for item in rendering.of_kind("Job")}) >= 25
