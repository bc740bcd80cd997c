"""Whole instances: provisioned by workflow pods, rendered by Tutor, synced by Argo CD."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import pymongo
import pymysql
import pytest
from botocore.client import Config as BotoConfig

from tests.cluster.environment import GitCredentials, kubectl
from tests.cluster.instances import Whole, missing_servers, register_servers

NEWER = "docker.io/overhangio/openedx:launchpad-test"


def _visible(*kinds: str, namespace: str) -> str:
    return kubectl("-n", namespace, "get", ",".join(kinds), "-o", "json")


@pytest.mark.skipif(bool(missing_servers()), reason=f"no servers to provision on: set {', '.join(missing_servers())}")
def test_instance_on_servers_from_nothing_to_healthy(
    make_whole: Callable[..., Whole], git_remote: Callable[..., str], run_id: str
) -> None:
    server = f"test-{run_id}"
    image = os.environ["LAUNCHPAD_TEST_WORKER_IMAGE"]
    named = {f"LAUNCHPAD_{name}_SERVER": server for name in ("MYSQL", "MONGODB", "STORAGE")}
    whole = make_whole(git_remote(), "mfe forum notes", LAUNCHPAD_WORKER_IMAGE=image, **named)
    admins = register_servers(whole, server)

    assert whole.launchpad("server", "check", "mysql", server).status == 0
    first = whole.deploy()

    assert [step["status"] for step in first["steps"]] == ["done"] * 6
    status = whole.status()
    assert (status["sync"], status["health"], status["live_revision"]) == ("Synced", "Healthy", first["revision"])
    _is_usable(whole)
    _nothing_happens_again(whole)
    _no_secret_shows(whole, admins)
    _image_change_runs_its_jobs_again(whole, first["revision"])


def _is_usable(whole: Whole) -> None:
    """The instance's own user, key and bucket work from here as they do from its pods."""
    config = whole.root.config
    name = whole.name.replace("-", "_")
    mysql = json.loads(kubectl("-n", "launchpad", "get", "cm", "-l", f"{LABEL}={whole.name}", "-o", "json"))["items"]
    owned = {(one["data"]["kind"], one["data"]["name"]) for one in mysql}
    assert ("database", f"{name}__openedx") in owned
    host = os.environ["LAUNCHPAD_TEST_MYSQL"].rpartition("@")[2]
    with (
        closing(
            pymysql.connect(
                host=host.split(":")[0],
                port=int(host.split(":")[1]),
                user=f"{name}__openedx",
                password=str(config["OPENEDX_MYSQL_PASSWORD"]),
            )
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SHOW DATABASES")
        seen = {row[0] for row in cursor.fetchall()} - {"information_schema"}
    assert seen == {f"{name}__openedx", f"{name}__notes"}
    mongo: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(
        f"mongodb://{os.environ['LAUNCHPAD_TEST_MONGODB'].rpartition('@')[2]}",
        username=f"{name}__openedx",
        password=str(config["LAUNCHPAD_MONGODB_PASSWORD"]),
        authSource="admin",
        authMechanism="SCRAM-SHA-256",
    )
    with closing(mongo):
        assert mongo[f"{name}__openedx"].command("ping")["ok"] == 1
    bucket = f"{whole.name}--openedx"
    store = boto3.client(
        "s3",
        endpoint_url=f"http://{os.environ['LAUNCHPAD_TEST_S3'].rpartition('@')[2]}",
        aws_access_key_id=bucket,
        aws_secret_access_key=str(config["LAUNCHPAD_STORAGE_SECRET_KEY"]),
        region_name="us-east-1",
        config=BotoConfig(s3={"addressing_style": "path"}),
    )
    store.put_object(Bucket=bucket, Key="x", Body=b"y")
    store.delete_object(Bucket=bucket, Key="x")


LABEL = "launchpad.openedx.org/instance"


def _nothing_happens_again(whole: Whole) -> None:
    before = (_names(whole.name, "jobs", "pods", "secrets"), _names("launchpad", "workflows", "pods"))
    steps = whole.steps()
    unchanged = {name for name, status in steps.items() if status == "unchanged"}
    assert unchanged == {"namespace", "provision", "record", "sync"}
    assert (_names(whole.name, "jobs", "pods", "secrets"), _names("launchpad", "workflows", "pods")) == before


def _names(namespace: str, *kinds: str) -> set[str]:
    return set(kubectl("-n", namespace, "get", ",".join(kinds), "-o", "name").split())


def _no_secret_shows(whole: Whole, admins: list[str]) -> None:
    """No password in what workflows, pods, events, maps or Argo CD's objects show, nor in logs."""
    config = whole.root.config
    names = (
        "OPENEDX_MYSQL_PASSWORD",
        "LAUNCHPAD_MONGODB_PASSWORD",
        "LAUNCHPAD_STORAGE_SECRET_KEY",
        "LAUNCHPAD_SEAL_KEY",
    )
    secrets = [*admins, *(str(config[name]) for name in names)]
    shown = _visible("workflows", "workflowtemplates", "pods", "events", "configmaps", namespace="launchpad")
    shown += _visible("configmaps", "deployments", "jobs", "pods", "events", namespace=whole.name)
    shown += _visible("applications", "appprojects", namespace="argocd")
    for pod in kubectl("-n", "launchpad", "get", "pods", "-o", "name").split():
        shown += kubectl("-n", "launchpad", "logs", pod, "--all-containers", check=False)
    assert [secret for secret in secrets if secret in shown] == []


def _image_change_runs_its_jobs_again(whole: Whole, before: str) -> None:
    jobs = whole.init_jobs()
    whole.root.set(DOCKER_IMAGE_OPENEDX=NEWER)
    whole.make_images(whole.root.path.parent)

    assert whole.deploy()["revision"] != before

    after = whole.init_jobs()
    kept = {name for name in jobs if name in after}
    assert {_task(jobs[name]) for name in kept} == {"notes"}
    assert all(jobs[name]["metadata"]["uid"] == after[name]["metadata"]["uid"] for name in kept)
    assert {_task(job) for name, job in after.items() if name not in kept} == {"lms", "cms"}
    assert NEWER in kubectl("-n", whole.name, "get", "deployment", "lms", "-o", "yaml")


def _task(job: dict[str, dict[str, dict[str, str]]]) -> str:
    return job["metadata"]["labels"]["launchpad.openedx.org/init-job"]


def test_two_instances_of_a_private_repository_at_once(
    make_whole: Callable[..., Whole],
    git_remote: Callable[..., str],
    git_credentials: GitCredentials,
    tmp_path: Path,
) -> None:
    url = git_remote(private=True)
    scheme, _, rest = url.partition("://")
    file = tmp_path / "credentials"
    file.write_text(f"{scheme}://{git_credentials.username}:{git_credentials.password}@{rest.split('/')[0]}\n")
    one, other = (make_whole(url, LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE=str(file)) for _ in range(2))

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda whole: whole.deploy(), (one, other)))

    assert results[0]["revision"] != results[1]["revision"]
    assert [whole.status()["health"] for whole in (one, other)] == ["Healthy", "Healthy"]
    assert git_credentials.password not in json.dumps(results)
    _people_are_worked_on(one)


