"""The settings, their defaults and what they mean, apart from what reads them, so that loading the plugin stays light.

`docs/reference/settings.md` is generated from this file; the types stand in `core/settings.py`.
"""

from __future__ import annotations

from typing import NamedTuple

from tutor_launchpad.__about__ import WORKER_IMAGE


class Setting(NamedTuple):
    """A default as Tutor takes it, and what the setting means, for the reference."""

    default: object
    meaning: str


SETTINGS: dict[str, Setting] = {
    "LAUNCHPAD_INSTANCE": Setting(
        "{{ K8S_NAMESPACE }}",
        "Name of the instance, of its namespace and of its folder in the repository; a DNS label. "
        "Set `K8S_NAMESPACE`, and leave this one alone.",
    ),
    "LAUNCHPAD_REPOSITORY": Setting(
        "",
        "The cluster repository: an `https://` or `ssh://` address without a password, or a path. "
        "Empty: a repository below the Tutor root.",
    ),
    "LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE": Setting(
        "", "File with an SSH private key, or with lines as `git credential-store` writes them."
    ),
    "LAUNCHPAD_BRANCH": Setting("main", "Branch of the repository that Argo CD watches."),
    "LAUNCHPAD_AGE_RECIPIENTS": Setting(
        [],
        "Public keys (`age1…`, `ssh-ed25519`, `ssh-rsa`) for which the settings that Git leaves out are encrypted, into "
        "`secrets.age`. Empty: no such file.",
    ),
    "LAUNCHPAD_AUTO_SYNC": Setting(
        True, "Whether Argo CD makes a commit live by itself; otherwise only a deploy, or somebody in Argo CD, does."
    ),
    "LAUNCHPAD_MYSQL_SERVER": Setting(
        "", "Name of the registered MySQL server to use. Empty: Tutor's own runs in the namespace."
    ),
    "LAUNCHPAD_MONGODB_SERVER": Setting(
        "", "Name of the registered MongoDB server to use. Empty: Tutor's own runs in the namespace."
    ),
    "LAUNCHPAD_STORAGE_SERVER": Setting(
        "", "Name of the registered S3-compatible store to use. Empty: files stay as Tutor or its plugins keep them."
    ),
    **{
        f"LAUNCHPAD_{resource}_GENERATION": Setting(
            1, f"Which of its two names the instance's {user} has now, 1 or 2. Changed by `rotate`; leave it alone."
        )
        for resource, user in (("MYSQL", "MySQL user"), ("MONGODB", "MongoDB user"), ("STORAGE", "storage key"))
    },
    "LAUNCHPAD_WORKER_IMAGE": Setting(
        WORKER_IMAGE,
        "Image of the worker that provisions, built from `workflows/Dockerfile`. Needed with a server on a cluster. A "
        "release has its own as default, by its digest.",
    ),
    "LAUNCHPAD_NAMESPACE": Setting("launchpad", "Namespace of the servers' credentials and of provisioning workflows."),
    "LAUNCHPAD_ARGOCD_NAMESPACE": Setting("argocd", "Namespace of Argo CD."),
    "LAUNCHPAD_INGRESS_NAMESPACES": Setting(
        ["harmony", "ingress-nginx", "traefik"], "Namespaces of ingress controllers, which may reach the instance's pods."
    ),
    "LAUNCHPAD_QUOTA": Setting(
        {}, "Entries of the namespace's ResourceQuota, on top of counts of objects: `{requests.cpu: 8}`."
    ),
    "LAUNCHPAD_LIMITS": Setting(
        {},
        "Entries of the namespace's LimitRange, on top of ours where the quota has compute: `{default: {memory: 1Gi}}`.",
    ),
    "LAUNCHPAD_NETWORK_POLICIES": Setting(True, "Whether the namespace denies all traffic but what an instance needs."),
    "LAUNCHPAD_CLUSTER_RESOURCES": Setting(
        [], "Objects, as `Kind/name`, that may be cluster-wide, give rights or go beyond Pod Security baseline."
    ),
    "LAUNCHPAD_JOB_DEADLINE": Setting(3600, "Seconds after which an init job has failed."),
    "LAUNCHPAD_STORAGE_ACCESS_KEY": Setting(
        "", "Access key of the instance's user of a store whose provider chooses it. Written by a provisioning run."
    ),
    "LAUNCHPAD_MONGODB_CA": Setting(
        "", "Authority that signed the certificate of the MongoDB server, in PEM. Set by the MongoDB server."
    ),
    "LAUNCHPAD_MONGODB_RETRY_WRITES": Setting(
        True, "Whether the MongoDB server knows retryable writes. Set by the MongoDB server."
    ),
    "LAUNCHPAD_S3_BUCKET": Setting("", "Bucket for the files of Open edX. Derived from the instance with a storage server."),
    "LAUNCHPAD_S3_ENDPOINT": Setting("", "Address of the store. Set by the storage server."),
    "LAUNCHPAD_S3_REGION": Setting("", "Region of the store. Set by the storage server."),
    "LAUNCHPAD_S3_ADDRESSING": Setting(
        "", "How the bucket is named in an address. Set by the storage server."
    ),
    "LAUNCHPAD_SECRET_SETTINGS": Setting([], "Names of settings that are secret although no rule finds them."),
    "LAUNCHPAD_PUBLIC_SETTINGS": Setting(
        [], "Names of settings that a rule takes for secret although they are public. Wins over the former."
    ),
}  # fmt: skip

GENERATED: dict[str, Setting] = {
    "LAUNCHPAD_SEAL_KEY": Setting(
        "{{ 43|random_string }}", "Key of the hashes in the sealed Secrets' names. A new one renames all of them."
    ),
    "LAUNCHPAD_MONGODB_PASSWORD": Setting(
        "{{ 24|random_string }}", "Password of the instance's user on a MongoDB server, where `MONGODB_PASSWORD` is not set."
    ),
    "LAUNCHPAD_STORAGE_SECRET_KEY": Setting(
        "{{ 40|random_string }}",
        "Secret key of the instance's user of a store, where `OPENEDX_AWS_SECRET_ACCESS_KEY` is not set.",
    ),
}  # fmt: skip
"""Settings that Tutor generates once and keeps in the root's config.yml."""

DEFAULTS: dict[str, object] = {name: setting.default for name, setting in SETTINGS.items()}
"""Setting → default, as Tutor's CONFIG_DEFAULTS takes them."""

UNIQUE: dict[str, str] = {name: str(setting.default) for name, setting in GENERATED.items()}
"""Setting → template of its value, as Tutor's CONFIG_UNIQUE takes them."""
