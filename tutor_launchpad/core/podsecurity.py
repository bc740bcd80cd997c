"""Objects that an instance's namespace and AppProject do not take.

Cluster-wide ones, those that give rights or lift the namespace's limits, and pods beyond the baseline.

The rules are those of Pod Security Standards' *baseline* (kubernetes.io/docs/concepts/security/pod-security-standards).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tutor_launchpad.core.pods import containers, pod_template
from tutor_launchpad.core.types import Object

SETTINGS = {"vector": "RUN_VECTOR"}
"""Object's name (or its beginning before a dash) → the Tutor setting that turns it off."""

CLUSTER_KINDS = frozenset({
    "APIService", "CSIDriver", "CertificateSigningRequest", "CustomResourceDefinition", "FlowSchema",
    "GatewayClass", "IngressClass", "MutatingWebhookConfiguration", "Namespace", "Node", "PersistentVolume",
    "PriorityClass", "PriorityLevelConfiguration", "RuntimeClass", "StorageClass", "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration", "VolumeAttachment"
})  # fmt: skip
RIGHTS = frozenset({"Role", "RoleBinding"})
LIMITS = {
    "LimitRange": "set LAUNCHPAD_LIMITS instead",
    "NetworkPolicy": "see LAUNCHPAD_NETWORK_POLICIES and the hook for network flows",
    "ResourceQuota": "set LAUNCHPAD_QUOTA instead",
}
"""Kinds that the deploy itself keeps in the namespace → what to do instead."""
POLICY_GROUPS = frozenset({"cilium.io", "crd.projectcalico.org", "projectcalico.org"})
CAPABILITIES = frozenset({
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP",
    "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"
})  # fmt: skip
SELINUX_TYPES = frozenset({
    "", "container_engine_t", "container_init_t", "container_kvm_t", "container_t"
})  # fmt: skip
SYSCTLS = frozenset({
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ping_group_range", "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem", "net.ipv4.tcp_syncookies", "net.ipv4.tcp_wmem"
})  # fmt: skip


def problems(objects: Iterable[Object], allowed: tuple[str, ...]) -> list[str]:
    """One sentence for each object that may not be, with its remedy. `allowed`: `Kind/name` entries."""
    found = []
    for obj in objects:
        limit = _limit(obj)
        if limit:
            found.append(f"{_name(obj)} could lift the namespace's limits, which only the deploy sets: {limit}.")
            continue
        if _name(obj) in allowed:
            continue
        if obj["kind"] in RIGHTS:
            found.append(f"{_name(obj)} gives rights to whoever may write to the repository: {_remedy(obj)}.")
        if is_cluster_scoped(obj):
            found.append(f"{_name(obj)} is cluster-wide, and an instance owns only its namespace: {_remedy(obj)}.")
        found += [f"{_name(obj)} breaks Pod Security baseline: {reason}; {_remedy(obj)}." for reason in violations(obj)]
    return found


def _limit(obj: Object) -> str:
    """What to do instead of an object of the kinds that the AppProject never takes."""
    group = obj.get("apiVersion", "").rpartition("/")[0]
    return LIMITS["NetworkPolicy"] if group in POLICY_GROUPS else LIMITS.get(obj["kind"], "")


def enforced_level(objects: Iterable[Object], allowed: tuple[str, ...]) -> str:
    """What the namespace enforces: `baseline`, unless an allowed object could not run there."""
    beyond = any(_name(obj) in allowed and any(violations(obj)) for obj in objects)
    return "privileged" if beyond else "baseline"


def is_cluster_scoped(obj: Object) -> bool:
    """Known kinds, and by convention `ClusterIssuer`, `ClusterRole` …"""
    kind = obj["kind"]
    return kind in CLUSTER_KINDS or (kind.startswith("Cluster") and kind != "Cluster")


def violations(obj: Object) -> Iterator[str]:
    """Each field of its pods that baseline forbids, with its value."""
    template = pod_template(obj)
    if template is None:
        return
    spec = template["spec"]
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(field):
            yield f"{field} is true"
    for index, volume in enumerate(spec.get("volumes") or []):
        if "hostPath" in volume:
            yield f"volumes[{index}].hostPath is {volume['hostPath'].get('path')!r}"
    context = spec.get("securityContext") or {}
    yield from _context("securityContext", context)
    for sysctl in context.get("sysctls") or []:
        if sysctl.get("name") not in SYSCTLS:
            yield f"securityContext.sysctls has {sysctl.get('name')}"
    for name, value in (template.get("metadata", {}).get("annotations") or {}).items():
        if name.startswith("container.apparmor.security.beta.kubernetes.io/") and value == "unconfined":
            yield f"annotation {name} is unconfined"
    for path, container in containers(spec):
        yield from _container(path, container)


def _container(path: str, container: Object) -> Iterator[str]:
    context: dict[str, Any] = container.get("securityContext") or {}
    if context.get("privileged"):
        yield f"{path}.securityContext.privileged is true"
    added = set((context.get("capabilities") or {}).get("add") or [])
    if added - CAPABILITIES:
        yield f"{path}.securityContext.capabilities.add has {', '.join(sorted(added - CAPABILITIES))}"
    if context.get("procMount") not in (None, "Default"):
        yield f"{path}.securityContext.procMount is {context['procMount']}"
    for port in container.get("ports") or []:
        if port.get("hostPort"):
            yield f"{path}.ports has hostPort {port['hostPort']}"
    yield from _context(f"{path}.securityContext", context)


def _context(path: str, context: Object) -> Iterator[str]:
    for field in ("seccompProfile", "appArmorProfile"):
        if (context.get(field) or {}).get("type") == "Unconfined":
            yield f"{path}.{field} is Unconfined"
    selinux = context.get("seLinuxOptions") or {}
    if selinux.get("type", "") not in SELINUX_TYPES or selinux.get("user") or selinux.get("role"):
        yield f"{path}.seLinuxOptions is {selinux}"
    if (context.get("windowsOptions") or {}).get("hostProcess"):
        yield f"{path}.windowsOptions.hostProcess is true"


def _remedy(obj: Object) -> str:
    name = obj["metadata"]["name"]
    setting = SETTINGS.get(name) or SETTINGS.get(name.split("-")[0])
    listed = f"list {_name(obj)} in LAUNCHPAD_CLUSTER_RESOURCES"
    return f"turn it off with {setting}=false, or {listed}" if setting else listed


def _name(obj: Object) -> str:
    return f"{obj['kind']}/{obj['metadata']['name']}"
