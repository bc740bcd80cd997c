"""A cluster repository with the cloud and the program that work on it, made ready to plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tutor_launchpad.adapters.clouds import open_cloud
from tutor_launchpad.adapters.cluster_folder import ClusterFolder
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.adapters.terraform import Terraform, installed_tools
from tutor_launchpad.core.cluster.answers import FILE, Answers, WrongAnswers, complete, read_answers
from tutor_launchpad.core.cluster.values import bucket_name
from tutor_launchpad.core.errors import LaunchpadError, NotFound, Refused, refuse
from tutor_launchpad.core.infrastructure.clouds import Cloud, Say
from tutor_launchpad.core.infrastructure.tools import LOCK, Tool, choose_tool, locked_everywhere
from tutor_launchpad.core.releases import newer_problems

ROOT = "terraform"
OVERRIDE = "launchpad_override.tf"
"""Lifts a protection while a destruction is planned; one that was left by a kill is removed before anything else."""


@dataclass(frozen=True)
class Asking:
    """How questions are answered. `person` asks somebody; None: nobody is there. `yes`: all are answered so."""

    yes: bool
    person: Callable[[str], bool] | None = None

    def agrees(self, question: str) -> bool:
        """Whether to go on; `Refused` where nobody can say so."""
        if self.yes:
            return True
        if self.person is None:
            raise Refused([f"{question} Nobody is there to answer: confirm it with --yes."])
        return self.person(question)


@dataclass(frozen=True)
class Site:
    """One cluster repository with its cloud and its program. `connected`: reaches Kubernetes by the current kubeconfig."""

    folder: ClusterFolder
    answers: Answers
    cloud: Cloud
    terraform: Terraform
    say: Say
    connected: Callable[[], Cluster] = lambda: Cluster.connect(None)


def open_site(
    path: Path,
    tool: str,
    say: Say,
    cloud_of: Callable[[Answers], Cloud] = open_cloud,
    tools: Callable[[], list[Tool]] = installed_tools,
) -> Site:
    """The site in this folder; what is wrong with the folder or the programs is said before the cloud is asked."""
    answers = read_cluster(path)
    cloud = cloud_of(answers)
    root = path / ROOT
    if not any(root.glob("*.tf")):
        raise NotFound(
            f"{root} has no Terraform: restore it with Git, or make it with `tutor launchpad cluster update`."
        )
    (root / OVERRIDE).unlink(missing_ok=True)
    terraform = Terraform(Tool("", ""), root, say)
    terraform = replace(terraform, tool=choose_tool(tools(), tool, terraform.lock()))
    return Site(ClusterFolder.at(path), answers, cloud, terraform, say)


def read_cluster(path: Path) -> Answers:
    """What the cluster in this folder was made from, as its cluster.yml says now."""
    content = _read(path)
    content.pop("launchpad", None)
    try:
        return complete(content)
    except WrongAnswers as wrong:
        raise Refused([f"{path / FILE}, as options: {problem}" for problem in wrong.problems]) from None


def refuse_newer(path: Path) -> None:
    """Raise `Refused` where a newer Launchpad wrote the cluster's repository in this folder."""
    refuse(newer_problems(str(path), str(_read(path).get("launchpad"))))


def _read(path: Path) -> dict[str, Any]:
    file = path / FILE
    try:
        return read_answers(file.read_bytes(), str(file))
    except FileNotFoundError:
        raise NotFound(
            f"{path} is no cluster repository: it has no {FILE}. Name its folder, or make one with "
            "`tutor launchpad cluster create`."
        ) from None
    except OSError as error:
        raise LaunchpadError(f"Cannot read {file}: {error.strerror}.") from error


def check_credentials(site: Site) -> None:
    """Try them before anything else, and say whose they are."""
    site.say(f"credentials of {site.cloud.who()}")


def prepare(site: Site, asking: Asking) -> Site:
    """Have the bucket for the state, initialise, lock the providers; ready to plan then."""
    if not site.cloud.has_state():
        bucket = bucket_name(site.answers, "state")
        if not asking.agrees(f"The state will be kept in the bucket {bucket}, which is not there yet. Make it?"):
            raise Refused([f"Without the bucket {bucket} there is no place for the state; nothing was made."])
    site.cloud.keep_state(site.say)
    terraform = replace(site.terraform, secrets=site.cloud.environment(), without=site.cloud.without())
    site.say(f"initialising with {terraform.tool}")
    terraform.init()
    if not locked_everywhere(terraform.lock()):
        site.say("locking the providers for Linux and macOS")
        try:
            terraform.lock_providers()
        except LaunchpadError as error:
            site.say(f"the providers are locked for this system alone: {error}")
    return replace(site, terraform=terraform)


def record_lock(site: Site) -> None:
    """Commit the lock file where it is new or changed; nothing else goes into that commit."""
    name = f"{ROOT}/{LOCK}"
    if not (site.folder.path / name).is_file() or not site.folder.exists():
        return
    try:
        if site.folder.commit_alone(name, "Lock the providers"):
            site.say(f"committed {name}: push it, so that everybody gets the same providers")
    except LaunchpadError as error:  # such as a hook of somebody's own, which must not keep a cloud from being mended
        site.say(f"{name} is to be committed by hand: {error}")
