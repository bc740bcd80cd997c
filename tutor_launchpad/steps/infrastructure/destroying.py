"""Takes a cluster down: refuses while anybody uses it, keeps data that nobody named, tells what still costs money."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.core.errors import LaunchpadError, NotFound, Refused, refuse
from tutor_launchpad.core.infrastructure.changes import Planned, not_named
from tutor_launchpad.core.infrastructure.clouds import Found
from tutor_launchpad.core.infrastructure.describe import loss_problems
from tutor_launchpad.core.infrastructure.inside import REMOVE, Inside, left_over, obstacles
from tutor_launchpad.core.infrastructure.parting import Division, divide, read_state
from tutor_launchpad.core.infrastructure.results import DestroyResult
from tutor_launchpad.steps.clock import REAL, Time
from tutor_launchpad.steps.infrastructure.applying import PlanFile, planned
from tutor_launchpad.steps.infrastructure.kubernetes import clear, look, wait_for_cloud
from tutor_launchpad.steps.infrastructure.site import OVERRIDE, Asking, Site, check_credentials, prepare
from tutor_launchpad.steps.infrastructure.standing import in_repository, kubernetes_of


@dataclass(frozen=True)
class Parting:
    """What is about to go, for people to read before they say the cluster's name."""

    inside: Inside
    division: Division
    plan: PlanFile


@dataclass(frozen=True)
class Wishes:
    """How a destruction was asked for. `named`: data that may go; `show` and `confirm`: show it, and ask for the name.

    `no_cluster`: Kubernetes cannot be reached any more, and the cloud is asked alone.
    """

    named: Sequence[str]
    no_cluster: bool
    show: Callable[[Parting], None]
    confirm: Callable[[], bool]
    clock: Time = field(default=REAL)


def destroy(site: Site, wishes: Wishes) -> DestroyResult:
    """Take down all but data that was not named, and what that stands on."""
    refuse([f"Instance {name} is in this repository: {REMOVE}." for name in sorted(in_repository(site))])
    check_credentials(site)
    if not site.cloud.has_state():
        raise NotFound(
            f"There is no state of cluster {site.answers.cluster}: nothing of it was made with these credentials, or the "
            "bucket of the state is gone."
        )
    with _kubernetes(site, wishes) as cluster:
        inside = look(cluster) if cluster else Inside()
        refuse([*obstacles(inside), *(_balanced(site) if wishes.no_cluster else [])])
        site = prepare(site, Asking(yes=True))
        division = _division(site, wishes.named)
        inside = replace(
            inside, kept=frozenset(filter(None, (each for one in division.kept for each in (one.id, one.name))))
        )
        with _unprotected(site, division), _planned(site, division) as plan:
            refuse(loss_problems(not_named(plan.planned.losses, wishes.named)))
            to_clear = inside.outstanding if division.targets != () or division.standing else []
            if plan.changes or to_clear:
                wishes.show(Parting(inside, division, plan))
                if not wishes.confirm():
                    raise Refused(["Nothing was destroyed."])
                _take_down(site, wishes, cluster, Parting(inside, division, plan))
            return _result(site, Parting(inside, division, plan), plan.changes or bool(to_clear))


def _result(site: Site, parting: Parting, changed: bool) -> DestroyResult:
    division = parting.division
    on = [Found("Kubernetes cluster", one.name, note="kept data stands on it") for one in division.standing]
    return DestroyResult(
        site.answers.cluster,
        changed,
        tuple(change.address for change in parting.plan.planned.changes),
        tuple(one.name for one in division.kept),
        (*on, *left_over(site.cloud.leftovers(), parting.inside.staying)),
    )


@contextmanager
def _planned(site: Site, division: Division) -> Iterator[PlanFile]:
    """The plan for what goes; an empty one where all of Terraform's stays, as without targets it would take all."""
    if division.targets == ():
        yield PlanFile(Path(), Planned(()), False)
        return
    with planned(site, destroy=True, targets=division.targets or ()) as plan:
        yield plan


def _take_down(site: Site, wishes: Wishes, cluster: Cluster | None, parting: Parting) -> None:
    if cluster is not None:
        clear(cluster, parting.inside, site.say, wishes.clock)
        wait_for_cloud(site.cloud.load_balancers, site.say, wishes.clock)
    for one in parting.division.lost:
        site.cloud.unprotect(one.kind, one.name, site.say)
    if parting.plan.changes:
        site.terraform.apply(parting.plan.path, len(parting.plan.planned.changes))


@contextmanager
def _kubernetes(site: Site, wishes: Wishes) -> Iterator[Cluster | None]:
    """The cluster, reached with fresh credentials; None where the cloud has none, or it is to be left out."""
    if wishes.no_cluster:
        yield None
        return
    with ExitStack() as stack:
        try:
            cluster = stack.enter_context(kubernetes_of(site))
        except LaunchpadError as error:
            raise type(error)(
                f"{error} Nothing was destroyed, as what Kubernetes made in the cloud would stay there. If it cannot be "
                "reached any more, add --no-cluster."
            ) from error
        if cluster is None:
            site.say("the cloud has no Kubernetes cluster of this name: nothing is asked of it")
        yield cluster


def _balanced(site: Site) -> list[str]:
    return [
        f"The cloud has the {one}, which Kubernetes made: remove it with `{one.remove}`."
        for one in site.cloud.load_balancers()
    ]


def _division(site: Site, named: Sequence[str]) -> Division:
    held = read_state(site.terraform.state())
    there = sorted(one.name for one in held if one.holds)
    others = f"; there is {', '.join(there)}" if there else ""
    refuse([f"--delete-data {name}: there is no data of that name{others}." for name in named if name not in there])
    return divide(held, named)


@contextmanager
def _unprotected(site: Site, division: Division) -> Iterator[None]:
    """Terraform's own protection is lifted for what was named, as long as it is planned, by a file that overrides it."""
    root = site.terraform.folder
    text = "\n".join(file.read_text(encoding="utf-8") for file in sorted(root.glob("*.tf")))
    there = {(kind, name) for kind, name in re.findall(r'^resource "(\w+)" "([\w-]+)"', text, re.MULTILINE)}
    lifted = sorted(
        there & {(one.kind, one.plain.split(".")[-1]) for one in division.lost if one.plain.count(".") == 1}
    )
    blocks = [
        f'resource "{kind}" "{name}" {{\n  lifecycle {{\n    prevent_destroy = false\n  }}\n}}\n'
        for kind, name in lifted
    ]
    file = root / OVERRIDE
    if blocks:
        file.write_text("\n".join(blocks), encoding="utf-8")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
