"""By what Argo CD knows that a call comes from the repository's host, and what is to be set up there. Pure."""

from __future__ import annotations

from tutor_launchpad.core.cluster.answers import Answers
from tutor_launchpad.core.cluster.values import hosts

WEBHOOK_KEYS = (
    "webhook.bitbucketserver.secret",
    "webhook.github.secret",
    "webhook.gitlab.secret",
    "webhook.gogs.secret",
)
"""Keys of `argocd-secret`. Gitea and Forgejo call as Gogs does."""


def webhook_address(answers: Answers) -> str:
    """Where the host calls; empty where the repository gives Argo CD no address."""
    exposed = answers.components["ingress"] and answers.components["cert-manager"]
    return f"https://{hosts(answers)['argo_cd']}/api/webhook" if exposed else ""


def webhook_steps(answers: Answers, namespace: str) -> list[str]:
    """What a person has to do; without it, Argo CD looks into the repository every three minutes."""
    show = (
        f"kubectl -n {namespace} get secret argocd-secret -o go-template="
        "'{{index .data \"webhook.github.secret\" | base64decode}}'"
    )
    place = webhook_address(answers) or "/api/webhook of the address that you give Argo CD"
    return [
        f"for deploys that start at once, add a webhook to the repository: {place}, content type application/json, push "
        f"events, with the secret that this shows: {show}"
    ]
