"""Whole instances on the cluster, deployed by the command line as a user does."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.cluster.environment import kubectl, make_images
from tests.conftest import Ran, Root
from tutor_launchpad.core.types import Object

SERVERS = ("MYSQL", "MONGODB", "S3")
TIMEOUT = "600"


@dataclass(frozen=True)
class Whole:
    """A Tutor root whose instance has a namespace of the same name."""

    name: str
    root: Root

    def launchpad(self, *arguments: str, **environment: str) -> Ran:
        """`tutor launchpad …` on the cluster under test."""
        return self.root.launchpad(*arguments, KUBECONFIG=os.environ["KUBECONFIG"], **environment)

    def deploy(self, *options: str) -> dict[str, Any]:
        """The result of a deploy that ends well."""
        ran = self.launchpad("deploy", "--yes", "--timeout", TIMEOUT, "--output", "json", *options)
        assert ran.status == 0, ran.stderr
        result: dict[str, Any] = json.loads(ran.stdout)
        return result

    def steps(self, *options: str) -> dict[str, str]:
        """Step → status of a deploy that ends well."""
        return {step["name"]: step["status"] for step in self.deploy(*options)["steps"]}

    def status(self) -> dict[str, Any]:
        """`tutor launchpad status`."""
        status: dict[str, Any] = json.loads(self.launchpad("status", "--output", "json").stdout)
        return status

    def init_jobs(self) -> dict[str, Object]:
        """Name → init Job."""
        selector = "launchpad.openedx.org/init-job"
        found = json.loads(kubectl("-n", self.name, "get", "jobs", "-l", selector, "-o", "json"))["items"]
        return {job["metadata"]["name"]: job for job in found}

    def make_images(self, scratch: Path) -> None:
        """Let the cluster pull what the instance will run; rendered without servers, into a repository of its own."""
        copy = Root(scratch / "copy", {**self.root.environment, "TUTOR_ROOT": str(scratch / "copy")})
        shutil.copytree(self.root.path, copy.path)
        copy.set(**{f"LAUNCHPAD_{name}": "" for name in ("REPOSITORY", *SERVER_SETTINGS)})
        ran = copy.launchpad("deploy", "--no-cluster", "--yes")
        assert ran.status == 0, ran.stderr
        about = json.loads((copy.repository / "instances" / self.name / "launchpad.json").read_text())
        worker = os.environ.get("LAUNCHPAD_TEST_WORKER_IMAGE", "")
        containers = [{"name": "x", "image": image} for image in about["images"] if image != worker]
        shutil.rmtree(copy.path)
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": containers}}
        make_images([pod], scratch)


SERVER_SETTINGS = ("MYSQL_SERVER", "MONGODB_SERVER", "STORAGE_SERVER")


def missing_servers() -> list[str]:
    """Settings that are not there, without which nothing can be provisioned."""
    names = [*(f"LAUNCHPAD_TEST_{name}" for name in SERVERS), "LAUNCHPAD_TEST_WORKER_IMAGE"]
    return [name for name in names if not os.environ.get(name)]


def register_servers(whole: Whole, name: str) -> list[str]:
    """Register the servers of the environment under one name; returns their administrators' passwords."""
    passwords = []
    for resource, setting in zip(("mysql", "mongodb", "storage"), SERVERS, strict=True):
        url = urlsplit(os.environ[f"LAUNCHPAD_TEST_{setting}"])
        password_file = whole.root.path.parent / f"{resource}-password"
        password_file.write_text(url.password or "")
        where = ["--host", str(url.hostname), "--port", str(url.port)]
        if resource == "storage":
            where = ["--endpoint", f"{url.scheme}://{url.hostname}:{url.port}"]
        credentials = ["--user", str(url.username), "--password-file", str(password_file)]
        ran = whole.launchpad("server", "add", resource, name, *where, *credentials, "--yes")
        assert ran.status == 0, ran.stderr
        passwords.append(str(url.password))
    return passwords
