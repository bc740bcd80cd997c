"""Checks of Argo CD, Argo Workflows, and what Launchpad has put into the cluster."""

from __future__ import annotations

from tutor_launchpad.core.argocd import SECRET_TYPE, repository_secret_name, secret_for
from tutor_launchpad.core.cluster.components import ARGO, ARGO_CD, ARGO_WORKFLOWS, Whose
from tutor_launchpad.core.cluster.seen import describe_application, is_settled
from tutor_launchpad.core.cluster.stages import DEX, unready
from tutor_launchpad.core.cluster.webhooks import WEBHOOK_KEYS
from tutor_launchpad.core.listing import listed
from tutor_launchpad.core.workloads import troubles
from tutor_launchpad.steps.cluster.access import SETTINGS, public_key
from tutor_launchpad.steps.cluster.patient import INSTALL, UNUSED, Check, Finding, Patient, fine, unknown, wrong
from tutor_launchpad.steps.cluster.templates import template_states

KINDS = {
    ARGO_CD: ("Application", "AppProject"),
    ARGO_WORKFLOWS: ("Workflow", "WorkflowTemplate"),
}
API = "argoproj.io/v1alpha1"


def component_check(name: str) -> Check:
    """One of the two is there, with its kinds, and its pods run."""

    def check(patient: Patient) -> Finding:
        found = patient.found[name]
        if found.whose is Whose.NOBODYS:
            return wrong("is not installed", INSTALL)
        absent = [kind for kind in KINDS[name] if (API, kind) not in patient.kinds]
        if absent:
            return wrong(f"the API has no kind {listed(absent, 3)}", INSTALL)
        workloads = [one for kind in ("Deployment", "StatefulSet")
                     for one in patient.cluster.list("apps/v1", kind, ARGO[name])]  # fmt: skip
        if not workloads:
            if found.whose is Whose.FOREIGN:
                return fine(f"is somebody else's (kept by {found.keeper}), not in namespace {ARGO[name]}")
            return wrong(f"nothing runs in namespace {ARGO[name]}", INSTALL)
        lacks = [f"{one['metadata']['name']} {lack}" for one in workloads
                 if one["metadata"]["name"] != DEX and (lack := unready(one))]  # fmt: skip
        if not lacks:
            return fine(f"runs, kept by {found.keeper}")
        stuck = [one for one in troubles(patient.cluster.list("v1", "Pod", ARGO[name])) if DEX not in one]
        return wrong(listed(lacks, 3), stuck[0] if stuck else f"look at `kubectl -n {ARGO[name]} get pods`")

    return check


def check_conflict(patient: Patient) -> Finding:
    """What others have installed, the repository does not install too."""
    twice = [name for name in patient.files.components if patient.found[name].whose is Whose.FOREIGN]
    if not twice:
        return fine("nothing is there twice")
    options = " ".join(f"--without {name}" for name in twice)
    return wrong(
        f"{listed(twice, 3)}: somebody else's, and in this repository too",
        f"`tutor launchpad cluster update {options}`, then push",
    )


def check_webhook(patient: Patient) -> Finding:
    """Argo CD believes nobody's call without a secret."""
    if not patient.wants(ARGO_CD) or patient.found[ARGO_CD].whose is Whose.FOREIGN:
        return UNUSED
    live = patient.cluster.find("v1", "Secret", SETTINGS, ARGO[ARGO_CD])
    missing = [key for key in WEBHOOK_KEYS if key not in ((live or {}).get("data") or {})]
    if missing:
        return wrong(f"Secret {SETTINGS} has no {listed(missing, 2)}: anybody may call Argo CD's webhook", INSTALL)
    return fine("has a secret")


def check_repository(patient: Patient) -> Finding:
    """Argo CD reads the repository, with the key that is registered."""
    url, namespace = patient.files.answers.repository, ARGO[ARGO_CD]
    if patient.found[ARGO_CD].whose is Whose.NOBODYS:
        return unknown("there is no Argo CD to read it")
    names = [one["metadata"]["name"] for one in (*patient.files.root, *patient.files.applications)
             if one["kind"] == "Application"]  # fmt: skip
    applications = [live for name in names if (live := patient.application(name)) is not None]
    secret = patient.cluster.find("v1", "Secret", repository_secret_name(url), namespace) or secret_for(
        url, patient.cluster.list("v1", "Secret", namespace, f"{SECRET_TYPE}=repository")
    )
    key = public_key(secret)
    remedy = f"add this deploy key there, for reading only: {key}" if key else (
        f"push to {url}; where it is private: {INSTALL} --credentials-file FILE"
    )  # fmt: skip
    for one in applications:
        told = describe_application(one)
        if "cannot read the repository" in told:
            return wrong(told, remedy)
    if not applications:
        return unknown("no Application of it is there by which it could be told")
    return fine(f"Argo CD reads {url}")


def check_applications(patient: Patient) -> Finding:
    """All that Argo CD is to install is there and runs."""
    if not patient.files.root:
        return UNUSED
    names = [one["metadata"]["name"] for one in (*patient.files.applications, *patient.files.root)
             if one["kind"] == "Application"]  # fmt: skip
    live = {name: patient.application(name) for name in names}
    absent = [name for name, one in live.items() if one is None]
    if absent:
        return wrong(f"{listed(absent, 8)} not there", f"{INSTALL}, which says what they wait for")
    waiting = [f"{name}: {describe_application(one)}" for name, one in live.items() if one and not is_settled(one)]
    if waiting:
        name = waiting[0].partition(":")[0]
        return wrong(listed(waiting, 3), f"look at `kubectl -n {ARGO[ARGO_CD]} describe application {name}`")
    return fine(f"{len(live)} synced and healthy")


def check_templates(patient: Patient) -> Finding:
    """The templates that provision databases and buckets are this version's."""
    states = template_states(patient.cluster)
    if not states:
        return wrong("there are none", f"{INSTALL} --worker-image IMAGE")
    outdated = [f"{name} {state}" for name, state in states.items() if state != "current"]
    if outdated:
        return wrong(listed(outdated, 3), f"{INSTALL} --component launchpad")
    return fine(f"{len(states)}, of this version")
