"""Looks at an instance in Git and in the cluster: a constant number of calls a look, and none that writes.

Each part is asked for by itself: what is absent or forbidden hides nothing else. Once the cluster does not answer, the
rest of a look is not asked for, as each request would wait anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, TypeVar

from tutor_launchpad.core.argocd import API
from tutor_launchpad.core.data.claims import KIND
from tutor_launchpad.core.errors import LaunchpadError
from tutor_launchpad.core.instance import ABOUT, INSTANCES, read_about, read_documents, read_manifests
from tutor_launchpad.core.jobs import is_init_job
from tutor_launchpad.core.plan import ClusterChange
from tutor_launchpad.core.pods import lasting
from tutor_launchpad.core.policies import INSTANCE_LABEL
from tutor_launchpad.core.status.model import InstanceStatus, Unseen, Why
from tutor_launchpad.core.status.reading import read_status
from tutor_launchpad.core.status.seen import ClusterView, GitView, Seen
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.deployment import Deployment
from tutor_launchpad.steps.secrets import LABEL
from tutor_launchpad.steps.surroundings import Surroundings, changed_objects

if TYPE_CHECKING:
    from tutor_launchpad.adapters.kubernetes import Cluster

CERTIFICATES = "cert-manager.io/v1"
GIT_EVERY = 30.0
"""Seconds for which an answer of the repository is good: it is asked over ssh or https, from a log-in on."""
T = TypeVar("T")


def observe(deployment: Deployment) -> InstanceStatus:
    """One look at this root's instance."""
    return Observer(deployment).look()


def _utc() -> datetime:
    return datetime.now(timezone.utc)


@dataclass
class Observer:
    """Looks again and again; what does not change by itself is read once."""

    deployment: Deployment
    now: Callable[[], datetime] = _utc
    _git: GitView = field(default_factory=GitView)
    _head: str = ""
    _application: tuple[Object, ...] = ()
    _fetched: datetime | None = None
    _reached: dict[str, bool] = field(default_factory=dict)
    _unseen: dict[str, Unseen] = field(default_factory=dict)
    _surroundings: Surroundings | None = None

    def look(self) -> InstanceStatus:
        """The status at this moment. Never raises for what cannot be read: that is part of the status."""
        now, deployment = self.now(), self.deployment
        if self._fetched is None or (now - self._fetched).total_seconds() >= GIT_EVERY:
            self._unseen.pop("git", None)
            self._ask("git", self._read_git, None)
            self._fetched = now
        self._unseen = {part: unseen for part, unseen in self._unseen.items() if part == "git"}
        cluster = None if deployment.cluster is None else self._read_cluster(deployment.cluster)
        seen = Seen(deployment.settings.instance, deployment.repository.address, now, self._git, cluster)
        behind = None if cluster is None else self._ask("git", lambda: self._behind(cluster.application), None)
        return read_status(replace(seen, behind=behind, unseen=dict(self._unseen)))

    def _ask(self, part: str, ask: Callable[[], T], otherwise: T) -> T:
        """The answer; what stands in its way is kept under the part's name."""
        away = part != "git" and any(one.why is Why.UNREACHABLE for name, one in self._unseen.items() if name != "git")
        if away:
            return otherwise
        try:
            return ask()
        except LaunchpadError as error:
            self._unseen[part] = Unseen.of(error)
        return otherwise

    def _read_git(self) -> None:
        settings, repository = self.deployment.settings, self.deployment.repository
        head = repository.fetch()
        self._reached.clear()
        if head == self._head:
            return
        files = repository.files(settings.folder, head)
        about = (read_about(files[ABOUT]) or {}) if ABOUT in files else {}
        revision, changed = repository.last_change(settings.folder) if files else ("", "")
        manifests = tuple(read_manifests(files))
        self._git = GitView(revision, changed, about, manifests, tuple(self._former(about, head)))
        self._application = tuple(read_documents(files.get("application.yml", b"")))
        self._surroundings, self._head = None, head

    def _former(self, about: dict[str, object], head: str) -> Iterable[str]:
        """Folders that are still there of the names that this instance had."""
        names = about.get("formerly")
        found = self.deployment.repository.find(INSTANCES, ABOUT, head) if names else {}
        for name in names if isinstance(names, list) else []:
            if name in found and (read_about(found[name]) or {}).get("id") == about.get("id"):
                yield str(name)

    def _behind(self, application: Object) -> bool | None:
        """Whether the synced revision lacks what Git has; None where one of them is not known."""
        live, settings = _synced(application), self.deployment.settings
        if not live or not self._git.revision:
            return None
        if live not in self._reached:
            self._reached[live] = self.deployment.repository.same_tree(self._git.revision, live, settings.folder)
        return not self._reached[live]

    def _read_cluster(self, cluster: Cluster) -> ClusterView:
        settings, name = self.deployment.settings, self.deployment.settings.instance

        def listed(part: str, api_version: str, kind: str, place: str = name, labels: str = "") -> tuple[Object, ...]:
            bare = kind == "Secret"
            return self._ask(part, lambda: tuple(cluster.list(api_version, kind, place, labels, bare=bare)), ())

        application: Object = self._ask("application", lambda: self._find_application(cluster), {})
        pods, jobs = listed("pods", "v1", "Pod"), listed("init jobs", "batch/v1", "Job")
        secrets = listed("secrets", "v1", "Secret", labels=f"{LABEL}=true")
        claims, certificates = listed("claims", "v1", KIND), listed("certificates", CERTIFICATES, "Certificate")
        provisioning = ""
        if settings.servers:
            owned = f"{INSTANCE_LABEL}={name}"
            runs = listed("provisioning", API, "Workflow", settings.namespace, owned)
            provisioning = "" if "provisioning" in self._unseen else _newest(runs)
        return ClusterView(
            application=application,
            pods=lasting(pods),
            jobs=tuple(job for job in jobs if is_init_job(job)),
            certificates=certificates,
            claims=claims,
            secrets=frozenset(item["metadata"]["name"] for item in secrets),
            provisioning=provisioning,
            drift=self._ask("namespace", lambda: self._drift(cluster, application), ()),
        )

    def _find_application(self, cluster: Cluster) -> Object:
        settings = self.deployment.settings
        return cluster.find(API, "Application", settings.instance, settings.argocd_namespace) or {}

    def _drift(self, cluster: Cluster, application: Object) -> tuple[ClusterChange, ...]:
        """What the deploy itself applies, beside what it would; nothing before the first deploy."""
        if not self._git.revision or not application:
            return ()
        if self._surroundings is None:
            self._surroundings = Surroundings.read(self.deployment, self._git.manifests)
        return (*self._surroundings.drift(cluster), *changed_objects(cluster, self._application, application))


def _synced(application: Object) -> str:
    return str(((application.get("status") or {}).get("sync") or {}).get("revision", ""))


def _newest(workflows: Iterable[Object]) -> str:
    """How the newest workflow of this instance ended."""
    known = sorted(workflows, key=lambda item: str(item["metadata"].get("creationTimestamp", "")))
    if not known:
        return "no workflow kept"
    return f"{(known[-1].get('status') or {}).get('phase', 'Pending')} ({known[-1]['metadata']['name']})"
