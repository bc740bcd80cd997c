"""Argo CD's own API as one of its accounts, reached by way of the Kubernetes API server, so that no port is opened.

An account may always make tokens for itself. So whoever has just been given a password gets one without an
administrator of Argo CD. Nothing that is sent or answered stands in an error.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.adapters.kubernetes_api import as_json, content
from tutor_launchpad.adapters.kubernetes_transport import Request, Response
from tutor_launchpad.core.errors import Forbidden, LaunchpadError, Unreachable
from tutor_launchpad.core.types import Object

PARAMETERS = "argocd-cmd-params-cm"
PAUSES = (0.5, 1.0, 2.0)
"""Argo CD hears of a new account a moment later. It locks an account after five failures, so there are no more tries."""


@dataclass(frozen=True)
class ArgoCdApi:
    """The server in one namespace."""

    cluster: Cluster
    namespace: str
    sleep: Callable[[float], None] = time.sleep

    def address(self) -> tuple[str, str]:
        """The service as the API server reaches it, and the path below which the API is."""
        settings = (self.cluster.find("v1", "ConfigMap", PARAMETERS, self.namespace) or {}).get("data") or {}
        scheme = "http" if settings.get("server.insecure") == "true" else "https"
        root = str(settings.get("server.rootpath") or "").strip("/")
        return f"{scheme}:argocd-server:{scheme}", f"/{root}" if root else ""

    def make_token(self, name: str, password: str, seconds: int) -> str:
        """A token of the account that its password opens; raises where Argo CD does not answer, or refuses."""
        server, root = self.address()
        session = self._log_in(server, root, name, password)
        asked = {"name": name, "expiresIn": seconds}
        cookie = ("Cookie", f"argocd.token={session}")
        answer = self._post(server, f"{root}/api/v1/account/{name}/token", asked, cookie)
        return self._token(answer, f"make a token for {name}")

    def _log_in(self, server: str, root: str, name: str, password: str) -> str:
        credentials = {"username": name, "password": password}
        answer = self._post(server, f"{root}/api/v1/session", credentials)
        for pause in PAUSES:
            if answer.status != 401:
                break
            self.sleep(pause)
            answer = self._post(server, f"{root}/api/v1/session", credentials)
        return self._token(answer, f"log in as {name}")

    def _post(self, server: str, path: str, body: Object, *cookie: tuple[str, str]) -> Response:
        headers = (*content("application/json"), *cookie)
        request = Request("POST", path, body=as_json(body), headers=headers)
        return self.cluster.hasty.ask_service(self.namespace, server, request)

    def _token(self, answer: Response, what: str) -> str:
        document = answer.document or {}
        if answer.status == 200 and isinstance(document.get("token"), str):
            return str(document["token"])
        where = f"Argo CD in namespace {self.namespace}"
        if document.get("kind") == "Status" and answer.status == 403:
            raise Forbidden(
                f"Cannot {what} in {where}: you may not create services/proxy there. Ask an administrator of the cluster "
                "for it, or use the account without a token."
            )
        if answer.status == 401:
            raise LaunchpadError(
                f"Cannot {what} in {where}: it does not take the password. Wait five minutes, as it locks accounts after "
                "failed logins, then try again."
            )
        if document.get("kind") == "Status" or answer.status >= 500:
            raise Unreachable(
                f"Cannot {what} in {where}: it does not answer (HTTP {answer.status}). "
                f"Look at it with `kubectl get pods -n {self.namespace}`, then try again."
            )
        raise LaunchpadError(f"Cannot {what} in {where}: it answers HTTP {answer.status}.")
