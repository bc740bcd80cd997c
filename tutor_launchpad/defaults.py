"""The settings and their defaults, apart from what reads them, so that loading the plugin stays light."""

from __future__ import annotations

DEFAULTS: dict[str, object] = {
    "LAUNCHPAD_INSTANCE": "{{ K8S_NAMESPACE }}",
    "LAUNCHPAD_REPOSITORY": "",
    "LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE": "",
    "LAUNCHPAD_BRANCH": "main",
    "LAUNCHPAD_AUTO_SYNC": True,
    "LAUNCHPAD_MYSQL_SERVER": "",
    "LAUNCHPAD_MONGODB_SERVER": "",
    "LAUNCHPAD_STORAGE_SERVER": "",
    "LAUNCHPAD_WORKER_IMAGE": "",
    "LAUNCHPAD_NAMESPACE": "launchpad",
    "LAUNCHPAD_ARGOCD_NAMESPACE": "argocd",
    "LAUNCHPAD_INGRESS_NAMESPACES": ["harmony", "ingress-nginx", "traefik"],
    "LAUNCHPAD_QUOTA": {},
    "LAUNCHPAD_LIMITS": {},
    "LAUNCHPAD_NETWORK_POLICIES": True,
    "LAUNCHPAD_CLUSTER_RESOURCES": [],
    "LAUNCHPAD_JOB_DEADLINE": 3600,
    "LAUNCHPAD_S3_BUCKET": "",
    "LAUNCHPAD_S3_ENDPOINT": "",
    "LAUNCHPAD_S3_REGION": "",
    "LAUNCHPAD_S3_ADDRESSING": "",
    "LAUNCHPAD_SECRET_SETTINGS": [],
    "LAUNCHPAD_PUBLIC_SETTINGS": [],
}
"""Setting → default, as Tutor's CONFIG_DEFAULTS takes them."""

UNIQUE: dict[str, str] = {
    "LAUNCHPAD_SEAL_KEY": "{{ 43|random_string }}",
    "LAUNCHPAD_MONGODB_PASSWORD": "{{ 24|random_string }}",
    "LAUNCHPAD_STORAGE_SECRET_KEY": "{{ 40|random_string }}",
}
"""Settings that Tutor generates once and keeps in the root's config.yml."""
