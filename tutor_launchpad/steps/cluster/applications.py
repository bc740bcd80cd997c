"""Hands the other components to Argo CD, as Applications whose content comes from the repository."""

from __future__ import annotations

from tutor_launchpad.core.argocd import repository_secret_name
from tutor_launchpad.core.cluster.components import APPLICATION, ARGO, ARGO_CD, CRDS, MARKS, ROOT, wanted_applications
from tutor_launchpad.core.cluster.seen import describe_application, is_seen, is_settled
from tutor_launchpad.core.cluster.stages import established
from tutor_launchpad.core.results import Status
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.cluster.access import public_key
from tutor_launchpad.steps.cluster.installation import Installation, Tally

LOOKS = 30.0
"""Seconds until Argo CD has looked at what is new."""
PAUSE = 1.0


def run_applications(installation: Installation) -> tuple[Status, str]:
    """Apply project and Applications. The one that keeps the others comes last, and only where nothing is left out."""
    files, cluster = installation.files, installation.cluster
    if not files.root:
        return Status.SKIPPED, "this repository leaves all components to you"
    if installation.argo_cd != ARGO[ARGO_CD]:
        installation.next.append(
            f"Argo CD runs in namespace {installation.argo_cd}: write that for `namespace: argocd` in cluster/root.yml and "
            "cluster/applications, push, and install again"
        )
        return Status.SKIPPED, f"Argo CD runs in namespace {installation.argo_cd}"
    definition = cluster.find(CRDS, MARKS[ARGO_CD].kind, MARKS[ARGO_CD].name)
    if definition is None or not established(definition):
        installation.waiting.append("all other components: for Argo CD; then install again")
        return Status.SKIPPED, "there is no Argo CD"
    wanted, left_out = wanted_applications(files.applications, installation.components, installation.found)
    whole = not installation.order.components and not left_out
    project = [one for one in files.root if one["kind"] == "AppProject"]
    root = [one for one in files.root if one["kind"] != "AppProject" and whole]
    tally = Tally()
    for obj in [*project, *wanted, *root]:
        metadata = obj["metadata"]
        live = cluster.find(obj["apiVersion"], obj["kind"], metadata["name"], metadata["namespace"])
        outcome = installation.ensure(obj, live)
        tally.add(outcome)
    _tell_left_out(installation, left_out)
    _look(installation, [*wanted, *root])
    names = ", ".join(one["metadata"]["name"] for one in [*wanted, *root])
    return tally.status, f"{names or 'none'}: {tally}"


def _tell_left_out(installation: Installation, left_out: dict[str, str]) -> None:
    """Both what waits, and the one way to end the wait."""
    if not left_out:
        return
    installation.waiting += [f"Application {name}: left out, as {why}" for name, why in left_out.items()]
    installation.waiting.append(f"Application {ROOT}, which keeps the others as Git has them: for those left out")
    foreign = sorted({why.split(" is in ")[0] for why in left_out.values()})
    options = " ".join(f"--without {name}" for name in foreign)
    installation.next.append(
        f"what the cluster has already this repository must not install again: `tutor launchpad cluster update {options}`, "
        "push, and install again"
    )


def _look(installation: Installation, applications: list[Object]) -> None:
    """Wait until Argo CD has looked at each, and tell what those wait for that are not done."""
    time = installation.time
    deadline = time.now() + min(LOOKS, installation.order.timeout)
    while True:
        live = [installation.cluster.get(*APPLICATION, one["metadata"]["name"], ARGO[ARGO_CD]) for one in applications]
        if all(map(is_seen, live)) or time.now() >= deadline:
            break
        time.sleep(PAUSE)
    unreadable = False
    for one in live:
        if not is_settled(one):
            told = describe_application(one)
            unreadable = unreadable or "cannot read the repository" in told
            installation.waiting.append(f"Application {one['metadata']['name']}: {told}")
    if unreadable:
        _tell_key(installation)


def _tell_key(installation: Installation) -> None:
    """What lets Argo CD read the repository."""
    url = installation.files.answers.repository
    secret = installation.cluster.find("v1", "Secret", repository_secret_name(url), installation.argo_cd)
    public = public_key(secret)
    if not public:
        installation.next.append(
            f"push this repository to {url}; where it is private, install again with --credentials-file"
        )
    elif not any(public in one for one in installation.next):
        installation.next.append(f"add this key to the repository's deploy keys, for reading only: {public}")
