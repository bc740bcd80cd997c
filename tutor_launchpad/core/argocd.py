"""The objects by which Argo CD knows an instance: its AppProject, its Application, the repository's Secret."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import yaml

from tutor_launchpad.core.errors import LaunchpadError
from tutor_launchpad.core.ownership import MANAGED_LABEL, MANAGER
from tutor_launchpad.core.types import Object

API = "argoproj.io/v1alpha1"
REFRESH = "argocd.argoproj.io/refresh"
SECRET_TYPE = "argocd.argoproj.io/secret-type"
MARK = "Run"
"""Name of the information of an operation by which the run that asked for it finds it again."""
TEMPLATES = {"AppProject": "launchpad/appproject.yml", "Application": "launchpad/application.yml"}


@dataclass(frozen=True)
class RepositoryCredentials:
    """What lets Argo CD read a private repository: user name and password, or an SSH key."""

    username: str = ""
    password: str = field(default="", repr=False)
    ssh_private_key: str = field(default="", repr=False)


def application_objects(render: Callable[[str], str]) -> tuple[Object, Object]:
    """AppProject and Application. `render`: name of a Tutor template → its text."""
    project, application = (_load(kind, template, render) for kind, template in TEMPLATES.items())
    return project, application


def _load(kind: str, template: str, render: Callable[[str], str]) -> Object:
    try:
        content = yaml.safe_load(render(template))
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        line = f" in line {place.line + 1}" if place else ""
        raise LaunchpadError(
            f"Template {template} does not give YAML{line}: look at what plugins add with the patches "
            f"launchpad-{kind.lower()}-…."
        ) from error
    if not isinstance(content, dict) or content.get("kind") != kind:
        raise LaunchpadError(f"Template {template} does not give one {kind}: look at what plugins add to it.")
    return content


def repository_secret_name(url: str) -> str:
    """One Secret for each address, shared by the instances in that repository."""
    return f"launchpad-repository-{hashlib.sha256(_canonical(url).encode()).hexdigest()[:10]}"


def repository_secret(url: str, credentials: RepositoryCredentials | None, namespace: str) -> Object:
    """The Secret by which Argo CD reads the repository."""
    given = credentials or RepositoryCredentials()
    values = {
        "type": "git",
        "url": url,
        "username": given.username,
        "password": given.password,
        "sshPrivateKey": given.ssh_private_key,
    }
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": repository_secret_name(url),
            "namespace": namespace,
            "labels": {MANAGED_LABEL: MANAGER, SECRET_TYPE: "repository"},
        },
        "type": "Opaque",
        "data": {name: base64.b64encode(value.encode()).decode() for name, value in values.items() if value},
    }


def secret_for(url: str, secrets: Iterable[Object]) -> Object | None:
    """The repository Secret that somebody made for this address."""
    for secret in secrets:
        try:
            known = base64.b64decode((secret.get("data") or {}).get("url", "")).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
        if known and _canonical(known) == _canonical(url):
            return secret
    return None


def same_repository(one: str, other: str) -> bool:
    """Whether two addresses may name one repository, over whichever protocols and ports."""
    places = {re.sub(r"^\w+://([^/:]+)(:\d+)?", r"\1", _canonical(url)) for url in (one, other)}
    return len(places) == 1


def _canonical(url: str) -> str:
    """The address as Argo CD compares it: no `.git`, no final slash, no user, the host in lower case."""
    scp = re.fullmatch(r"(?:[^@/]+@)?([^:/]+):(?!//)(.+)", url)
    text = f"ssh://{scp[1]}/{scp[2]}" if scp else url
    match = re.fullmatch(r"(\w+)://(?:[^@/]*@)?([^/]+)(.*)", text)
    if not match:
        return text
    scheme, host, path = match[1].lower(), match[2].lower(), match[3]
    return f"{scheme}://{host}{path.rstrip('/').removesuffix('.git')}"


def operation(application: Object, revision: str, mark: str) -> Object:
    """The body of `.operation` that makes Argo CD sync to a commit, with the Application's own options.

    By its mark a deploy knows the operation as its own, also where the answer to the request was lost.
    """
    policy = application["spec"].get("syncPolicy") or {}
    sync = {"revision": revision, "prune": True, "syncOptions": policy.get("syncOptions", [])}
    return {
        "initiatedBy": {"username": MANAGER},
        "info": [{"name": "Reason", "value": "tutor launchpad deploy"}, {"name": MARK, "value": mark}],
        "sync": sync,
        **({"retry": policy["retry"]} if "retry" in policy else {}),
    }
