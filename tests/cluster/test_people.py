"""A run about people in an instance's namespace, with its policies, quota and account of few rights.

What stands in for the LMS reads what the script reads, tries what the script needs, and tells that in place of working on users:
no image of Open edX is here. The script itself is tried in tests/unit/launchpad_workflows/people.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from launchpad_workflows.client import WORKFLOWS
from launchpad_workflows.people.model import PeopleRequest

from tests.cluster.environment import Namespaces, kubectl
from tests.cluster.instances import missing_servers
from tests.cluster.proxy import as_account, connect
from tests.cluster.small import Instance, as_yaml
from tests.cluster.test_permissions import ACCOUNT, granted
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.core.access import needed_for
from tutor_launchpad.core.flows import Flow
from tutor_launchpad.core.people import PeopleResult
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.namespace import run_namespace
from tutor_launchpad.steps.people import People

CANARY = "canary-it's-100%-secret"
CREATE = PeopleRequest(action="create", username="ann", email="ann@x.org", password="given")
MANAGE = """#!/usr/bin/env python3
import json, os, pathlib, socket, sys
assert sys.argv[1:4] == ["lms", "shell", "-c"], sys.argv[:4]
script = {}
exec(sys.argv[4].rpartition("main()")[0], script)
given, password = script["_read"]()
host, port = os.environ["DATABASE"].rsplit(":", 1)
socket.create_connection((host, int(port)), 20).close()
details = [f"{len(password)} characters", f"uid {os.getuid()}", pathlib.Path("/openedx/config/lms.env.yml").read_text()]
details += ["token"] if os.path.exists("/var/run/secrets/kubernetes.io/serviceaccount/token") else []
text = json.dumps({"status": "created", "details": details})
if script["OUTCOME"] in os.environ:
    pathlib.Path(os.environ[script["OUTCOME"]]).write_text(text)
else:
    print("a line of a log\\n" + script["MARK"] + text)
"""
QUOTA = {"requests.memory": "2Gi", "limits.memory": "8Gi", "limits.cpu": 8}


def lms(namespace: str, image: str, database: str) -> list[Object]:
    """What stands in for the deployed LMS, with a map of settings as sealing leaves it."""
    mounts = [
        {"name": "config", "mountPath": "/openedx/config"},
        {"name": "code", "mountPath": "/openedx/edx-platform/manage.py", "subPath": "manage.py"},
    ]
    container = {
        "name": "lms",
        "image": image,
        "command": ["sleep", "infinity"],
        "workingDir": "/openedx/edx-platform",
        "env": [{"name": "DATABASE", "value": database}],
        "volumeMounts": mounts,
    }
    volumes = [
        {"name": "config", "secret": {"secretName": "openedx-config-1"}},
        {"name": "code", "configMap": {"name": "code", "defaultMode": 0o555}},
    ]
    spec = {
        "terminationGracePeriodSeconds": 0,
        "securityContext": {"runAsUser": 1000, "runAsGroup": 1000},
        "containers": [container],
        "volumes": volumes,
    }
    labels = {"app": "lms"}
    template = {"metadata": {"labels": labels}, "spec": spec}
    found: list[Object] = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "code"}, "data": {"manage.py": MANAGE}},
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "openedx-config-1"},
            "stringData": {"lms.env.yml": "a: b"},
        },
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "lms"},
            "spec": {"selector": {"matchLabels": labels}, "template": template},
        },
    ]
    return [{**one, "metadata": {**one["metadata"], "namespace": namespace}} for one in found]


@pytest.fixture
def people(
    namespace: str,
    argo: Namespaces,
    git_remote: Callable[..., str],
    cluster: Cluster,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[People]:
    """Those of an instance in a namespace as a deploy leaves it, for somebody who has the rights that are asked for."""
    if missing_servers():
        pytest.skip(f"no servers to reach: set {', '.join(missing_servers())}")
    place = urlsplit(os.environ["LAUNCHPAD_TEST_MYSQL"])
    instance = Instance(namespace, git_remote(), tmp_path, cluster, settings={"quota": QUOTA})
    deployment = instance.deployment()
    deployment.flows = [Flow("mysql", (f"{place.hostname}/32",), (int(place.port or 3306),))]
    run_namespace(deployment)
    objects = lms(namespace, os.environ["LAUNCHPAD_TEST_WORKER_IMAGE"], f"{place.hostname}:{place.port}")
    kubectl("apply", "-f", "-", stdin=as_yaml(*objects))
    kubectl("-n", namespace, "create", "serviceaccount", ACCOUNT)
    permissions = [one for verb in ("people", "people --local") for one in needed_for(verb, deployment.settings)]
    rules = as_yaml(*granted(instance, permissions, {one.namespace for one in permissions}))
    kubectl("apply", "-f", "-", stdin=rules)
    narrow = connect(as_account(namespace, ACCOUNT), tmp_path)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))  # for the kubectl that is run
    yield People(deployment.settings, instance.root_id, narrow, deployment.progress.say, 120)
    monkeypatch.undo()
    kubectl("delete", "--ignore-not-found", "-f", "-", stdin=rules)


def make(people: People, local: bool = False) -> PeopleResult:
    return people.work(CREATE, CANARY, local=local)


def told(cluster: Cluster, namespace: str) -> str:
    """All that the cluster tells of a run."""
    kinds = [("v1", "Event"), ("v1", "Pod"), (WORKFLOWS, "Workflow"), (WORKFLOWS, "WorkflowTemplate")]
    kinds.append((WORKFLOWS, "WorkflowTaskResult"))
    return json.dumps([cluster.list(version, kind, namespace) for version, kind in kinds])


def test_run_gets_the_password_reaches_the_database_and_reports(
    people: People, cluster: Cluster, namespace: str
) -> None:
    made = make(people)
    near = make(people, local=True)

    details = (f"{len(CANARY)} characters", "uid 1000", "a: b")
    assert (made.status, made.details) == ("created", details)
    assert (near.details[0], near.place) == (details[0], f"the LMS of namespace {namespace}")
    secrets = {one["metadata"]["name"] for one in cluster.list("v1", "Secret", namespace)}
    assert secrets == {"openedx-config-1", "launchpad-executor.service-account-token"}
    assert CANARY not in told(cluster, namespace)
