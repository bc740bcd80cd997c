"""Dex as Argo CD runs it, with the settings of a cluster repository, before a GitHub of the test's own."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import yaml

from tests.unit.browser import Browser
from tests.unit.fake_github import GitHub
from tests.unit.fake_kubernetes import FakeApi
from tests.unit.programs import find_program
from tests.unit.scripted_server import kubeconfig
from tests.unit.served_api import served
from tutor_launchpad.core.types import Object

PART = {"app.kubernetes.io/part-of": "argocd"}
SHARED = "shared-between-the-two"
"""What Dex and Argo Workflows know of each other."""


@dataclass(frozen=True)
class Client:
    """Who asks Dex for a token. Without a secret it proves by PKCE that it began the login."""

    id: str
    redirect: str
    secret: str = ""


@dataclass(frozen=True)
class Dex:
    """`issuer`: where people find it. `configuration`: what it was started with."""

    issuer: str
    address: str
    github: GitHub
    configuration: dict[str, Any]

    def browser(self, login: str) -> Browser:
        """Of somebody who is logged in at GitHub."""
        origin = self.issuer.removesuffix("/api/dex")
        return Browser(login, self.github.address, {origin: self.address}, self.github.authority)

    def client(self, name: str) -> Client:
        """One that the configuration has."""
        (found,) = (one for one in self.configuration["staticClients"] if one["id"] == name)
        secret = SHARED if "secretEnv" in found else found.get("secret", "")
        return Client(name, found["redirectURIs"][-1], secret)

    def log_in(self, login: str, client: Client) -> tuple[httpx.Response, dict[str, Any]]:
        """The last page, and the claims of the token; none where there is no token."""
        verifier, state = secrets.token_urlsafe(40), secrets.token_hex(4)
        asked = {"client_id": client.id, "redirect_uri": client.redirect, "response_type": "code", "state": state}
        asked["scope"] = "openid profile email groups"
        if not client.secret:
            digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
            asked |= {"code_challenge": digest, "code_challenge_method": "S256"}
        with self.browser(login) as browser:
            page = browser.go(f"{self.issuer}/auth?{urlencode(asked)}", until=client.redirect)
            if page.next_request is None:
                return page, {}
            given = parse_qs(urlsplit(str(page.next_request.url)).query)
            assert given["state"] == [state]
            form = {"grant_type": "authorization_code", "code": given["code"][0], "redirect_uri": client.redirect}
            form |= {"client_id": client.id, "client_secret": client.secret} if client.secret else {
                "client_id": client.id, "code_verifier": verifier
            }  # fmt: skip
            answer = browser.post(f"{self.issuer}/token", data=form)
            return answer, claims(answer.json()["id_token"])


def claims(token: str) -> dict[str, Any]:
    """What a token says."""
    middle = token.split(".")[1]
    content: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return content


def _object(kind: str, name: str, data: Mapping[str, str], labels: Mapping[str, str] = PART) -> Object:
    metadata = {"name": name, "namespace": "argocd", "labels": dict(labels)}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, "data": dict(data)}


def _secret(name: str, **values: str) -> Object:
    return _object("Secret", name, {key: base64.b64encode(value.encode()).decode() for key, value in values.items()})


def with_github(settings: Mapping[str, str], host: str, authority: str) -> dict[str, str]:
    """Argo CD's settings, for a GitHub that is elsewhere."""
    config = yaml.safe_load(settings["dex.config"])
    config["connectors"][0]["config"] |= {"hostName": host, "rootCA": authority}
    return {**settings, "dex.config": yaml.safe_dump(config)}


def generate(settings: Mapping[str, str], github: GitHub, folder: Path) -> dict[str, Any]:
    """The configuration that Argo CD's own program makes of its settings and Secrets."""
    elsewhere = with_github(settings, github.host, github.authority)
    known = {"clientID": github.application.id, "clientSecret": github.application.secret}
    api = FakeApi(
        _object("ConfigMap", "argocd-cm", elsewhere),
        _secret("argocd-secret", **{"server.secretkey": "key", "admin.password": "x"}),
        _secret("github-sso", **known),
    )
    out = folder / "dex.yaml"
    with served(api) as address:
        cluster = kubeconfig(folder / "kubeconfig", address, "moon")
        own = {**os.environ, "KUBECONFIG": str(cluster), "ARGOCD_BINARY_NAME": "argocd-dex"}
        command = [find_program("argocd"), "gendexcfg", "--disable-tls", "--namespace", "argocd", "--out", str(out)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=own)
    assert ran.returncode == 0, ran.stderr
    content: dict[str, Any] = yaml.safe_load(out.read_text())
    return content


@contextmanager
def running(settings: Mapping[str, str], github: GitHub, folder: Path) -> Iterator[Dex]:
    """Started on a free port of this machine, and ended afterwards."""
    program = find_program("dex")
    configuration = generate(settings, github, folder)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    here = ["--web-http-addr", f"127.0.0.1:{port}", "--telemetry-addr", "127.0.0.1:0", "--grpc-addr", "127.0.0.1:0"]
    own = {"PATH": os.environ["PATH"], "ARGO_WORKFLOWS_SSO_CLIENT_SECRET": SHARED}
    log = folder / "dex.log"
    with log.open("wb") as to:
        command = [program, "serve", str(folder / "dex.yaml"), *here]
        process = subprocess.Popen(command, stdout=to, stderr=subprocess.STDOUT, env=own, cwd=folder)
    try:
        _wait(process, port, log)
        yield Dex(configuration["issuer"], f"http://127.0.0.1:{port}", github, configuration)
    finally:
        process.terminate()
        process.wait(10)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/api/dex/healthz", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"Dex does not run: {log.read_text()}")
