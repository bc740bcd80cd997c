"""Faults of different kinds in one config.yml, all told by one run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.in_process import problems, write

SERVERS = {"LAUNCHPAD_MYSQL_SERVER": "nosuch", "LAUNCHPAD_STORAGE_SERVER": "lost"}


def _told(root: Path, *starts: str) -> None:
    found = problems(root)
    told = [start for one in found for start in starts if start in one]
    assert (len(found), sorted(told)) == (len(starts), sorted(starts)), found


def test_faults_of_every_kind_are_told_at_once(copied: Path) -> None:
    write(
        copied, ENABLE_HTTPS="false", LAUNCHPAD_AUTO_SYNC="perhaps", LMS_HOST="http://a", SMTP_PASSWORD="abc", **SERVERS
    )
    write(copied, PLUGINS=["launchpad", "nosuch"], PLATFORM_NAME="{{ a b", LAUNCHPAD_BRANCH="a..b")
    write(copied, LAUNCHPAD_AGE_RECIPIENTS=["x"])
    write(copied, LAUNCHPAD_REPOSITORY="https://git.example.com/c", LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE="/nowhere")

    _told(
        copied, "ENABLE_HTTPS is a text", "LAUNCHPAD_AUTO_SYNC:", "LMS_HOST 'http://a'", "Setting SMTP_PASSWORD is secret",
        "Plugin nosuch is enabled", "PLATFORM_NAME cannot be rendered", "LAUNCHPAD_BRANCH 'a..b'",
        "LAUNCHPAD_AGE_RECIPIENTS[0]", "No server mysql/nosuch", "No server storage/lost", "FILE /nowhere does not exist",
    )  # fmt: skip


def test_faults_that_only_the_check_finds_are_told_at_once(copied: Path) -> None:
    write(copied, LMS_HOST="a_b", SMTP_PASSWORD="abc", LAUNCHPAD_AGE_RECIPIENTS=["x"], **SERVERS)

    _told(
        copied, "LMS_HOST 'a_b'", "Setting SMTP_PASSWORD is secret", "LAUNCHPAD_AGE_RECIPIENTS[0]",
        "No server mysql/nosuch", "No server storage/lost",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"LMS_HOST": "{{ a b"}, "LMS_HOST cannot be rendered"),
        ({"K8S_NAMESPACE": 7}, "K8S_NAMESPACE is a number"),
        ({"LAUNCHPAD_SEAL_KEY": "{{ a b"}, "LAUNCHPAD_SEAL_KEY cannot be rendered"),
        ({"LAUNCHPAD_INSTANCE": ["x"]}, "LAUNCHPAD_INSTANCE: it must be a text"),
        ({"LAUNCHPAD_MYSQL_SERVER": "{{ a b"}, "LAUNCHPAD_MYSQL_SERVER cannot be rendered"),
        ({"DRYDOCK_INGRESS_EXTRA_HOSTS": 1}, "DRYDOCK_INGRESS_EXTRA_HOSTS is a number"),
    ],
)
def test_what_follows_from_a_fault_is_not_told_beside_it(
    copied: Path, settings: dict[str, object], sentence: str
) -> None:
    write(copied, **settings)

    _told(copied, sentence)
