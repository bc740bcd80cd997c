"""Checks of the single sign-on, in the order in which a login comes by: GitHub, Dex and Argo CD; then Argo Workflows."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from tutor_launchpad.core.cluster.components import ARGO, ARGO_CD, ARGO_WORKFLOWS, Whose
from tutor_launchpad.core.cluster.sso import CLIENT, GITHUB
from tutor_launchpad.core.cluster.stages import DEX, SERVER, unready
from tutor_launchpad.core.cluster.values import hosts
from tutor_launchpad.core.types import Object
from tutor_launchpad.core.users.argo_cd import SETTINGS
from tutor_launchpad.steps.cluster.patient import INSTALL, UNUSED, Finding, Patient, fine, wrong

PART = "app.kubernetes.io/part-of"
MAKE = "make it as README.md says, below `Make the secrets that are not in Git`"
AGAIN = f"delete it, and {MAKE}"
WORKFLOWS_SETTINGS = "workflow-controller-configmap"


def check_login(patient: Patient) -> Finding:
    """GitHub's teams can log in to Argo CD."""
    if not (patient.files.answers.github and _is_ours(patient, ARGO_CD)):
        return UNUSED
    return next(_argo_cd_faults(patient), fine(f"the teams of {patient.files.answers.github} log in to Argo CD"))


def check_workflows_login(patient: Patient) -> Finding:
    """They can log in to Argo Workflows by the same Dex."""
    if not (patient.files.answers.github and all(_is_ours(patient, one) for one in ARGO)):
        return UNUSED
    fault = next(_workflows_faults(patient), None)
    return fault or fine(f"the teams of {patient.files.answers.github} log in to Argo Workflows")


def _is_ours(patient: Patient, component: str) -> bool:
    return patient.wants(component) and patient.found[component].whose is not Whose.FOREIGN


def _argo_cd_faults(patient: Patient) -> Iterator[Finding]:
    namespace = ARGO[ARGO_CD]
    secret = patient.cluster.find("v1", "Secret", GITHUB, namespace)
    yield from _secret_faults(secret, GITHUB, namespace, ("clientID", "clientSecret"))
    if ((secret or {})["metadata"].get("labels") or {}).get(PART) != "argocd":
        yield wrong(
            f"Argo CD does not read Secret {GITHUB}, which lacks the label {PART}=argocd",
            f"`kubectl -n {namespace} label secret {GITHUB} {PART}=argocd --overwrite`",
        )
    settings = (patient.cluster.find("v1", "ConfigMap", SETTINGS, namespace) or {}).get("data") or {}
    url, expected = settings.get("url", ""), f"https://{hosts(patient.files.answers)['argo_cd']}"
    install = f"{INSTALL} --component {ARGO_CD}"
    if not url:
        yield wrong(f"Argo CD does not know its address: ConfigMap {SETTINGS} has no url", install)
    elif not url.startswith("https://"):
        yield wrong(
            f"Argo CD's address is {url}, to which no browser takes a login: it must begin with https://", install
        )
    elif url.rstrip("/") != expected:
        yield wrong(f"Argo CD's address is {url}, but {expected} in this repository", install)
    if not settings.get("dex.config"):
        yield wrong(f"Dex knows of no GitHub: ConfigMap {SETTINGS} has no dex.config", install)
    yield from _workload_faults(patient, DEX, namespace)


def _workflows_faults(patient: Patient) -> Iterator[Finding]:
    values = []
    for namespace in (ARGO[ARGO_CD], ARGO[ARGO_WORKFLOWS]):
        secret = patient.cluster.find("v1", "Secret", CLIENT, namespace)
        yield from _secret_faults(secret, CLIENT, namespace, ("client-id", "client-secret"))
        values.append({key: _value(secret, key) for key in ("client-id", "client-secret")})
    if values[1]["client-id"] != CLIENT:
        yield wrong(f"client-id of Secret {CLIENT} in namespace {ARGO[ARGO_WORKFLOWS]} is not {CLIENT}", AGAIN)
    if values[0]["client-secret"] != values[1]["client-secret"]:
        both = f"namespaces {ARGO[ARGO_CD]} and {ARGO[ARGO_WORKFLOWS]}"
        yield wrong(f"client-secret of Secret {CLIENT} is not the same in {both}", f"delete both, and {MAKE}")
    namespace, install = ARGO[ARGO_WORKFLOWS], f"{INSTALL} --component {ARGO_WORKFLOWS}"
    settings = patient.cluster.find("v1", "ConfigMap", WORKFLOWS_SETTINGS, namespace) or {}
    if not (settings.get("data") or {}).get("sso"):
        yield wrong(f"Argo Workflows knows of no Dex: ConfigMap {WORKFLOWS_SETTINGS} has no sso", install)
    server = patient.cluster.find("apps/v1", "Deployment", SERVER, namespace)
    if server is not None and "--auth-mode=sso" not in _arguments(server):
        yield wrong(f"{SERVER} takes tokens only: it runs without --auth-mode=sso", install)
    yield from _workload_faults(patient, SERVER, namespace)


def _secret_faults(secret: Object | None, name: str, namespace: str, keys: tuple[str, ...]) -> Iterator[Finding]:
    if secret is None:
        yield wrong(f"there is no Secret {name} in namespace {namespace}", MAKE)
        return
    for key in keys:
        value = _value(secret, key)
        if not value.strip():
            yield wrong(f"Secret {name} in namespace {namespace} has no {key}", AGAIN)
        elif value != value.strip():
            yield wrong(
                f"{key} of Secret {name} in namespace {namespace} begins or ends with a blank or line break", AGAIN
            )


def _value(secret: Object | None, key: str) -> str:
    try:
        return base64.b64decode(((secret or {}).get("data") or {}).get(key) or "").decode(errors="replace")
    except binascii.Error:
        return ""


def _workload_faults(patient: Patient, name: str, namespace: str) -> Iterator[Finding]:
    live = patient.cluster.find("apps/v1", "Deployment", name, namespace)
    lack = "is not there" if live is None else unready(live)
    if lack:
        remedy = INSTALL if live is None else f"`kubectl -n {namespace} logs deployment/{name}`, and `get pods` there"
        yield wrong(f"{name} {lack}", remedy)


def _arguments(server: Object) -> list[str]:
    containers = server["spec"]["template"]["spec"]["containers"]
    return [word for one in containers for word in (*(one.get("command") or []), *(one.get("args") or []))]
