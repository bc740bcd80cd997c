"""What is shown of a root some of whose settings are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.in_process import Said, write
from tutor_launchpad.core.errors import NotFound, Refused
from tutor_launchpad.steps.deployment import Options
from tutor_launchpad.steps.explain import explain
from tutor_launchpad.steps.opening import read_root


def _explained(root: Path, *names: str) -> tuple[dict[str, object], list[str]]:
    deployment, stages = read_root(root, Options(dry_run=True), Said())
    shown, told = explain(deployment, stages, names)
    return {one.name: one.value for one in shown}, told


def test_named_setting_is_shown_without_the_faults_of_others(copied: Path) -> None:
    write(copied, ENABLE_HTTPS="false", LAUNCHPAD_QUOTA="many", PLATFORM_NAME="{{ a b", SMTP_PASSWORD="abc")

    assert _explained(copied, "LMS_HOST", "SMTP_PASSWORD") == (
        {"LMS_HOST": "local.openedx.io", "SMTP_PASSWORD": "«SMTP_PASSWORD»"},
        ["Setting SMTP_PASSWORD is secret but has only 3 characters, which cannot be told from other text: set another "
         "value, or list the setting in LAUNCHPAD_PUBLIC_SETTINGS."],
    )  # fmt: skip


def test_fault_of_what_a_setting_is_made_from_is_told_beside_it(copied: Path) -> None:
    write(copied, LMS_HOST="a_b", ENABLE_HTTPS="false")

    shown, told = _explained(copied, "CMS_HOST")

    assert shown == {"CMS_HOST": "studio.a_b"}
    assert [one.split()[0] for one in told] == ["LMS_HOST"]


def test_server_that_is_not_there_is_told_as_it_may_set_anything(copied: Path) -> None:
    write(copied, LAUNCHPAD_MYSQL_SERVER="nosuch")

    shown, told = _explained(copied, "MYSQL_HOST")

    assert (shown, len(told)) == ({"MYSQL_HOST": "mysql"}, 1)
    assert told[0].startswith("No server mysql/nosuch is registered")


@pytest.mark.parametrize(
    ("settings", "name", "sentence"),
    [
        ({"LMS_HOST": "{{ a b"}, "CMS_HOST", "LMS_HOST cannot be rendered"),
        ({"SMTP_PASSWORD": "802"}, "SMTP_PORT", "SMTP_PASSWORD is secret but has only 3"),
        ({"ENABLE_HTTPS": "x"}, "DRYDOCK_INGRESS_EXTRA_HOSTS", "ENABLE_HTTPS is a text"),
    ],
    ids=["made from what cannot be rendered", "would tell a secret", "made of everything"],
)
def test_setting_that_cannot_be_shown_is_refused(
    copied: Path, settings: dict[str, object], name: str, sentence: str
) -> None:
    write(copied, **settings)

    with pytest.raises(Refused, match=sentence):
        _explained(copied, name)


def test_everything_is_not_shown_while_anything_is_wrong(copied: Path) -> None:
    write(copied, ENABLE_HTTPS="false", LMS_HOST="a_b")

    with pytest.raises(Refused, match="2 problems"):
        _explained(copied)


def test_name_that_no_setting_has_is_told_although_others_are_wrong(copied: Path) -> None:
    write(copied, ENABLE_HTTPS="false")

    with pytest.raises(NotFound, match="is it LMS_HOST"):
        _explained(copied, "lms_hosts")
