"""Argo CD and Argo Workflows with the settings of a cluster repository, run as processes, and browsers for them."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import yaml

from tests.integration.logins.processes import ControlPlane, Processes, free_port, wait
from tests.unit.browser import Browser
from tests.unit.certificates import write_certificate
from tests.unit.cluster_repositories import BASIC
from tests.unit.fake_github import GitHub
from tests.unit.programs import find_program
from tests.unit.running_dex import with_github
from tutor_launchpad.adapters.cluster_template import render_template
from tutor_launchpad.core.cluster.answers import complete
from tutor_launchpad.core.cluster.values import parts, template_values
from tutor_launchpad.core.ownership import MANAGER

HOST = "argocd.learn.example.com"
ARGO_CD, WORKFLOWS = f"https://{HOST}", "https://workflows.learn.example.com"
TEAMS = {"platform": "admin", "night-shift": "developer", "support": "readonly"}
SETTINGS = {
    ("argocd", "argocd-cm"): "argo-cd/settings.yml",
    ("argocd", "argocd-rbac-cm"): "argo-cd/permissions.yml",
    ("argo", "workflow-controller-configmap"): "argo-workflows/settings.yml",
}


def repository() -> dict[str, bytes]:
    """With a team of each role; nothing stands before the servers."""
    given = {"provider": "existing", "github": "moon", "teams": TEAMS, "components": {"ingress": False}}
    answers = complete({**BASIC, **given})
    return render_template(template_values(answers, "1.0.0"), parts(answers))


@dataclass(frozen=True)
class Installed:
    """`redis` and `proxy`: addresses. `ports`: of Argo CD's server, of Dex and of Argo Workflows' server."""

    plane: ControlPlane
    processes: Processes
    github: GitHub
    redis: str
    proxy: str
    ports: tuple[int, int, int]

    def install(self, files: dict[str, bytes]) -> None:
        """The objects, and the Secrets by the commands of the repository's README."""
        for namespace, manifest in (("argocd", "ARGO_CD"), ("argo", "ARGO_WORKFLOWS")):
            file = os.environ.get(f"LAUNCHPAD_TEST_{manifest}_MANIFEST")
            if not file:
                pytest.skip(f"no manifest: set LAUNCHPAD_TEST_{manifest}_MANIFEST")
            self.plane.kubectl("create", "namespace", namespace)
            self.plane.kubectl("apply", "--server-side", "--field-manager", MANAGER, "-n", namespace, "-f", file)
        self.plane.kubectl("create", "namespace", "launchpad")
        for (namespace, name), path in SETTINGS.items():
            data = next(iter(yaml.safe_load_all(files[f"cluster/{path}"])))["data"]
            data = with_github(data, self.github.host, self.github.authority) if "dex.config" in data else data
            patch = json.dumps({"data": data})
            self.plane.kubectl("-n", namespace, "patch", "configmap", name, "--type=merge", "--patch", patch)
        self._make_secrets(files["README.md"].decode())
        self.plane.kubectl("apply", "-f", "-", stdin=files["cluster/teams/workflows.yml"].decode())

    def _make_secrets(self, readme: str) -> None:
        folder = self.processes.folder
        (folder / "client-secret.txt").write_text(f"{self.github.application.secret}\n")
        (block,) = re.findall(r"client-secret\.txt`:\n\n```sh\n(.*?)```", readme, re.DOTALL)
        command = ["bash", "-euo", "pipefail", "-c", block.replace("CLIENT_ID", self.github.application.id)]
        own = {**os.environ, "KUBECONFIG": str(self.plane.kubeconfig())}
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60, env=own)
        assert ran.returncode == 0, ran.stderr
        write_certificate(folder, names=(HOST,))
        files = [f"--cert={folder / 'ca.crt'}", f"--key={folder / 'key.pem'}"]
        self.plane.kubectl("-n", "argocd", "create", "secret", "tls", "argocd-server-tls", *files)

    def start_argo_cd(self) -> None:
        """Its server."""
        port, dex, _ = self.ports
        self.processes.start(
            "argocd-server", find_program("argocd"), "--port", port, "--metrics-port", free_port(), "--redis", self.redis,
            "--dex-server", f"http://127.0.0.1:{dex}", "--dex-server-plaintext",
            "--kubeconfig", self.plane.kubeconfig("argocd"), ARGOCD_BINARY_NAME="argocd-server",
        )  # fmt: skip
        wait("Argo CD's server", lambda: self._answers(f"https://127.0.0.1:{port}/healthz"))

    def start_dex(self) -> None:
        """With the configuration that Argo CD makes."""
        out, port = self.processes.folder / "dex.yaml", self.ports[1]
        own = {**os.environ, "KUBECONFIG": str(self.plane.kubeconfig("argocd")), "ARGOCD_BINARY_NAME": "argocd-dex"}
        command = [find_program("argocd"), "gendexcfg", "--disable-tls", "--out", str(out)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=own)
        assert ran.returncode == 0, ran.stderr
        known = self.plane.kubectl("-n", "argocd", "get", "secret", "argo-workflows-sso", "--output=json")
        secret = base64.b64decode(json.loads(known)["data"]["client-secret"]).decode()
        here = [f"--web-http-addr=127.0.0.1:{port}", "--grpc-addr=127.0.0.1:0", "--telemetry-addr=127.0.0.1:0"]
        self.processes.start("dex", find_program("dex"), "serve", out, *here, ARGO_WORKFLOWS_SSO_CLIENT_SECRET=secret)
        wait("Dex", lambda: self._answers(f"http://127.0.0.1:{port}/api/dex/healthz"))

    def start_workflows(self) -> None:
        """The server of Argo Workflows, which finds Argo CD by its name."""
        port, kubeconfig = self.ports[2], self.plane.kubeconfig("argo")
        self.processes.start(
            "argo-server", find_program("argo"), "server", "--auth-mode=sso", "--auth-mode=client", "--secure=false",
            "--port", port, "--kubeconfig", kubeconfig, KUBECONFIG=str(kubeconfig), HTTPS_PROXY=self.proxy,
            NO_PROXY="127.0.0.1", SSL_CERT_FILE=str(self.processes.folder / "ca.crt"),
        )  # fmt: skip
        # Right after its start it may answer 503 here while other paths are served.
        wait("Argo Workflows' server", lambda: self._answers(f"http://127.0.0.1:{port}/api/v1/workflows/argo"))

    def _answers(self, url: str) -> bool:
        headers = {"Authorization": f"Bearer {self.plane.token}"}
        return httpx.get(url, verify=False, trust_env=False, headers=headers).status_code == 200

    def argo_cd(self, login: str) -> Browser:
        """Somebody's, after the login to Argo CD."""
        return self._browser(login, f"{ARGO_CD}/auth/login?return_url={ARGO_CD}/applications")

    def workflows(self, login: str) -> Browser:
        """Somebody's, after the login to Argo Workflows."""
        return self._browser(login, f"{WORKFLOWS}/oauth2/redirect?redirect=/workflows/launchpad")

    def _browser(self, login: str, url: str) -> Browser:
        routes = {ARGO_CD: f"https://127.0.0.1:{self.ports[0]}", WORKFLOWS: f"http://127.0.0.1:{self.ports[2]}"}
        browser = Browser(login, self.github.address, routes)
        browser.last = browser.go(url)
        return browser

    def make_application(self, name: str) -> None:
        """In a project of the same name."""
        place = {"server": "https://kubernetes.default.svc", "namespace": name}
        url = "https://git.example.com/team/nothing.git"
        source = {"repoURL": url, "path": ".", "targetRevision": "main"}
        objects = [
            self._object("AppProject", name, sourceRepos=[url], destinations=[place]),
            self._object("Application", name, project=name, source=source, destination=place),
        ]
        self.plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(objects))

    def _object(self, kind: str, name: str, **spec: Any) -> dict[str, Any]:
        metadata = {"name": name, "namespace": "argocd"}
        return {"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}
