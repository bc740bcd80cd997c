"""What docs/howto/cluster.md says of a cluster that fails, or that somebody has changed, done to a real one."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from launchpad_workflows.client import WORKFLOWS
from launchpad_workflows.errors import Unavailable
from launchpad_workflows.submit import Run
from launchpad_workflows.watch import wait

from tests.cluster.environment import Namespaces, kubectl
from tests.cluster.proxy import Proxy, connect, proxied
from tests.cluster.small import APP, Instance, Small, as_yaml
from tutor_launchpad.core.argocd import API
from tutor_launchpad.core.errors import Conflict, Forbidden, LaunchpadError
from tutor_launchpad.core.results import Status
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.namespace import run_namespace
from tutor_launchpad.steps.secrets import apply_secrets

AWAY = 60.0
ADMISSION = "admissionregistration.k8s.io/v1"


class Leaving(list[str]):
    """What a deploy says; at certain words of it the way to the API server is closed for a minute."""

    def __init__(self, proxy: Proxy, words: str) -> None:
        super().__init__()
        self._proxy = proxy
        self._words = words

    def append(self, text: str) -> None:
        """Close it once."""
        super().append(text)
        if self._words and self._words in text:
            self._words = ""
            self._proxy.leave_for(AWAY)


@pytest.mark.slow
def test_server_that_is_away_for_a_minute_in_two_steps_only_delays(instance: Instance, tmp_path: Path) -> None:
    with proxied() as (proxy, content):
        said = Leaving(proxy, f"Application {instance.name} created")
        far = instance.like(cluster=connect(content, tmp_path, said.append), said=said)
        proxy.leave_for(AWAY)
        began = time.monotonic()

        assert far.deploy(Small(), timeout=300)[0] is Status.DONE

    assert time.monotonic() - began > 2 * AWAY
    assert len([text for text in said if "waiting for it, at most 120 s" in text]) == 2
    assert len([text for text in said if "answers again after" in text]) == 2
    assert instance.deploy(Small())[0] is Status.UNCHANGED


@contextmanager
def scaled_to_nothing(namespace: str, kind: str, name: str, label: str = "app.kubernetes.io/name") -> Iterator[None]:
    """Without its pods."""
    kubectl("-n", namespace, "scale", kind, name, "--replicas=0")
    kubectl("-n", namespace, "wait", "--for=delete", "pod", "-l", f"{label}={name}", "--timeout=60s")
    try:
        yield
    finally:
        kubectl("-n", namespace, "scale", kind, name, "--replicas=1")
        kubectl("-n", namespace, "rollout", "status", f"{kind}/{name}", "--timeout=180s")


def test_argo_cd_without_a_controller_is_named_in_half_a_minute(instance: Instance, argo: Namespaces) -> None:
    with scaled_to_nothing(argo.argo_cd, "statefulset", "argocd-application-controller"):
        began = time.monotonic()
        with pytest.raises(LaunchpadError, match="no pod of argocd-application-controller is running: there is none"):
            instance.deploy(Small())
        assert time.monotonic() - began < 45

    # Once it is back it may have synced by itself, before the deploy looks.
    assert instance.deploy(Small())[0] in (Status.DONE, Status.UNCHANGED)


@pytest.mark.slow
def test_argo_workflows_without_a_controller_is_named_in_half_a_minute(instance: Instance, argo: Namespaces) -> None:
    run_namespace(instance.deployment())
    metadata = {"name": "untouched", "namespace": instance.name}
    step = {"name": "main", "container": {"image": APP}}
    flow = {"apiVersion": WORKFLOWS, "kind": "Workflow", "metadata": metadata}
    with scaled_to_nothing(argo.argo_workflows, "deployment", "workflow-controller", "app"):
        instance.cluster.create({**flow, "spec": {"entrypoint": "main", "templates": [step]}})
        began = time.monotonic()
        with pytest.raises(
            Unavailable, match=r"no pod of workflow-controller is running: there is none\. Workflow .*/untou"
        ):
            wait(instance.cluster, Run("untouched", instance.name, "provision", ()), 120)
        assert time.monotonic() - began < 40
        instance.cluster.delete(WORKFLOWS, "Workflow", "untouched", instance.name)


def test_full_quota_is_named_with_object_and_limit(instance: Instance) -> None:
    tight = instance.like(settings={"quota": {"pods": 1, "secrets": 0}})
    began = time.monotonic()

    with pytest.raises(
        LaunchpadError, match=r"exceeds its quota: Job init-mysql-\w+: .*limited: pods=1.* Raise LAUNCHP"
    ):
        tight.deploy(Small())
    assert time.monotonic() - began < 40
    secret: Object = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "sealed"}, "data": {"a": "Z2VoZWlt"}}
    with pytest.raises(Forbidden, match=r"Secret .*/sealed: exceeded quota: launchpad, .*limited: secrets=0. Raise"):
        apply_secrets(instance.cluster, instance.name, [secret])

    assert instance.deploy(Small())[0] is Status.DONE


def policy(name: str, namespace: str) -> tuple[Object, Object]:
    """An admission policy that allows nothing named lms or sealed in one namespace."""
    rule = {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["CREATE", "UPDATE"], "resources": ["*"]}
    selector = {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
    spec = {
        "matchConstraints": {"resourceRules": [rule], "namespaceSelector": selector},
        "validations": [{"expression": "!(object.metadata.name in ['lms', 'sealed'])", "message": "geheim: not here"}],
    }
    metadata = {"name": name}
    binding = {"policyName": name, "validationActions": ["Deny"]}
    return (
        {"apiVersion": ADMISSION, "kind": "ValidatingAdmissionPolicy", "metadata": metadata, "spec": spec},
        {"apiVersion": ADMISSION, "kind": "ValidatingAdmissionPolicyBinding", "metadata": metadata, "spec": binding},
    )


@pytest.fixture
def denied(instance: Instance) -> Iterator[None]:
    """A namespace in which the policy is at work."""
    run_namespace(instance.deployment())
    objects = as_yaml(*policy(instance.name, instance.name))
    kubectl("apply", "-f", "-", stdin=objects)
    try:
        for _ in range(60):
            probe = kubectl("-n", instance.name, "create", "configmap", "lms", "--dry-run=server", check=False)
            if not probe:
                break
            time.sleep(1)
        yield
    finally:
        kubectl("delete", "-f", "-", "--ignore-not-found", stdin=objects)


@pytest.mark.usefixtures("denied")
def test_object_that_a_policy_denies_is_named_with_its_words(instance: Instance) -> None:
    said = rf"ValidatingAdmissionPolicy '{instance.name}' with binding '{instance.name}' denied request"
    with pytest.raises(LaunchpadError, match=rf"could not sync .*Service lms: .*{said}: geheim: not here"):
        instance.deploy(Small())

    secret: Object = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "sealed"}, "data": {}}
    with pytest.raises(Forbidden, match=rf"Secret {instance.name}/sealed: {said} \(why is not shown") as caught:
        apply_secrets(instance.cluster, instance.name, [secret])
    assert "geheim" not in str(caught.value)


def test_namespace_that_is_being_deleted_is_refused_with_what_holds_it_then_waited_for(instance: Instance) -> None:
    run_namespace(instance.deployment())
    metadata = {"name": "kept", "namespace": instance.name, "finalizers": ["example.org/keep"]}
    kubectl("apply", "-f", "-", stdin=as_yaml({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}))
    kubectl("delete", "namespace", instance.name, "--wait=false")

    with pytest.raises(Conflict, match=r"is being deleted and waits for this: .*example\.org/keep in 1 resource"):
        instance.deploy(Small(), timeout=6)

    let_go = [
        "-n",
        instance.name,
        "patch",
        "configmap",
        "kept",
        "--type=merge",
        "-p",
        '{"metadata":{"finalizers":null}}',
    ]
    timer = threading.Timer(5, lambda: kubectl(*let_go))
    timer.start()
    assert instance.deploy(Small())[0] is Status.DONE
    timer.join()
    assert any("is being deleted, waiting for its end" in text for text in instance.said)


def test_edits_by_hand_are_put_back_and_what_others_added_stays(instance: Instance, argo: Namespaces) -> None:
    instance.deploy(Small())
    edit = {
        "metadata": {"annotations": {"example.org/note": "mine"}},
        "spec": {"source": {"targetRevision": "elsewhere"}, "syncPolicy": {"automated": None, "syncOptions": []}},
    }
    place = ["-n", argo.argo_cd, "patch", "application", instance.name, "--type=merge"]
    kubectl(*place, "-p", json.dumps(edit), "--field-manager=somebody")
    rules = ["-n", instance.name, "patch", "networkpolicy", "launchpad-egress", "--type=merge"]
    kubectl(*rules, "-p", '{"spec":{"egress":[{}]}}', "--field-manager=somebody")
    before = instance.said.copy()

    assert (
        run_namespace(instance.deployment())[1] == "NetworkPolicy launchpad-egress: put back spec.egress (by somebody)"
    )
    assert instance.deploy(Small())[0] is Status.DONE

    live = instance.cluster.get(API, "Application", instance.name, argo.argo_cd)
    assert live["spec"]["source"]["targetRevision"] == "refs/heads/main"
    assert live["spec"]["syncPolicy"]["automated"] == {"enabled": True, "prune": True, "selfHeal": True}
    assert live["metadata"]["annotations"]["example.org/note"] == "mine"
    told = next(text for text in instance.said[len(before) :] if "put back" in text)
    assert "spec.source.targetRevision (by somebody)" in told
    assert instance.deploy(Small())[0] is Status.UNCHANGED
