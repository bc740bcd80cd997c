"""The client for who reaches Argo's own server and not Kubernetes: Hera's service behind this library's protocol.

Argo's server knows workflows, their templates and their logs; whatever else is asked for raises `NotServed`. Answers are
read as they come, not as Hera's models, which leave out what their release does not know.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from launchpad_workflows.client import WORKFLOWS, Object, Objects
from launchpad_workflows.errors import Absent, Forbidden, NotServed, ProvisioningError, Refused, Unavailable

if TYPE_CHECKING:
    from hera.workflows import WorkflowsService
    from requests import Response

RUN_LABEL = "workflows.argoproj.io/workflow"
NODE_ANNOTATION = "workflows.argoproj.io/node-id"
PLURALS = {"Workflow": "workflows", "WorkflowTemplate": "workflow-templates"}
TIMEOUT = 30.0
STARTED = {"Running", "Succeeded", "Failed", "Error"}


class ArgoServerClient:
    """One server of Argo as the account of one token sees it."""

    def __init__(self, service: WorkflowsService, token_file: Path | None = None) -> None:
        """`token_file`: read for each request, as a token may be renewed while a run is waited for."""
        self.service = service
        self._token_file = token_file

    @classmethod
    def connect(cls, host: str, token_file: Path, verify: bool = True) -> ArgoServerClient:
        """A server such as `https://argo.example.com`. Without `verify` whoever is in between reads the token."""
        from hera.workflows import WorkflowsService

        return cls(WorkflowsService(host=host, token=_read_token(token_file), verify_ssl=verify), token_file)

    def get(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object:
        """The object, or `Absent`."""
        return self._call("GET", f"get {kind} {name}", f"{_path(kind, namespace)}/{name}")

    def find(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object | None:
        """The object or None."""
        try:
            return self.get(api_version, kind, name, namespace)
        except Absent:
            return None

    def list(self, api_version: str, kind: str, namespace: str | None = None, labels: str = "") -> Objects:
        """All that match a label selector. Of pods only those of one run, as far as its workflow tells of them."""
        if kind == "Pod" and labels.startswith(f"{RUN_LABEL}="):
            return _pods(self.get(WORKFLOWS, "Workflow", labels.partition("=")[2], namespace))
        query = {"listOptions.labelSelector": labels} if labels else {}
        answer = self._call("GET", f"list {kind}", _path(kind, namespace), query=query)
        return [dict(item) for item in answer.get("items") or []]

    def create(self, obj: Object) -> Object:
        """A new object; `Refused` where it exists."""
        return self._call("POST", f"create {_title(obj)}", _path(obj["kind"], _namespace(obj)), body=_body(obj))

    def apply(self, obj: Object) -> Object:
        """Make it or replace its content. Of what somebody else changes meanwhile it is `Refused`."""
        metadata = obj["metadata"]
        path = f"{_path(obj['kind'], _namespace(obj))}/{metadata['name']}"
        live = self.find(obj["apiVersion"], obj["kind"], metadata["name"], _namespace(obj))
        if live is None:
            return self.create(obj)
        version = {"resourceVersion": live["metadata"]["resourceVersion"]}
        return self._call(
            "PUT", f"update {_title(obj)}", path, body=_body({**obj, "metadata": {**metadata, **version}})
        )

    def delete(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> bool:
        """Remove, with what it owns."""
        try:
            self._call("DELETE", f"delete {kind} {name}", f"{_path(kind, namespace)}/{name}")
        except Absent:
            return False
        return True

    def logs(self, namespace: str, pod: str, container: str | None = None, tail: int = 20) -> str:
        """A container's last lines. `pod`: the name that `list` gave it, which says of which workflow it is."""
        query = {"logOptions.container": container or "main", "logOptions.tailLines": str(tail)}
        what = f"read the log of Pod {pod.partition('/')[2]}"
        response = self._send("GET", what, f"/api/v1/workflows/{namespace}/{pod}/log", query)
        entries = [_json(line, what, self._host) for line in response.text.splitlines() if line]
        found = [entry.get("result") or entry.get("error") or {} for entry in entries]
        return "\n".join(str(one.get("content") or one.get("message", "")) for one in found)

    @property
    def _host(self) -> str:
        return str(self.service.host or "")  # Hera takes none, and asks its global configuration

    def _call(self, verb: str, what: str, path: str, query: dict[str, str] | None = None, body: Any = None) -> Object:
        return _json(self._send(verb, what, path, query, body).text, what, self._host)

    def _send(self, verb: str, what: str, path: str, query: dict[str, str] | None = None, body: Any = None) -> Response:
        service = self.service
        token = f"Bearer {_read_token(self._token_file)}" if self._token_file else service.token
        with _translated(what, self._host):
            response = service.session.request(
                verb,
                f"{self._host.rstrip('/')}{path}",
                params=query,
                json=body,
                headers={"Authorization": token} if token else {},
                verify=service.verify_ssl,
                cert=service.client_certs,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        if response.status_code != 200:
            raise _translate(what, response, self._host)
        return response


def _read_token(file: Path) -> str:
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Absent(f"Cannot read the token of Argo's server from {file}: {error}.") from None
    if not re.fullmatch(r"[!-~]+", token):
        raise Absent(f"The file {file} holds no token of Argo's server: write one into it, and nothing else.")
    return token


def _path(kind: str, namespace: str | None) -> str:
    if kind not in PLURALS:
        raise NotServed(f"Argo's server serves no {kind}: use a client of Kubernetes for it.")
    return f"/api/v1/{PLURALS[kind]}/{namespace or ''}".rstrip("/")


def _body(obj: Object) -> Object:
    return {"workflow" if obj["kind"] == "Workflow" else "template": obj}


def _namespace(obj: Object) -> str:
    return str(obj["metadata"]["namespace"])


def _title(obj: Object) -> str:
    return f"{obj['kind']} {obj['metadata'].get('name') or obj['metadata'].get('generateName', '')}"


def _pods(workflow: Object) -> Objects:
    """What a list of the run's pods would tell, each named by its workflow and its own name."""
    run = workflow["metadata"]["name"]
    nodes = ((workflow.get("status") or {}).get("nodes") or {}).values()
    return [
        {
            "metadata": {"name": f"{run}/{_pod_name(run, node)}", "annotations": {NODE_ANNOTATION: node["id"]}},
            "status": {"containerStatuses": [{"state": {"terminated": {}}}] if node.get("phase") in STARTED else []},
        }
        for node in nodes
        if node.get("type") == "Pod"
    ]


def _pod_name(run: str, node: dict[str, Any]) -> str:
    """As Argo makes it: https://argo-workflows.readthedocs.io/en/release-3.7/environment-variables/ (POD_NAMES v2)."""
    template = node.get("templateName") or (node.get("templateRef") or {}).get("template", "")
    return f"{run}-{template}-{node['id'].rpartition('-')[2]}"


@contextmanager
def _translated(what: str, host: str) -> Iterator[None]:
    import requests

    no_address = requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema
    try:
        yield
    except requests.exceptions.SSLError as error:
        raise Refused(
            f"Cannot {what}: the certificate of Argo's server at {host} is not trusted ({_reason(error)}). Name the file "
            "with its authority in the variable REQUESTS_CA_BUNDLE."
        ) from None
    except no_address:
        raise Refused(f"Cannot {what}: {host} is no address of Argo's server.") from None
    except requests.exceptions.RequestException as error:
        raise Unavailable(
            f"Cannot {what}: Argo's server does not answer at {host} ({type(error).__name__}). Is it running, and the "
            "address right?"
        ) from None


def _reason(error: Exception) -> str:
    text = str(error)
    return text.rpartition("certificate verify failed: ")[2].partition(" (_ssl")[0].partition("')")[0] or "TLS failed"


def _translate(what: str, response: Response, host: str) -> ProvisioningError:
    status = response.status_code
    error = _error(response.text)
    message = str(error.get("message") or response.reason)
    if status in (429, 500, 502, 503, 504):
        return Unavailable(f"Cannot {what} at the moment: Argo's server says {status} {message}.")
    if error.keys().isdisjoint({"code", "grpc_code"}):
        return _stranger(what, host)
    if status == 404:
        return Absent(f"Cannot {what}: there is none.")
    if status == 401:
        return Forbidden(f"Cannot {what}: Argo's server does not accept the token ({message}): is it this cluster's?")
    if status == 403:
        return Forbidden(f"Cannot {what}: the token's account may not ({message}).")
    return Refused(f"Cannot {what}: Argo's server says {status} {message}.")


def _error(text: str) -> Object:
    """The message and code of an error; those of a stream, as logs are, stand a level deeper."""
    answer = _parse(text) or {}
    error = answer.get("error", answer)
    return error if isinstance(error, dict) else {}


def _json(text: str, what: str, host: str) -> Object:
    answer = _parse(text)
    if answer is None:
        raise _stranger(what, host)
    return answer


def _parse(text: str) -> Object | None:
    try:
        answer = json.loads(text)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _stranger(what: str, host: str) -> Refused:
    return Refused(
        f"Cannot {what}: what answers at {host} is not Argo's server. Is it reached by https, and without a login page?"
    )
