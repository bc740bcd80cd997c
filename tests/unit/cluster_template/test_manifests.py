"""What Argo CD is to sync from a generated repository is valid, complete and in order."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.cluster_repositories import GIVEN, answers_of, rendered, write
from tests.unit.programs import find_program
from tests.unit.schemas import LOCATION, write_crd_schemas, write_schemas
from tutor_launchpad.core.cluster.versions import ARGO_CD, ARGO_CD_COMMIT, ARGO_WORKFLOWS, ARGO_WORKFLOWS_COMMIT
from tutor_launchpad.core.users.roles import ROLES, argo_cd_role

SCHEMALESS = {"ClusterIssuer", "PrometheusRule", "ServiceMonitor", "PodMonitor", "Application", "AppProject"}
"""Of others, whose schemas come with them; the repository's own workflow has them."""
NO_OBJECTS = ("values.yml", "kustomization.yml")
CRDS = [Path(path) for name in ("ARGO_CD_MANIFEST", "CERT_MANAGER_CRDS")
        if (path := os.environ.get(f"LAUNCHPAD_TEST_{name}"))]  # fmt: skip

each = pytest.mark.parametrize("name", GIVEN)


def _objects(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, content in rendered(name).items():
        if path.startswith("cluster/") and path.endswith(".yml") and not path.endswith(NO_OBJECTS):
            yield from ((path, item) for item in yaml.safe_load_all(content))


def _applications(name: str) -> dict[str, dict[str, Any]]:
    return {item["metadata"]["name"]: item for _, item in _objects(name) if item["kind"] == "Application"}


def test_objects_are_valid(tmp_path: Path) -> None:
    program, schemas = find_program("kubeconform"), tmp_path / "schemas"
    schemas.mkdir()
    objects = {yaml.safe_dump(item): item for name in GIVEN for _, item in _objects(name)}
    kinds = {(item["apiVersion"], item["kind"]) for item in objects.values()}
    assert set(write_schemas(schemas, sorted(kinds))) <= SCHEMALESS
    for manifest in CRDS:
        write_crd_schemas(manifest, schemas)

    options = ["-strict", "-summary", "-output", "json", "-ignore-missing-schemas", "-schema-location"]
    ran = subprocess.run([program, *options, str(schemas / LOCATION)], input="---\n".join(objects), capture_output=True,
                         text=True, check=False, timeout=60)  # fmt: skip

    report = json.loads(ran.stdout)
    assert report.get("resources", []) == []
    own = [item for item in objects.values() if item["kind"] not in SCHEMALESS]
    assert report["summary"]["valid"] >= len(own) > 20
    assert report["summary"]["skipped"] <= len(objects) - len(own)


@each
def test_each_application_finds_its_files(name: str) -> None:
    files, answers = rendered(name), answers_of(name)
    for label, application in _applications(name).items():
        spec = application["spec"]
        for source in spec.get("sources", [spec.get("source")]):
            if "path" in source:
                assert any(path.startswith(f"{source['path']}/") for path in files), label
            if source["repoURL"] == answers.repository:
                assert source["targetRevision"] == f"refs/heads/{answers.branch}"
            for values in source.get("helm", {}).get("valueFiles", []):
                assert values.removeprefix("$values/") in files, label
        watched = application["metadata"]["annotations"]["argocd.argoproj.io/manifest-generate-paths"]
        assert watched == "." or any(path.startswith(watched.removeprefix("/") + "/") for path in files)


@each
def test_each_folder_has_its_application(name: str) -> None:
    folders = {path.split("/")[1] for path in rendered(name) if path.startswith("cluster/") and path.count("/") > 1}

    assert folders - {"applications"} == set(_applications(name)) - {"cluster"}


@each
def test_project_allows_the_sources_of_its_applications_and_no_others(name: str) -> None:
    projects = [item for _, item in _objects(name) if item["kind"] == "AppProject"]
    if not projects:
        assert _applications(name) == {}
        return
    (project,) = projects
    used = {
        source["repoURL"]
        for application in _applications(name).values()
        for source in application["spec"].get("sources", [application["spec"].get("source")])
    }

    assert set(project["spec"]["sourceRepos"]) == used | {answers_of(name).repository}
    assert {item["spec"]["project"] for item in _applications(name).values()} <= {"cluster"}


def test_kinds_come_before_what_is_of_them() -> None:
    waves = {
        name: int(item["metadata"]["annotations"].get("argocd.argoproj.io/sync-wave", "0"))
        for name, item in _applications("aws-everything").items()
    }

    assert waves["base"] < waves["cert-manager"] < waves["issuers"] < waves["harmony"] < waves["monitoring"]
    assert max(waves, key=lambda name: waves[name]) == "argo-cd"


@each
def test_component_is_there_where_it_is_wanted(name: str) -> None:
    chosen, applications = answers_of(name).components, _applications(name)
    values = yaml.safe_load(rendered(name).get("cluster/harmony/values.yml", b"{}"))
    by_harmony = {"ingress": "traefik", "metrics-server": "metricsserver", "monitoring": "prometheusstack",
                  "backups": "velero"}  # fmt: skip

    for component in ("argo-cd", "argo-workflows", "cert-manager", "autoscaler", "monitoring"):
        assert (component in applications) is chosen[component], component
    for component, key in by_harmony.items():
        assert bool(values and values[key]["enabled"]) is chosen[component], component
    assert ("issuers" in applications) is (chosen["cert-manager"] and chosen["ingress"])


def test_harmony_brings_neither_the_retired_controller_nor_its_broken_issuer() -> None:
    values = yaml.safe_load(rendered("existing-everything")["cluster/harmony/values.yml"])
    application = _applications("existing-everything")["harmony"]

    assert values["ingress-nginx"] == values["cert-manager"] == {"enabled": False}
    assert values["clusterDomain"] == "learn.example.com"
    assert application["spec"]["sources"][0]["helm"]["skipSchemaValidation"] is True


def test_alerts_say_what_to_do() -> None:
    (rules,) = (item for _, item in _objects("existing-everything") if item["kind"] == "PrometheusRule")
    alerts = [rule for group in rules["spec"]["groups"] for rule in group["rules"]]

    assert {"InitJobFailed", "WorkflowFailed", "ApplicationOutOfSync", "CertificateExpires", "BackupStale"} <= {
        alert["alert"] for alert in alerts
    }
    for alert in alerts:
        assert alert["expr"].count("(") == alert["expr"].count(")"), alert["alert"]
        assert alert["labels"]["severity"] in ("warning", "critical")
        assert {"summary", "action"} == set(alert["annotations"])


def test_alerts_judge_jobs_and_workflows_not_their_attempts() -> None:
    objects = [item for _, item in _objects("existing-everything")]
    (rules,) = (item for item in objects if item["kind"] == "PrometheusRule")
    expressions = {rule["alert"]: rule["expr"] for group in rules["spec"]["groups"] for rule in group["rules"]}
    (monitor,) = (
        item for item in objects if item["metadata"].get("name") == "argo-workflows" and "Monitor" in item["kind"]
    )

    assert 'kube_job_failed{condition="true"' in expressions["InitJobFailed"]
    assert "argo_workflows_total_count" in expressions["WorkflowFailed"]
    assert "kube_pod" not in expressions["WorkflowFailed"]
    assert monitor["spec"]["podMetricsEndpoints"][0]["honorLabels"] is True


def test_dashboard_is_json_that_grafana_finds() -> None:
    (found,) = (item for path, item in _objects("existing-everything") if path.endswith("dashboard.yml"))

    assert found["metadata"]["labels"] == {"grafana_dashboard": "1"}
    assert json.loads(found["data"]["instances.json"])["uid"] == "launchpad-instances"


SETTINGS = {
    "argo-cd": ["argocd-cm", "argocd-cmd-params-cm", "argocd-rbac-cm"],
    "argo-workflows": ["workflow-controller-configmap"],
}
STUBS = {
    "argo-cd": [{"name": name} for name in SETTINGS["argo-cd"]],
    "argo-workflows": [{"name": name, "namespace": "argo"} for name in SETTINGS["argo-workflows"]],
}
MANIFESTS = {"argo-cd": "LAUNCHPAD_TEST_ARGO_CD_MANIFEST", "argo-workflows": "LAUNCHPAD_TEST_ARGO_WORKFLOWS_MANIFEST"}


def _kustomize(name: str, component: str, tmp_path: Path) -> list[dict[str, Any]]:
    """The objects of a component, on top of its install manifest, or of what is patched in it."""
    folder = write(rendered(name), tmp_path) / "cluster" / component
    kustomization = yaml.safe_load((folder / "kustomization.yml").read_text())
    kustomization["resources"] = [one for one in kustomization["resources"] if "://" not in one] + ["installed.yaml"]
    (folder / "kustomization.yml").write_text(yaml.safe_dump(kustomization))
    manifest = os.environ.get(MANIFESTS[component])
    stubs = [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": stub} for stub in STUBS[component]]
    text = Path(manifest).read_text() if manifest else yaml.safe_dump_all(stubs)
    (folder / "installed.yaml").write_text(text)
    ran = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return list(yaml.load_all(ran.stdout, yaml.CSafeLoader))


@pytest.mark.parametrize("component", STUBS)
def test_component_is_built(component: str, tmp_path: Path) -> None:
    objects = _kustomize("existing-everything", component, tmp_path)

    maps = {item["metadata"]["name"]: item.get("data") for item in objects if item["kind"] == "ConfigMap"}
    assert all(maps[name] for name in SETTINGS[component])
    namespace = {"argo-cd": "argocd", "argo-workflows": "argo"}[component]
    assert {item["metadata"].get("namespace", namespace) for item in objects} == {namespace}


def test_only_administrators_may_sync_the_cluster_and_readers_nothing() -> None:
    files = rendered("existing-default")
    policy = yaml.safe_load(files["cluster/argo-cd/permissions.yml"])["data"]
    lines = [line.split(", ") for line in policy["policy.csv"].splitlines()]
    developer, readonly = argo_cd_role("developer"), argo_cd_role("readonly")

    assert policy["policy.default"] == ""
    assert {line[1] for line in lines} == {argo_cd_role(role) for role in ROLES}
    assert ["p", developer, "applications", "sync", "cluster/*", "deny"] in lines
    assert {line[3] for line in lines if line[1] == readonly} == {"get"}


def test_argo_is_pinned_as_our_tests_have_it() -> None:
    from tests.cluster.kind import manifests

    files = rendered("existing-default")
    workflows = files["cluster/argo-workflows/kustomization.yml"].decode()

    assert f"argo-cd-{ARGO_CD}.yaml" in manifests.FILES
    assert (ARGO_WORKFLOWS, ARGO_WORKFLOWS_COMMIT) == (manifests.WORKFLOWS, manifests.WORKFLOWS_COMMIT)
    assert f"/version: {ARGO_CD}\n" in files["cluster/argo-cd/kustomization.yml"].decode()
    assert f"/argo-cd/{ARGO_CD_COMMIT}/" in files["cluster/argo-cd/kustomization.yml"].decode()
    assert workflows.count(f"newTag: {ARGO_WORKFLOWS}\n") == 2
