"""Plans and applies: what is shown is what is done, from one plan file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tutor_launchpad.adapters.plan_folder import plan_folder
from tutor_launchpad.core.errors import NotFound, Refused, refuse
from tutor_launchpad.core.infrastructure.changes import Planned, not_named, read_plan
from tutor_launchpad.core.infrastructure.describe import counted, end_problems, loss_problems
from tutor_launchpad.core.infrastructure.results import InfrastructureResult, result_of
from tutor_launchpad.steps.infrastructure.site import Asking, Site, check_credentials, prepare, record_lock
from tutor_launchpad.steps.infrastructure.standing import standing_on

Show = Callable[[Planned], None]
"""Shows people a plan before they are asked."""


@dataclass(frozen=True)
class PlanFile:
    """A plan on the disk, with what it would do. `changes`: whether it does anything, outputs included."""

    path: Path
    planned: Planned
    changes: bool


@contextmanager
def planned(site: Site, *, destroy: bool = False, targets: Sequence[str] = ()) -> Iterator[PlanFile]:
    """A plan in a folder that only we can read, and that is gone afterwards: plans hold secrets."""
    with plan_folder(site.terraform.folder) as folder:
        path = folder / "plan"
        changes = site.terraform.plan(path, destroy=destroy, targets=targets)
        yield PlanFile(path, read_plan(site.terraform.show(path)), changes)


def plan(site: Site, asking: Asking, out: Path | None) -> tuple[InfrastructureResult, Planned]:
    """What an apply would do; with `out` the plan is kept there, for that apply."""
    if out is not None:
        if out.exists() or not out.parent.is_dir():
            raise Refused([f"{out} is there already, or its folder is not: name a new file for the plan."])
        _refuse_unignored(site, out)
    check_credentials(site)
    site = prepare(site, asking)
    with planned(site) as file:
        if out is not None:
            _keep(file.path, out)
        return result_of(site.answers.cluster, site.terraform.tool, file.planned, file.changes), file.planned


def apply(site: Site, asking: Asking, saved: Path | None, named: Sequence[str], show: Show) -> InfrastructureResult:
    """Do what a plan says: the saved one, or one that is made and shown now. Data is lost only where it was named."""
    if saved is not None and not saved.is_file():
        raise NotFound(f"There is no plan {saved}: make one with `tutor launchpad cluster plan --out {saved}`.")
    check_credentials(site)
    site = prepare(site, asking)
    record_lock(site)
    if saved is not None:
        saved = saved.absolute()
        result = _apply(site, asking, PlanFile(saved, read_plan(site.terraform.show(saved)), True), named, show)
        saved.unlink()
        return result
    with planned(site) as file:
        return _apply(site, asking, file, named, show)


def _apply(site: Site, asking: Asking, file: PlanFile, named: Sequence[str], show: Show) -> InfrastructureResult:
    result = result_of(site.answers.cluster, site.terraform.tool, file.planned, file.changes)
    if not file.changes:
        return result
    show(file.planned)
    _refuse_strangers(file.planned, named)
    standing = standing_on(site) if file.planned.ends else ""
    refuse([
        *end_problems(not_named(file.planned.ends, named), standing),
        *loss_problems(not_named(file.planned.losses, named)),
    ])  # fmt: skip
    if standing:
        site.say(f"the Kubernetes cluster goes. {standing}")
    if not asking.agrees(f"Apply this to cluster {site.answers.cluster} ({counted(file.planned)})?"):
        raise Refused(["Nothing was applied."])
    site.terraform.apply(file.path, len(file.planned.changes))
    return result


def _refuse_strangers(plan_: Planned, named: Sequence[str]) -> None:
    """A name that nothing in the plan has is a slip, after which somebody would believe that it was deleted."""
    lost = {change.name for change in (*plan_.losses, *plan_.ends)}
    others = f"; it destroys {', '.join(sorted(lost))}" if lost else ""
    unknown = [name for name in named if name not in lost]
    refuse([f"--delete-data {name}: this plan destroys no data of that name{others}." for name in unknown])


def _refuse_unignored(site: Site, out: Path) -> None:
    """A plan holds secrets, which the next `git add` must not take."""
    file, root = out.resolve(), site.folder.path.resolve()
    if file.is_relative_to(root) and not site.folder.ignores(str(file.relative_to(root))):
        raise Refused([
            f"Git does not ignore {out}, which is to hold secrets: end its name with .tfplan, add it to .gitignore, or keep "
            "it outside of the repository."
        ])  # fmt: skip


def _keep(plan_: Path, out: Path) -> None:
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(plan_.read_bytes())
