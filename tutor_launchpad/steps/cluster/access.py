"""Lets Argo CD read the repository, with a key of its own that may not write, and hear of pushes by a webhook."""

from __future__ import annotations

import base64
from urllib.parse import urlsplit

from tutor_launchpad.adapters.keys import make_deploy_key, make_secret
from tutor_launchpad.core.argocd import (
    SECRET_TYPE,
    RepositoryCredentials,
    repository_secret,
    repository_secret_name,
    secret_for,
)
from tutor_launchpad.core.cluster.components import ARGO_CD, Whose
from tutor_launchpad.core.cluster.webhooks import WEBHOOK_KEYS, webhook_steps
from tutor_launchpad.core.errors import Conflict
from tutor_launchpad.core.ownership import is_managed
from tutor_launchpad.core.results import Status
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.cluster.installation import Installation

PUBLIC_KEY = "launchpad.openedx.org/public-key"
SETTINGS = "argocd-secret"


def run_repository(installation: Installation) -> tuple[Status, str]:
    """Register the repository, and give the webhook its secret where Argo CD is ours."""
    if installation.order.components and ARGO_CD not in installation.order.components:
        return Status.SKIPPED, "not asked for"
    if installation.cluster.find("v1", "Namespace", installation.argo_cd) is None:
        return Status.SKIPPED, "there is no Argo CD"
    told = [_register(installation)]
    if installation.whose(ARGO_CD) is not Whose.FOREIGN and ARGO_CD in installation.files.components:
        told.append(_give_webhook_secret(installation))
    written = [text for text in told if text]
    return (Status.DONE, ", ".join(written)) if written else (Status.UNCHANGED, installation.files.answers.repository)


def _register(installation: Installation) -> str:
    """What was written; empty where nothing was."""
    url, namespace, cluster = installation.files.answers.repository, installation.argo_cd, installation.cluster
    name, credentials = repository_secret_name(url), installation.order.credentials
    live = cluster.find("v1", "Secret", name, namespace)
    if live is not None and not is_managed(live):
        raise Conflict(f"Secret {namespace}/{name} exists and was not made by Launchpad: delete it, or rename it.")
    if live is not None and credentials is None:
        return ""
    if live is None and credentials is None:
        foreign = secret_for(url, cluster.list("v1", "Secret", namespace, f"{SECRET_TYPE}=repository"))
        if foreign is not None:
            installation.say(f"Argo CD knows {url} by Secret {foreign['metadata']['name']}")
            return ""
        if not _by_ssh(url):  # a public repository needs no credentials; that it is not public is seen later
            return ""
    wanted = _with_key(url, namespace) if credentials is None else repository_secret(url, credentials, namespace)
    outcome = cluster.ensure_against(live, wanted)
    public = public_key(wanted)
    if public:
        installation.next.append(f"add this key to the repository's deploy keys, for reading only: {public}")
    return "" if outcome == "unchanged" else f"key of {url} {outcome}"


def _with_key(url: str, namespace: str) -> Object:
    """The Secret with a new key, whose public half stands beside it so that it can be told again."""
    key = make_deploy_key("argocd")
    secret = repository_secret(url, RepositoryCredentials(ssh_private_key=key.private), namespace)
    return {**secret, "metadata": {**secret["metadata"], "annotations": {PUBLIC_KEY: key.public}}}


def public_key(secret: Object | None) -> str:
    """The public half of the key that we made; empty where it is another's."""
    return str(((secret or {}).get("metadata", {}).get("annotations") or {}).get(PUBLIC_KEY, ""))


def _by_ssh(url: str) -> bool:
    return urlsplit(url).scheme in ("ssh", "") or "://" not in url


def _give_webhook_secret(installation: Installation) -> str:
    """The same secret for every kind of Git host: without one, Argo CD would believe whoever calls as that kind."""
    live = installation.cluster.get("v1", "Secret", SETTINGS, installation.argo_cd)
    missing = [key for key in WEBHOOK_KEYS if key not in (live.get("data") or {})]
    if not missing:
        return ""
    known = [value for key, value in (live.get("data") or {}).items() if key in WEBHOOK_KEYS]
    value = known[0] if known else base64.b64encode(make_secret().encode()).decode()
    body = {"data": dict.fromkeys(missing, value)}
    installation.cluster.patch("v1", "Secret", SETTINGS, installation.argo_cd, body)
    installation.next += webhook_steps(installation.files.answers, installation.argo_cd)
    return "webhook secret created"
