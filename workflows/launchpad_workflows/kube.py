"""The client for scripts: the `kubernetes` package's dynamic client behind this library's protocol."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from launchpad_workflows.client import Object, Objects
from launchpad_workflows.errors import Absent, Forbidden, ProvisioningError, Refused, Unavailable

MANAGER = "launchpad"


class KubernetesClient:
    """One context of the kubeconfig, or the pod's own service account where there is no kubeconfig."""

    def __init__(self, dynamic: Any) -> None:
        self._dynamic = dynamic

    @classmethod
    def connect(cls, context: str | None = None) -> KubernetesClient:
        """Read the configuration and the cluster's kinds."""
        import kubernetes

        package: Any = kubernetes  # parts of it have no types
        try:
            api = package.config.new_client_from_config(context=context)
        except package.config.ConfigException:
            api = _in_cluster(package)
        with _translated("reach the cluster"):
            return cls(package.dynamic.DynamicClient(api))

    def get(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object:
        """The object, or `Absent`."""
        with _translated(f"get {kind} {name}"):
            return _plain(self._resource(api_version, kind).get(name=name, namespace=namespace))

    def find(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object | None:
        """The object or None."""
        try:
            return self.get(api_version, kind, name, namespace)
        except Absent:
            return None

    def list(self, api_version: str, kind: str, namespace: str | None = None, labels: str = "") -> Objects:
        """All that match a label selector."""
        with _translated(f"list {kind}"):
            answer = self._resource(api_version, kind).get(namespace=namespace, label_selector=labels or None)
            return [dict(item) for item in _plain(answer).get("items", [])]

    def create(self, obj: Object) -> Object:
        """A new object; `Refused` where it exists."""
        with _translated(f"create {_title(obj)}"):
            resource = self._resource(obj["apiVersion"], obj["kind"])
            namespace = obj["metadata"].get("namespace")
            return _plain(resource.create(body=obj, namespace=namespace, field_manager=MANAGER))

    def apply(self, obj: Object) -> Object:
        """Server-side apply, not forced."""
        with _translated(f"apply {_title(obj)}"):
            metadata = obj["metadata"]
            answer = self._resource(obj["apiVersion"], obj["kind"]).server_side_apply(
                body=obj, name=metadata["name"], namespace=metadata.get("namespace"), field_manager=MANAGER
            )
            return _plain(answer)

    def delete(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> bool:
        """Remove, with what it owns."""
        try:
            with _translated(f"delete {kind} {name}"):
                self._resource(api_version, kind).delete(
                    name=name, namespace=namespace, body={"propagationPolicy": "Background"}
                )
        except Absent:
            return False
        return True

    def logs(self, namespace: str, pod: str, container: str | None = None, tail: int = 20) -> str:
        """A container's last lines."""
        from kubernetes import client

        with _translated(f"read the log of Pod {pod}"):
            core = client.CoreV1Api(self._dynamic.client)
            return str(core.read_namespaced_pod_log(pod, namespace, container=container, tail_lines=tail))

    def _resource(self, api_version: str, kind: str) -> Any:
        from kubernetes.dynamic.exceptions import ResourceNotFoundError

        try:
            return self._dynamic.resources.get(api_version=api_version, kind=kind)
        except ResourceNotFoundError:
            raise Absent(f"The cluster has no kind {kind} ({api_version}): install what brings it.") from None


def _in_cluster(package: Any) -> Any:
    configuration = package.client.Configuration()
    try:
        package.config.load_incluster_config(configuration)
    except package.config.ConfigException:
        raise Absent("No kubeconfig names a cluster and this is no pod: set KUBECONFIG, or name a context.") from None
    return package.client.ApiClient(configuration)


@contextmanager
def _translated(what: str) -> Iterator[None]:
    """The package's errors as ours; an answer's body is never repeated, as it may hold what was sent."""
    import urllib3
    from kubernetes.client import ApiException

    try:
        yield
    except ApiException as error:
        raise _translate(what, int(error.status or 0), str(error.reason)) from None
    except urllib3.exceptions.HTTPError as error:
        raise Unavailable(f"Cannot {what}: the cluster does not answer ({type(error).__name__}).") from None


def _translate(what: str, status: int, reason: str) -> ProvisioningError:
    if status == 404:
        return Absent(f"Cannot {what}: there is none.")
    if status in (401, 403):
        return Forbidden(f"Cannot {what}: this user may not ({status} {reason}).")
    if status in (0, 429, 500, 502, 503, 504):
        return Unavailable(f"Cannot {what} at the moment ({status} {reason}).")
    return Refused(f"Cannot {what}: the cluster says {status} {reason}.")


def _plain(answer: Any) -> Object:
    return dict(answer.to_dict())


def _title(obj: Object) -> str:
    return f"{obj['kind']} {obj['metadata'].get('name') or obj['metadata'].get('generateName', '')}"
