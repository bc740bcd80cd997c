"""Compares whose names on servers are recorded with the instances of the repository, and with what the cluster has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from tutor_launchpad.adapters.repositories import is_remote
from tutor_launchpad.core.argocd import API, same_repository
from tutor_launchpad.core.errors import LaunchpadError, NoSuchKind, NotFound
from tutor_launchpad.core.instance import ABOUT, INSTANCES, read_about
from tutor_launchpad.core.owners import Folders, Key, Live, Owner, Standing, describe_owner, without_folder
from tutor_launchpad.core.ownership import owner
from tutor_launchpad.core.status.model import Unseen, Why
from tutor_launchpad.steps.runners import root_id

if TYPE_CHECKING:
    from launchpad_workflows.items import Owned

    from tutor_launchpad.adapters.git import Repository
    from tutor_launchpad.adapters.kubernetes import Cluster
    from tutor_launchpad.core.types import Object
    from tutor_launchpad.steps.deployment import Deployment

Abouts = Mapping[str, Mapping[str, Any] | None]
T = TypeVar("T")


@dataclass
class Survey:
    """Owners of recorded names that the repository does not have; `abouts`: the instances that it has.

    `unseen`: what could not be asked. Without the repository nobody is told of, as nobody knows who is missing.
    """

    owners: tuple[Owner, ...] = ()
    abouts: Abouts = field(default_factory=dict)
    unseen: dict[str, Unseen] = field(default_factory=dict)

    @property
    def problems(self) -> tuple[str, ...]:
        """A sentence for each question that stays open."""
        return tuple(f"{_OPEN[part]}: {unseen.text}" for part, unseen in self.unseen.items())

    def ask(self, part: str, question: Callable[[], T], otherwise: T) -> T:
        """The answer. What does not answer is not asked again, as each request would wait anew."""
        if part in self.unseen or any(one.why is Why.UNREACHABLE for one in self.unseen.values()):
            return otherwise
        try:
            return question()
        except LaunchpadError as error:
            self.unseen[part] = Unseen.of(error)
            return otherwise


_OPEN = {
    "repository": "Which instances the repository has is not known, so of recorded names nothing can be said",
    "applications": "Which instances other repositories have is not known",
    "namespaces": "Which instances still run is not known",
}


def survey_owners(deployment: Deployment, records: Sequence[Owned]) -> Survey:
    """Look. Records that are read before the repository show no instance that was deployed in between as missing."""
    survey = Survey()
    found = survey.ask("repository", lambda: _folders(deployment, records), None)
    if found is None:
        return survey
    survey.abouts = found.abouts
    own = Key(deployment.settings.instance, root_id(deployment))
    owners = []
    for key in without_folder(records, found.abouts):
        told = describe_owner(key, records, found, _live(survey, deployment, key))
        if key != own or told.standing is not Standing.UNDEPLOYED:
            owners.append(told)
    survey.owners = tuple(owners)
    return survey


def _folders(deployment: Deployment, records: Iterable[Owned]) -> Folders:
    """The repository's instances, and which of those that are missing it has had."""
    repository = deployment.repository
    if deployment.cluster is not None and not is_remote(deployment.settings.repository):
        raise NotFound("LAUNCHPAD_REPOSITORY names no repository that Argo CD could read: set it to the cluster's.")
    deployment.progress.say(f"comparing with the instances of {repository.address}")
    head = repository.fetch()
    found = repository.find(INSTANCES, ABOUT, head)
    abouts = {name: read_about(content) for name, content in found.items()}
    missing = {key.instance for key in without_folder(records, abouts)} - set(abouts)
    unsaid = {name for name in missing if head and repository.tree(INSTANCES / name, head)}
    return Folders({**abouts, **dict.fromkeys(unsaid)}, _removed(repository, sorted(missing - unsaid)))


def _removed(repository: Repository, names: Iterable[str]) -> dict[Key, tuple[str, str]]:
    found: dict[Key, tuple[str, str]] = {}
    for one in repository.removed(INSTANCES / name / ABOUT for name in names):
        about = read_about(one.content) or {}
        found.setdefault(Key(one.path.parent.name, str(about.get("id", ""))), (one.commit, one.when))
    return found


def _live(survey: Survey, deployment: Deployment, key: Key) -> Live:
    """What the cluster has of this very root's instance; nothing where there is no cluster."""
    cluster, place = deployment.cluster, deployment.settings.argocd_namespace
    if cluster is None or not key.root:
        return Live()
    application = survey.ask("applications", lambda: _find(cluster, key, API, "Application", place), None)
    source = _source(application, deployment) if application is not None else ""
    if source:
        return Live(source=source)
    namespace = survey.ask("namespaces", lambda: _find(cluster, key, "v1", "Namespace"), None)
    kinds = {"Application": application, "Namespace": namespace}
    return Live(tuple(f"{kind} {key.instance}" for kind, live in kinds.items() if live is not None))


def _find(cluster: Cluster, key: Key, api_version: str, kind: str, place: str | None = None) -> Object | None:
    try:
        live = cluster.find(api_version, kind, key.instance, place)
    except NoSuchKind:  # without Argo CD nothing is deployed from elsewhere
        return None
    return live if live is not None and owner(live) == key.root else None


def _source(application: Object, deployment: Deployment) -> str:
    """From where Argo CD deploys it; empty where that is our repository and branch."""
    source = (application.get("spec") or {}).get("source") or {}
    url, branch = str(source.get("repoURL", "")), str(source.get("targetRevision", "")).removeprefix("refs/heads/")
    settings = deployment.settings
    if same_repository(url, settings.repository) and branch == settings.branch:
        return ""
    return f"{url}, branch {branch}"
