"""Examines a cluster: one small check after the other, each with what it saw and the remedy."""

from __future__ import annotations

from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.core.cluster.components import ARGO_CD, ARGO_WORKFLOWS
from tutor_launchpad.core.cluster.diagnosis import Checked, Verdict
from tutor_launchpad.core.errors import Forbidden, LaunchpadError
from tutor_launchpad.steps.cluster import component_checks as components
from tutor_launchpad.steps.cluster import platform_checks as platform
from tutor_launchpad.steps.cluster import sso_checks as sso
from tutor_launchpad.steps.cluster.patient import Check, Patient
from tutor_launchpad.steps.cluster.repository import ClusterFiles

CONNECTION = "connection"
CHECKS: dict[str, Check] = {
    "kubernetes": platform.check_version,
    "rights": platform.check_rights,
    "clock": platform.check_clock,
    "nodes": platform.check_nodes,
    "storage": platform.check_storage,
    "network": platform.check_network,
    ARGO_CD: components.component_check(ARGO_CD),
    ARGO_WORKFLOWS: components.component_check(ARGO_WORKFLOWS),
    "repository": components.check_repository,
    "webhook": components.check_webhook,
    "sso": sso.check_login,
    "sso-workflows": sso.check_workflows_login,
    "launchpad": components.check_templates,
    "applications": components.check_applications,
    "conflicts": components.check_conflict,
    "ingress": platform.check_ingress,
    "issuers": platform.check_issuers,
    "metrics": platform.check_metrics,
}
"""In the order in which one fault explains the next."""


def diagnose(cluster: Cluster, files: ClusterFiles) -> list[Checked]:
    """What each check has found. One that may not look, or gets no answer, does not end the others."""
    patient = Patient(cluster, files)
    reached = Checked(CONNECTION, Verdict.FINE, f"{cluster.server}, context {cluster.context}")
    return [reached, *(_run(name, check, patient) for name, check in CHECKS.items())]


def not_reached(error: LaunchpadError) -> Checked:
    """That there is no cluster to examine; the error's sentence says what to do."""
    return Checked(CONNECTION, Verdict.WRONG, str(error))


def _run(name: str, check: Check, patient: Patient) -> Checked:
    try:
        return Checked(name, *check(patient))
    except Forbidden as error:
        return Checked(name, Verdict.UNKNOWN, str(error))
    except LaunchpadError as error:
        return Checked(name, Verdict.WRONG, str(error))
