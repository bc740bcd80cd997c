"""Argo CD and the tokens of accounts, on top of the API in memory: who logs in gets what the real ones give."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field

import bcrypt

from tests.unit.fake_kubernetes import FakeApi, status
from tutor_launchpad.adapters.kubernetes_transport import Request, Response
from tutor_launchpad.core.types import Object

ARGO_CD = "argocd"
OTHERS = "p, role:ops, applications, *, */*, allow\ng, carol, role:ops\n"


def argo_cd(**policies: str) -> tuple[Object, ...]:
    """What Argo CD's installation makes, and an account and policies of somebody else."""
    settings = {"url": "https://argocd.example.com", "accounts.carol": "login"}
    return (
        _object("ConfigMap", "argocd-cm", data=settings),
        _object("ConfigMap", "argocd-rbac-cm", data={"policy.default": "", "policy.csv": OTHERS, **policies}),
        _object("Secret", "argocd-secret", data={"server.secretkey": "a2V5"}),
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "launchpad"}},
    )


def _object(kind: str, name: str, **content: object) -> Object:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": ARGO_CD}, **content}


@dataclass
class Logins:
    """Answers in place of Argo CD. `late`: logins that fail because it has not heard of the account; `down`: it is away."""

    api: FakeApi
    late: int = 0
    down: bool = False
    asked: list[str] = field(default_factory=list)

    def answer(self, request: Request) -> Response | None:
        """Tokens of ServiceAccounts, sessions and tokens of Argo CD."""
        account = re.search(r"/namespaces/([^/]+)/serviceaccounts/([^/]+)/token$", request.path)
        if account:
            return self._service_account(account[1], account[2], json.loads(request.body or b"{}"))
        server = re.search(r"/services/(https?:argocd-server:https?)/proxy(/.*)$", request.path)
        if not server:
            return None
        self.asked.append(f"{server[1]}{server[2]}")
        if self.down:
            return status(503, "ServiceUnavailable", "no endpoints available")
        return self._argo_cd(server[2].removeprefix("/argo"), request)

    def _service_account(self, namespace: str, name: str, asked: Object) -> Response:
        if ("serviceaccounts", namespace, name) not in self.api.objects:
            return status(404, "NotFound", "not found", kind="serviceaccounts", name=name)
        seconds = asked["spec"]["expirationSeconds"]
        made = {"token": f"kube-{name}-{seconds}", "expirationTimestamp": "2026-12-25T00:00:00Z"}
        return Response(201, json.dumps({"kind": "TokenRequest", "status": made}).encode())

    def _argo_cd(self, path: str, request: Request) -> Response:
        body = json.loads(request.body or b"{}")
        if path == "/api/v1/session":
            if self.late or not self.opens(body["username"], body["password"]):
                self.late -= 1
                return Response(401, b'{"error": "Invalid username or password", "code": 16}')
            return _token(f"session-{body['username']}")
        headers = {name.lower(): value for name, value in request.headers}
        if headers.get("cookie") != f"argocd.token=session-{body['name']}":
            return Response(401, b'{"error": "no session information", "code": 16}')
        if not isinstance(body["expiresIn"], int):
            return Response(400, b'{"error": "json: cannot unmarshal string into expiresIn of type int64", "code": 3}')
        return _token(f"api-{body['name']}-{body['expiresIn']}")

    def opens(self, name: str, password: str) -> bool:
        """Whether Argo CD would let somebody in."""
        settings = self.api.read("configmaps", ARGO_CD, "argocd-cm")["data"]
        hashed = self.api.read("secrets", ARGO_CD, "argocd-secret")["data"].get(f"accounts.{name}.password")
        if "login" not in settings.get(f"accounts.{name}", "") or hashed is None:
            return False
        enabled = settings.get(f"accounts.{name}.enabled", "true") == "true"
        return enabled and bcrypt.checkpw(password.encode(), base64.b64decode(hashed))


def _token(token: str) -> Response:
    return Response(200, json.dumps({"token": token}).encode())
