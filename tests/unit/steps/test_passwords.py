"""A password either reaches Open edX and its database as it is set, or one sentence tells which setting cannot."""

from __future__ import annotations

import base64
import os
import re
import string
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.unit.core.seal import pod_view
from tests.unit.in_process import checked, make_root, problems, write
from tutor_launchpad.core.errors import Refused
from tutor_launchpad.steps.deployment import Deployment

SETTINGS = (
    "OPENEDX_MYSQL_PASSWORD",
    "MYSQL_ROOT_PASSWORD",
    "OPENEDX_SECRET_KEY",
    "SMTP_PASSWORD",
    "MEILISEARCH_MASTER_KEY",
)
HARMLESS = "k9!#%&()*+,-./:;<=>?@[]^_{|}~ üñ☃😀7w"
MYSQL = "#!/bin/sh\nfor word; do printf '%s\\0' \"$word\"; done\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root whose deploy would go through."""
    return make_root(tmp_path_factory.mktemp("passwords") / "root")


def _lms_settings(deployment: Deployment) -> dict[str, object]:
    assert deployment.sealed is not None
    (data,) = (
        item["data"]["lms.env.yml"]
        for item in deployment.sealed.secrets
        if re.fullmatch("openedx-config-[0-9a-f]{16}", item["metadata"]["name"])
    )
    settings: dict[str, object] = yaml.safe_load(base64.b64decode(data))
    return settings


def _mysql_words(deployment: Deployment, folder: Path) -> list[str]:
    """What `mysql` is called with when the init job runs."""
    assert deployment.sealed is not None
    views = pod_view.views([*deployment.sealed.public, *deployment.sealed.secrets])
    (view,) = (view for name, view in views.items() if name.startswith("Job/") and "mysql-job" in name)
    folder.mkdir(exist_ok=True)
    (folder / "mysql").write_text(MYSQL)
    (folder / "mysql").chmod(0o755)
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    ran = subprocess.run([*view.command, *view.args], env=environment, capture_output=True, check=True)
    return ran.stdout.decode().split("\0")


def _arrives(deployment: Deployment, value: str, folder: Path) -> bool:
    settings, words = _lms_settings(deployment), _mysql_words(deployment, folder)
    return (
        settings["SECRET_KEY"] == settings["EMAIL_HOST_PASSWORD"] == value
        and settings["DATABASES"]["default"]["PASSWORD"] == value  # type: ignore[index]
        and f"--password={value}" in words
        and any(word.endswith(f"IDENTIFIED BY '{value}';") for word in words)
    )


def test_password_of_harmless_characters_arrives_everywhere(root: Path, tmp_path: Path) -> None:
    write(root, **dict.fromkeys(SETTINGS, HARMLESS))

    deployment = checked(root)

    assert _arrives(deployment, HARMLESS, tmp_path / "bin")
    assert deployment.record is not None
    assert HARMLESS not in b"".join(deployment.record.files.values()).decode()


@pytest.mark.parametrize(
    ("setting", "value", "place"),
    [
        ("OPENEDX_MYSQL_PASSWORD", 'k9"h1dden', "ConfigMap/openedx-config cms.env.yml (line "),
        ("OPENEDX_MYSQL_PASSWORD", "k9$h1dden", "Job/drydock-mysql-job-"),
        ("OPENEDX_MYSQL_PASSWORD", "k9\\nh1dden", "ConfigMap/openedx-config cms.env.yml"),
        ("MYSQL_ROOT_PASSWORD", 'k9"h1dden', "k8s/deployments.yml (line "),
        ("MYSQL_ROOT_PASSWORD", "k9$$h1dden", "Deployment/mysql containers[0]"),
        ("OPENEDX_SECRET_KEY", 'k9"h1dden', "ConfigMap/openedx-settings-cms development.py"),
        ("MEILISEARCH_MASTER_KEY", "k9'h1dden", "Job/drydock-lms-job-"),
        ("PLATFORM_NAME", 'the "best" h1dden', "ConfigMap/openedx-config cms.env.yml"),
        ("CONTACT_EMAIL", "a: h1dden", "plugins/drydock/k8s/ingress/issuer.yml (line "),
    ],
)
def test_value_that_cannot_arrive_is_told_in_one_sentence(
    root: Path, tmp_path: Path, setting: str, value: str, place: str
) -> None:
    (tmp_path / "config.yml").write_bytes((root / "config.yml").read_bytes())
    write(tmp_path, **{setting: value})

    with pytest.raises(Refused) as caught:
        checked(tmp_path)

    (problem,) = caught.value.problems
    assert setting in problem
    assert place in problem
    assert "h1dden" not in problem


@pytest.mark.slow
@pytest.mark.parametrize("character", [*string.printable, *"üé☃😀\u2028\x07\x7f\x85"], ids=ascii)
def test_every_character_arrives_or_is_refused_by_name(root: Path, tmp_path: Path, character: str) -> None:
    value = f"k9{character}Zq{character}{character}7w"
    write(root, **dict.fromkeys(SETTINGS, value))

    found = problems(root)

    assert all(any(name in problem for name in SETTINGS) and value not in problem for problem in found)
    assert found or _arrives(checked(root), value, tmp_path / "bin")
