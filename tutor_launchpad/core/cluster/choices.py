"""What may be chosen for a cluster repository. Light to import, for the command line is built from it."""

from __future__ import annotations

PROVIDERS = ("aws", "digitalocean", "existing")
MYSQL = {"aws": ("managed", "none"), "digitalocean": ("managed", "none"), "existing": ("none",)}
MONGODB = {"aws": ("documentdb", "atlas", "none"), "digitalocean": ("managed", "none"), "existing": ("none",)}
"""Provider → choices, of which the first is the default."""

REGIONS = {"aws": "us-east-1", "digitalocean": "nyc3", "existing": ""}
KUBERNETES = "1.34"

REQUIRED = ("name", "domain", "environment", "provider", "repository")

COMPONENTS = {
    "argo-cd": "Argo CD, kept by itself",
    "argo-workflows": "Argo Workflows, which provisions databases and buckets",
    "ingress": "Traefik, by Harmony's chart",
    "cert-manager": "cert-manager, with issuers for Let's Encrypt",
    "metrics-server": "metrics-server, by which instances scale",
    "autoscaler": "the cluster autoscaler (aws)",
    "monitoring": "Prometheus and Grafana, with alerts for instances",
    "backups": "Velero, with schedules",
}
"""Component → what it is."""

INSTALLED = (*COMPONENTS, "launchpad")
"""What an installation may be limited to: a component, or our own namespace and templates."""

ALWAYS = ("argo-cd", "argo-workflows", "ingress", "cert-manager", "metrics-server")


def default_components(provider: str) -> dict[str, bool]:
    """What is installed where nobody says otherwise. DigitalOcean scales nodes by itself."""
    return {name: name in ALWAYS or (name == "autoscaler" and provider == "aws") for name in COMPONENTS}


def option(name: str) -> str:
    """An answer as it is given on the command line."""
    return f"--{name.replace('_', '-')}"
