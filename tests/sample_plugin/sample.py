"""A Tutor plugin that uses each of Launchpad's extension points: an example to copy from, and what the tests run.

It is one file, as people keep it in Tutor's folder of plugins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tutor import hooks as tutor_hooks

from tutor_launchpad import hooks

if TYPE_CHECKING:
    from tutor_launchpad.core.cluster.answers import Answers
    from tutor_launchpad.core.data.places import Place
    from tutor_launchpad.core.databases import MysqlDatabase
    from tutor_launchpad.core.flows import Flow
    from tutor_launchpad.core.resources import ResourcePlan, ResourcePlanner, Server, Wanted
    from tutor_launchpad.core.results import Status
    from tutor_launchpad.steps.deployment import Deployment, Step

tutor_hooks.Filters.CONFIG_DEFAULTS.add_items([
    ("SAMPLE_BANNER", "Welcome"),
    ("SAMPLE_LICENCE", ""),
    ("SAMPLE_PUBLIC_TOKEN", "shown-to-everybody"),
    ("SAMPLE_REPLICA", "none"),
    ("SAMPLE_SCHEMA", "sample"),
    ("SAMPLE_LOGIN", "sample"),
    ("SAMPLE_LOGIN_PASSWORD", "none-on-tutors-own-server"),
])  # fmt: skip

# A licence, which stands in config.yml alone: no rule would find it by its name.
hooks.SECRET_SETTINGS.add_item("SAMPLE_LICENCE")

# Only pages show it: a change of it alone starts no init job.
hooks.DISPLAYED_SETTINGS.add_item("SAMPLE_BANNER")

# Named like a secret, but it stands in every page.
hooks.PUBLIC_SETTINGS.add_item("SAMPLE_PUBLIC_TOKEN")


_CLAIM = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "sample"},
    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
}


@hooks.MANIFESTS.add()
def _add_manifests(objects: list[dict[str, Any]], config: dict[str, Any]) -> list[dict[str, Any]]:
    """The first ConfigMap holds a secret and is sealed; the second is committed as it is. A claim outlives the plugin."""
    secret = {"licence.txt": f"licence={config['SAMPLE_LICENCE']}\n"}
    public = {
        "token": config["SAMPLE_PUBLIC_TOKEN"],
        "replica": config["SAMPLE_REPLICA"],
        "schema": config["SAMPLE_SCHEMA"],
    }
    return [*objects, _config_map("sample-licence", secret), _config_map("sample", public), _CLAIM]


def _config_map(name: str, data: dict[str, str]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


@hooks.RESOURCES.add()
def _read_from_replica(resources: dict[str, ResourcePlanner]) -> dict[str, ResourcePlanner]:
    """Whoever uses a MySQL server reads from its replica."""
    return {**resources, "mysql": _with_replica(resources["mysql"])} if "mysql" in resources else resources


def _with_replica(planner: ResourcePlanner) -> Callable[[Wanted, Server], ResourcePlan]:
    def plan(wanted: Wanted, server: Server) -> ResourcePlan:
        made = planner(wanted, server)
        return replace(made, overrides={**made.overrides, "SAMPLE_REPLICA": f"replica.{server.settings['host']}"})

    return plan


@hooks.MYSQL_DATABASES.add()
def _add_databases(databases: list[MysqlDatabase], config: dict[str, Any]) -> list[MysqlDatabase]:
    """A schema whose settings are not named `SAMPLE_MYSQL_…`."""
    from tutor_launchpad.core.databases import MysqlDatabase

    return [*databases, MysqlDatabase("sample", "SAMPLE_SCHEMA", "SAMPLE_LOGIN", "SAMPLE_LOGIN_PASSWORD")]


@hooks.DEPLOY_STEPS.add()
def _add_step(steps: list[Step]) -> list[Step]:
    """Before anything is recorded."""
    from tutor_launchpad.steps.deployment import Step

    place = [step.name for step in steps].index("record")
    return [*steps[:place], Step("audit", _run_audit), *steps[place:]]


def _run_audit(deployment: Deployment) -> tuple[Status, str]:
    from tutor_launchpad.core.results import Status
    from tutor_launchpad.steps.namespace import wanted_objects

    policies = [item["metadata"]["name"] for item in wanted_objects(deployment) if item["kind"] == "NetworkPolicy"]
    deployment.remaining.append(f"have the auditor look at {', '.join(policies)}")
    return Status.DONE, f"{len(deployment.objects)} objects looked at"


@hooks.NETWORK_FLOWS.add()
def _add_flows(flows: list[Flow], config: dict[str, Any]) -> list[Flow]:
    from tutor_launchpad.core.flows import Flow

    return [*flows, Flow("sample-queue", ("10.9.0.0/16",), (5672,))]


@hooks.DATA_PLACES.add()
def _add_place(places: dict[str, Place], config: dict[str, Any]) -> dict[str, Place]:
    """A deploy asks before the replica becomes another."""
    from tutor_launchpad.core.data.places import ELSEWHERE, Place

    return {**places, "sample-replica": Place(ELSEWHERE, address=str(config["SAMPLE_REPLICA"]))}


@hooks.CLUSTER_FILES.add()
def _add_files(files: dict[str, bytes], answers: Answers) -> dict[str, bytes]:
    """A file that each cluster repository has, and a line in one of the template's."""
    contact = f"# Whom to call for {answers.cluster}\n\nThe sample team.\n".encode()
    return {**files, "CONTACT.md": contact, ".gitignore": files[".gitignore"] + b"/sample-notes\n"}


@hooks.INSTANCE_DEPLOYED.add()
def _tell(deployment: Deployment) -> None:
    deployment.progress.say(f"sample: {deployment.settings.instance} ended with {len(deployment.results)} steps")


tutor_hooks.Filters.ENV_PATCHES.add_items([
    ("openedx-lms-common-settings", "SAMPLE_BANNER = '{{ SAMPLE_BANNER }}'"),
    ("launchpad-application-labels", "sample.example.com/team: moon"),
    ("launchpad-application-annotations", "sample.example.com/chat: moonbase"),
    ("launchpad-application-sync-options", "- ApplyOutOfSyncOnly=true"),
    ("launchpad-application-spec", "revisionHistoryLimit: 3"),
    ("launchpad-appproject-spec", "orphanedResources:\n  warn: true"),
])  # fmt: skip
