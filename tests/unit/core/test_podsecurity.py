"""What a namespace with Pod Security baseline and an AppProject without cluster-wide kinds would refuse."""

from __future__ import annotations

from typing import Any

import pytest

from tutor_launchpad.core.podsecurity import enforced_level, problems
from tutor_launchpad.core.types import Object


def daemon_set(name: str = "vector", **spec: Any) -> Object:
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": name},
        "spec": {"template": {"spec": {"containers": [{"name": "c"}], **spec}}},
    }


def container(**context: Any) -> dict[str, Any]:
    return {"containers": [{"name": "c", "securityContext": context}]}


FORBIDDEN: dict[str, tuple[dict[str, Any], str]] = {
    "host network": ({"hostNetwork": True}, "hostNetwork is true"),
    "host path": ({"volumes": [{"name": "v", "hostPath": {"path": "/var/log"}}]}, "volumes[0].hostPath is '/var/log'"),
    "privileged": (container(privileged=True), "containers[0].securityContext.privileged is true"),
    "capability": (container(capabilities={"add": ["SYS_ADMIN", "CHOWN"]}), "capabilities.add has SYS_ADMIN"),
    "host port": ({"containers": [{"name": "c", "ports": [{"hostPort": 80}]}]}, "containers[0].ports has hostPort 80"),
    "seccomp": ({"securityContext": {"seccompProfile": {"type": "Unconfined"}}}, "seccompProfile is Unconfined"),
    "sysctl": ({"securityContext": {"sysctls": [{"name": "kernel.msgmax"}]}}, "sysctls has kernel.msgmax"),
    "proc mount": (container(procMount="Unmasked"), "procMount is Unmasked"),
    "selinux": (container(seLinuxOptions={"type": "spc_t"}), "seLinuxOptions is {'type': 'spc_t'}"),
    "init container": (
        {"initContainers": [{"name": "i", "securityContext": {"privileged": True}}]}, "initContainers[0]",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("spec", "reason"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_problem_names_object_field_and_remedy(spec: dict[str, Any], reason: str) -> None:
    (problem,) = problems([daemon_set("agent", **spec)], ())

    assert problem.startswith("DaemonSet/agent breaks Pod Security baseline: ")
    assert reason in problem
    assert problem.endswith("list DaemonSet/agent in LAUNCHPAD_CLUSTER_RESOURCES.")


def test_problem_of_a_known_plugin_names_its_setting() -> None:
    (problem,) = problems([{"kind": "ClusterRole", "metadata": {"name": "vector"}}], ())

    assert problem == (
        "ClusterRole/vector is cluster-wide, and an instance owns only its namespace: turn it off with "
        "RUN_VECTOR=false, or list ClusterRole/vector in LAUNCHPAD_CLUSTER_RESOURCES."
    )


def test_listed_objects_are_allowed_and_lower_what_the_namespace_enforces() -> None:
    beyond = daemon_set(volumes=[{"name": "v", "hostPath": {"path": "/"}}])

    assert problems([beyond], ("DaemonSet/vector",)) == []
    assert enforced_level([beyond], ("DaemonSet/vector",)) == "privileged"
    assert enforced_level([beyond], ()) == "baseline"
    assert enforced_level([daemon_set()], ("DaemonSet/vector",)) == "baseline"


@pytest.mark.parametrize("kind", ["ClusterIssuer", "PriorityClass", "Namespace"])
def test_cluster_wide_kinds_are_refused(kind: str) -> None:
    assert len(problems([{"kind": kind, "metadata": {"name": "x"}}], ())) == 1


@pytest.mark.parametrize("kind", ["Role", "RoleBinding"])
def test_rights_are_refused_unless_listed(kind: str) -> None:
    obj = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": "x"}}

    (problem,) = problems([obj], ("Role/other", "RoleBinding/other"))

    assert problem.endswith(f"list {kind}/x in LAUNCHPAD_CLUSTER_RESOURCES.")
    assert problems([obj], (f"{kind}/x",)) == []


LIMITING = {
    "ResourceQuota": "v1",
    "LimitRange": "v1",
    "NetworkPolicy": "crd.projectcalico.org/v1",
    "CiliumNetworkPolicy": "cilium.io/v2",
}


@pytest.mark.parametrize(("kind", "version"), LIMITING.items())
def test_what_lifts_the_limits_is_refused_even_where_listed(kind: str, version: str) -> None:
    obj = {"apiVersion": version, "kind": kind, "metadata": {"name": "x"}}

    (problem,) = problems([obj], (f"{kind}/x",))

    assert problem.startswith(f"{kind}/x could lift the namespace's limits")
    assert "LAUNCHPAD_" in problem


def test_ordinary_objects_have_no_problem() -> None:
    cron = {
        "kind": "CronJob",
        "metadata": {"name": "c"},
        "spec": {"jobTemplate": {"spec": {"template": {"spec": container(allowPrivilegeEscalation=False)}}}},
    }

    assert problems([daemon_set(), cron, {"kind": "Cluster", "metadata": {"name": "db"}}], ()) == []
