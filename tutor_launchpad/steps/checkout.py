"""Makes a Tutor root an instance's again, from its folder in the repository and a copy of its private settings.

All is read and compared first; config.yml is written last and in one step, so that an interrupted run leaves the root as
it was, and the next one finishes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from tutor_launchpad.adapters import packages, plugins, servers, tutor
from tutor_launchpad.adapters.config_file import CONFIG, read_user
from tutor_launchpad.adapters.files import OWN, write_file
from tutor_launchpad.adapters.git import Repository
from tutor_launchpad.adapters.repositories import EMBEDDED, is_remote, open_repository
from tutor_launchpad.core.checkout import (
    Recorded,
    Standing,
    differing,
    judge,
    missing_pins,
    names,
    plugin_problems,
    read_recorded,
    unknown_instance,
)
from tutor_launchpad.core.data.places import from_record
from tutor_launchpad.core.errors import NotFound, Refused, refuse
from tutor_launchpad.core.instance import ABOUT, INSTANCES, about_part, dump_settings
from tutor_launchpad.core.private import MACHINE, REPOSITORY
from tutor_launchpad.core.results import CheckoutResult
from tutor_launchpad.core.settings import Place
from tutor_launchpad.core.types import Config
from tutor_launchpad.steps import memory, rotation, runners
from tutor_launchpad.steps.checkout_secrets import HELP, Identity, Private, from_age, from_cluster, nowhere
from tutor_launchpad.steps.deployment import Progress
from tutor_launchpad.steps.target import MEMORY, Wish

REQUIREMENTS = OWN / "requirements.txt"
TRACES = (Path("data"), EMBEDDED, MEMORY, memory.FILE, runners.OWNERS, servers.FILE, rotation.FILE)
"""What is in a root from which something was deployed, or run."""


@dataclass(frozen=True)
class Order:
    """What was asked for. `revision`: empty for the newest; `wish` tells of the cluster, and who answers questions.

    `machine`: settings of where the repository is; those that the root has already need not be among them.
    """

    name: str
    root: Path
    machine: Config
    revision: str
    identity: Identity | None
    without_secrets: bool
    install: bool
    wish: Wish


def check_out(order: Order, progress: Progress) -> CheckoutResult:
    """Do it all; raises before anything in the root is changed where something stands against it."""
    old = read_user(order.root)
    machine = _machine_settings(order, old or {})
    repository = _open(order, machine)
    progress.say(f"reading instance {order.name} from {repository.address}")
    revision, recorded = _read(order, repository)
    where = f"{INSTANCES / order.name} of {repository.address}"
    private = _private(order, recorded, where, old or {}, progress)
    new = {**recorded.public, **private.settings, **machine}
    standing = judge(old, new, tutor.generated_names(), _is_used(order.root))
    aside = _allowed(order, standing, old or {}, new)
    files = _plugin_files(recorded)
    installed = _install(order, recorded, progress)
    _write_plugins(recorded, files, progress)
    if aside is not None:
        write_file(aside, (order.root / CONFIG).read_text(encoding="utf-8"))
    if standing is not Standing.SAME:
        write_file(order.root / CONFIG, dump_settings(new).decode())
    memory.keep(
        order.root, memory.Memory(recorded.root_id, order.name, from_record(recorded.about.get("data")), revision)
    )
    return CheckoutResult(
        instance=order.name,
        revision=revision,
        repository=repository.address,
        root=str(order.root),
        secrets=private.source,
        changed=bool(standing is not Standing.SAME or files or installed),
        installed=installed,
        plugin_files=files,
        kept=str(aside or ""),
        next=tuple(_next(recorded, new, str(machine.get(REPOSITORY) or repository.address))),
    )


def _machine_settings(order: Order, old: Config) -> Config:
    """How this machine reaches the repository, as it will stand in config.yml."""
    kept = {name: old[name] for name in MACHINE if name in old}
    if order.machine.get(REPOSITORY) not in (None, old.get(REPOSITORY)):
        kept = {}  # branch and credentials of another one
    return {**kept, **order.machine}


def _open(order: Order, machine: Config) -> Repository:
    place = Place.of(machine)
    if not place.repository and not (order.root / EMBEDDED).exists():
        raise Refused(["Which repository holds the instance is not known here: give --repository."])
    place.check()
    repository = open_repository(place, order.root)
    if not is_remote(place.repository) and not repository.exists():
        raise NotFound(f"{repository.address} is no Git repository: give the cluster repository with --repository.")
    return repository


def _read(order: Order, repository: Repository) -> tuple[str, Recorded]:
    """The revision that is checked out, and what it holds."""
    head = repository.fetch()
    revision = repository.commit(order.revision) if order.revision else head
    if not revision and order.revision:
        raise NotFound(f"{repository.address} has no commit {order.revision} on branch {repository.branch}.")
    known = repository.find(INSTANCES, ABOUT, revision)
    if order.name not in known:
        raise NotFound(unknown_instance(order.name, repository.address, known))
    folder = INSTANCES / order.name
    return revision, read_recorded(order.name, f"{folder} of {repository.address}", repository.files(folder, revision))


def _private(order: Order, recorded: Recorded, where: str, old: Config, progress: Progress) -> Private:
    from tutor_launchpad.adapters.kubernetes import Cluster, contexts

    if order.identity is not None:
        return from_age(recorded, order.identity, where)
    if order.without_secrets:
        ours = old if old.get("ID") == recorded.root_id else {}
        kept = about_part(recorded.about, "private_settings").get("names")
        return Private({name: ours[name] for name in kept or () if name in ours}, "")
    context = None if order.wish.no_cluster else order.wish.context or contexts()[1]
    if context is None:
        raise nowhere(recorded, where)
    progress.say(f"reading its secret settings from Kubernetes context {context}")
    return from_cluster(recorded, Cluster.connect(context, progress.say), where)


def _is_used(root: Path) -> bool:
    """Whether something was deployed from the root, or run with it."""
    return any((root / path).exists() for path in TRACES)


def _allowed(order: Order, standing: Standing, old: Config, new: Config) -> Path | None:
    """Where the old config.yml is to be kept, None where that is not needed; raises where it must not be replaced."""
    file = order.root / CONFIG
    if standing is Standing.FOREIGN:
        raise Refused([
            f"{file} is another instance's (its ID is {old.get('ID')}): give another folder with "
            f"`tutor --root FOLDER launchpad checkout {order.name}`, or move that file away."
        ])  # fmt: skip
    aside = file.with_name(f"config-{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}.yml")
    if standing is not Standing.OURS:
        return aside if standing is Standing.FREE and old else None
    question = f"{file} differs in {names(differing(old, new))}. Replace it, and keep the old one beside it?"
    confirm: Callable[[str], bool] = order.wish.confirm or (lambda question: False)
    if not order.wish.yes and not confirm(question):
        raise Refused([f"{question} Confirm it with --yes."])
    return aside


def _plugin_files(recorded: Recorded) -> tuple[str, ...]:
    """Those that are to be written; raises where others are in their place."""
    present = plugins.present_files(recorded.enabled, recorded.plugin_files)
    problems = plugin_problems(plugins.PLUGINS_ROOT, recorded.plugin_files, present)
    refuse(problems)
    return tuple(path for path in recorded.plugin_files if path not in present)


def _write_plugins(recorded: Recorded, files: Iterable[str], progress: Progress) -> None:
    for path in files:
        write_file(Path(plugins.PLUGINS_ROOT, path), recorded.plugin_files[path].decode())
        progress.say(f"plugin file {path} written")


def _install(order: Order, recorded: Recorded, progress: Progress) -> tuple[str, ...]:
    """Install what is not there in the recorded version; returns what that was."""
    missing = missing_pins(recorded.pins, packages.installed_versions(recorded.pins))
    if not missing:
        return ()
    file = order.root / REQUIREMENTS
    write_file(file, "".join(f"{name}=={version}\n" for name, version in recorded.pins.items()))
    listed = tuple(f"{name}=={version}" for name, version in sorted(missing.items()))
    command = " ".join(packages.install_command(file))
    if not order.install:
        raise Refused([f"{', '.join(listed)} must be installed first: run `{command}`, then check out again."])
    if packages.pip_is_missing():
        other = f"uv pip install --python {sys.executable} --requirement {file}"
        raise Refused([f"{', '.join(listed)} must be installed first, but this Python has no pip: run `{other}`, "
                       "then check out again."])  # fmt: skip
    progress.say(f"installing {', '.join(listed)}")
    packages.install(file)
    return listed


def _next(recorded: Recorded, new: Config, address: str) -> Iterator[str]:
    """What is left to do, a sentence each."""
    absent = {str(name) for name in about_part(recorded.about, "private_settings").get("names") or ()} - set(new)
    if absent:
        yield (
            f"missing are {names(absent)}: `tutor config save` makes new ones of those that Tutor and its plugins generate, "
            f"set the others; databases keep the passwords that they have, see {HELP}"
        )
    if recorded.url and recorded.url != address:
        yield f"Argo CD reads the instance from {recorded.url} so far, and from {address} after the next deploy"
    yield "look at what a deploy from this root would change: tutor launchpad plan"
