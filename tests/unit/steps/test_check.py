"""Settings that a deploy refuses before anything is changed, each with its own sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.unit.fake_deployment import make_deployment
from tests.unit.in_process import checked, problems, write
from tutor_launchpad.__about__ import __version__
from tutor_launchpad.core.errors import LaunchpadError
from tutor_launchpad.core.instance import FORMAT
from tutor_launchpad.steps.check import owner_problems


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"K8S_NAMESPACE": "kube-system"}, "'kube-system' is Kubernetes' own namespace"),
        ({"K8S_NAMESPACE": 7}, "K8S_NAMESPACE is a number, where a text must be"),
        ({"LAUNCHPAD_INSTANCE": "other"}, "set both to the same name"),
        ({"LAUNCHPAD_AUTO_SYNC": "perhaps"}, "LAUNCHPAD_AUTO_SYNC"),
        ({"LAUNCHPAD_QUOTA": "many"}, "LAUNCHPAD_QUOTA"),
        ({"RUN_SMTP": False, "SMTP_PORT": "smtp"}, "SMTP_PORT 'smtp' is not a port"),
        ({"MY_PORT": "{{ MYSQL_PORT }}0", "MYSQL_PORT": "{{ 70000 }}"}, "MYSQL_PORT '70000' is not a port"),
        ({"LAUNCHPAD_BRANCH": "a..b"}, "LAUNCHPAD_BRANCH 'a..b' is not a branch name"),
        ({"LAUNCHPAD_REPOSITORY": "ftp://example.com/x"}, "use a path, an https:// or an ssh:// address"),
        (
            {"LAUNCHPAD_REPOSITORY": "https://me:pass@example.com/x"},
            "LAUNCHPAD_REPOSITORY holds a password, token or user name",
        ),
        ({"LMS_HOST": ""}, "LMS_HOST '' is not a host name"),
        ({"LMS_HOST": "http://example.com"}, "leave out the scheme"),
        ({"CMS_HOST": 7}, "CMS_HOST is a number, where a text must be"),
        ({"CMS_HOST": "local.openedx.io"}, "LMS_HOST and CMS_HOST are both 'local.openedx.io'"),
        ({"ENABLE_HTTPS": "false"}, "ENABLE_HTTPS is a text, where true or false must be"),
        ({"DRYDOCK_INGRESS_EXTRA_HOSTS": 1}, "DRYDOCK_INGRESS_EXTRA_HOSTS is a number, where a list must be"),
        ({"PLUGINS": "launchpad"}, "PLUGINS is a text, where a list must be"),
        ({"PLUGINS": ["launchpad", "nosuch"]}, "Plugin nosuch is enabled but not installed here: install it"),
        ({"JWT_RSA_PRIVATE_KEY": "notakey"}, "cannot render this configuration (ValueError in "),
        ({"OPENEDX_MYSQL_PASSWORD": "{{ a b"}, "OPENEDX_MYSQL_PASSWORD cannot be rendered: Tutor takes {{ … }}"),
        ({"OPENEDX_MYSQL_PASSWORD": "{{ hidden }}"}, "OPENEDX_MYSQL_PASSWORD cannot be rendered: Tutor takes"),
        ({"OPENEDX_SECRET_KEY": "abc"}, "OPENEDX_SECRET_KEY is secret but has only 3 characters"),
        ({"OPENEDX_MYSQL_PASSWORD": "openedx"}, "OPENEDX_MYSQL_PASSWORD would be readable in Git"),
    ],
)  # fmt: skip
def test_bad_setting_is_refused_in_one_sentence(copied: Path, settings: dict[str, object], sentence: str) -> None:
    write(copied, **settings)

    found = problems(copied)

    assert any(sentence in problem for problem in found)
    assert "hidden" not in str(found)


def test_disk_that_fills_up_while_rendering_is_told_and_leaves_nothing(
    template: Path, full_disk: Callable[[int], AbstractContextManager[None]]
) -> None:
    with pytest.raises(LaunchpadError, match=r"could not read or write its files: File too large"), full_disk(4096):
        checked(template)

    assert list((template / "launchpad" / "scratch").iterdir()) == []
    assert problems(template) == ()


def test_record_of_a_newer_launchpad_asks_for_an_upgrade() -> None:
    recorded = json.dumps({"format": FORMAT + 1, "id": "AbC"}).encode()

    (problem,) = owner_problems(make_deployment(None), recorded)

    assert problem.endswith("was made by a newer Launchpad than this one: upgrade tutor-launchpad here.")


def test_record_of_a_newer_version_names_both_and_the_ways() -> None:
    recorded = json.dumps({"format": FORMAT, "id": "AbC", "versions": {"launchpad": "99.1"}}).encode()
    deployment = make_deployment(None)
    deployment.config["ID"] = "AbC"

    (problem,) = owner_problems(deployment, recorded)

    assert f"was written by Launchpad 99.1, and this is {__version__}: install that one or a later" in problem
    assert problem.endswith("To go back on purpose, revert the commits that it made.")


@pytest.mark.parametrize("version", [__version__, "0.0.1", None, "not a version"])
def test_record_of_this_version_or_an_older_one_is_taken(version: object) -> None:
    recorded = json.dumps({"format": FORMAT, "id": "AbC", "versions": {"launchpad": version}}).encode()
    deployment = make_deployment(None)
    deployment.config["ID"] = "AbC"

    assert owner_problems(deployment, recorded) == []
