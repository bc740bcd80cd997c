"""A cluster repository with a small Terraform root, which needs no registry, and AWS as moto plays it."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from click.testing import CliRunner, Result
from moto.moto_api._internal.models import moto_api_backend
from moto.server import ThreadedMotoServer

from tests.unit.cluster_repositories import BASIC
from tutor_launchpad.commands import launchpad
from tutor_launchpad.core.cluster.answers import Answers, complete
from tutor_launchpad.core.cluster.values import bucket_name

SECRET = "hunter2-is-in-the-state"
ANSWERS = complete({**BASIC, "provider": "aws"})
BUCKET = bucket_name(ANSWERS, "state")
NODE = 'resource "terraform_data" "node" {\n  input            = "1"\n  triggers_replace = ["1"]\n}\n'
PASSWORD = f'resource "terraform_data" "password" {{\n  input = sensitive("{SECRET}")\n}}\n'
SLOW = """resource "terraform_data" "slow" {
  depends_on = [terraform_data.node]
  provisioner "local-exec" {
    command = "touch begun; while [ -e wait ]; do sleep 0.1; done"
  }
}
"""
BACKEND = f"""terraform {{
  backend "s3" {{
    bucket         = "{BUCKET}"
    key            = "cluster/terraform.tfstate"
    region         = "us-east-1"
    use_lockfile   = true
    use_path_style = true
  }}
}}
"""


def real_tool() -> str:
    """The program that is installed here; else the test is skipped."""
    found = next((name for name in ("tofu", "terraform") if shutil.which(name)), None)
    if found is None:
        pytest.skip("neither tofu nor terraform is in PATH")
    return found


@contextmanager
def played_aws(patch: pytest.MonkeyPatch) -> Iterator[str]:
    """AWS on this machine, empty, for boto3 and for Terraform alike."""
    address = _served()
    patch.setattr(logging.getLogger("werkzeug"), "disabled", True)
    for name in [one for one in os.environ if one.startswith("AWS_")]:
        patch.delenv(name)
    given = {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing-secret",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    for name, value in given.items():
        patch.setenv(name, value)
    moto_api_backend.reset()
    yield address


@cache
def _served() -> str:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    return "http://{}:{}".format(*server.get_host_and_port())


def client(service: str) -> Any:
    """A client of it."""
    return boto3.client(service, region_name="us-east-1")


def make_repository(path: Path, *texts: str, answers: Answers = ANSWERS) -> Path:
    """A cluster repository with a root of these texts, committed."""
    (path / "terraform").mkdir(parents=True)
    keep = {name: value for name, value in vars(answers).items() if value != ""}
    (path / "cluster.yml").write_text(yaml.safe_dump({**keep, "components": dict(answers.components)}))
    (path / ".gitignore").write_text(".terraform/\n/kubeconfig\n*.tfplan\n")
    write_root(path, *texts)
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "Begin"]):
        subprocess.run(["git", "-c", "user.name=A", "-c", "user.email=a@example.com", *words], cwd=path, check=True)
    return path


def write_root(path: Path, *texts: str) -> None:
    """Another root."""
    (path / "terraform" / "main.tf").write_text("\n".join(texts))


def launchpad_cluster(*words: object, answers: str = "") -> Result:
    """`tutor launchpad cluster …`, in this process."""
    return CliRunner().invoke(launchpad, ["cluster", *map(str, words)], input=answers)