def _people_are_worked_on(whole: Whole) -> None:
    """A run with the parts of the deployed LMS comes to its end, of which this image, none of Open edX, tells nothing."""
    password = whole.root.path.parent / "person"
    password.write_text("h1dden-passw0rd")
    person = ("create", "ann", "--email", "ann@example.com", "--password-file", str(password))

    ran = whole.launchpad("people", *person)

    assert ran.status == 1
    assert "ended without telling what became of it: is the image of Deployment lms Open edX's?" in ran.stderr, (
        ran.stderr
    )
    shown = _visible("workflows", "workflowtemplates", "pods", "events", namespace=whole.name)
    assert password.read_text() not in shown
    assert "people-create" not in kubectl("-n", whole.name, "get", "secrets", "-o", "name")


PLUGIN = """
from tutor_launchpad import hooks
from tutor_launchpad.core.flows import Flow

JOB = {{
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {{
        "name": "drydock-wait-job-0",
        "namespace": "{namespace}",
        "annotations": {{"argocd.argoproj.io/hook": "Sync", "argocd.argoproj.io/sync-wave": "2"}},
    }},
    "spec": {{
        "backoffLimit": 0,
        "template": {{"spec": {{"restartPolicy": "Never", "containers": [{{
            "name": "wait",
            "image": "{image}",
            "command": ["python3", "-c", "import socket; socket.create_connection(('{host}', {port}), 5); print('there')"],
        }}]}}}},
    }},
}}

hooks.MANIFESTS.add()(lambda objects, config: [*objects, JOB])
hooks.NETWORK_FLOWS.add()(lambda flows, config: [*flows, Flow("database", ("{host}/32",), ({port},))])
"""


@contextmanager
def _database(host: str, port: int) -> Iterator[None]:
    """Somebody who takes connections."""
    with socket.create_server((host, port)) as server:
        server.settimeout(1)
        running = [True]

        def accept() -> None:
            while running:
                try:
                    server.accept()[0].close()
                except TimeoutError:
                    continue

        thread = Thread(target=accept)
        thread.start()
        try:
            yield
        finally:
            running.clear()
            thread.join()


@pytest.mark.skipif(
    not (os.environ.get("LAUNCHPAD_TEST_HOST") and os.environ.get("LAUNCHPAD_TEST_WORKER_IMAGE")),
    reason="set LAUNCHPAD_TEST_HOST (an address of this machine that pods reach) and LAUNCHPAD_TEST_WORKER_IMAGE",
)
def test_database_that_is_down_then_up(make_whole: Callable[..., Whole], git_remote: Callable[..., str]) -> None:
    host = os.environ["LAUNCHPAD_TEST_HOST"]
    with socket.create_server((host, 0)) as free:
        port = free.getsockname()[1]
    whole = make_whole(git_remote())
    image = os.environ["LAUNCHPAD_TEST_WORKER_IMAGE"]
    text = PLUGIN.format(namespace=whole.name, image=image, host=host, port=port)
    (Path(whole.root.environment["TUTOR_PLUGINS_ROOT"]) / "waiting.py").write_text(text)
    whole.root.tutor("plugins", "enable", "waiting")

    failed = whole.launchpad("deploy", "--yes", "--timeout", "300")
    with _database(host, port):
        repaired = whole.deploy()

    assert failed.status == 1
    assert "init-wait-" in failed.stderr
    assert "ConnectionRefusedError" in failed.stderr
    assert not repaired["changed"]
    assert whole.status()["health"] == "Healthy"
