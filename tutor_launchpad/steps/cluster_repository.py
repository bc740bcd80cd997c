"""Makes a cluster repository from the template, and brings a newer template into one that people have changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from tutor_launchpad.adapters.cluster_folder import ClusterFolder
from tutor_launchpad.core.cluster.answers import FILE, FIXED, Answers, WrongAnswers, changed, complete, read_answers
from tutor_launchpad.core.cluster.choices import option
from tutor_launchpad.core.cluster.holding import data_at_risk
from tutor_launchpad.core.cluster.merging import DIGEST, TEMPLATE, changed_paths, with_template
from tutor_launchpad.core.errors import NotFound, Refused, refuse
from tutor_launchpad.core.listing import listed
from tutor_launchpad.core.releases import newer_problems
from tutor_launchpad.core.results import ClusterResult

Render = Callable[[Answers], dict[str, bytes]]
"""The files that the template gives for answers."""


def create_repository(tree: ClusterFolder, answers: Answers, render: Render, commit: bool) -> ClusterResult:
    """Fill an empty folder; one that an interrupted run has begun is finished, one that is finished is left alone."""
    known = tree.committed_file(FILE) if tree.exists() else None
    if known is not None:
        return _same_or_refuse(tree, answers, known)
    rendered = render(answers)
    _refuse_foreign(tree, rendered)
    tree.start(answers.branch, answers.repository)
    if tree.branch() != answers.branch:
        raise Refused(
            [f"{tree.path} has the branch {tree.branch()!r} checked out: switch to {answers.branch!r} first."]
        )
    files = with_template(rendered, tree.tree(rendered))
    tree.write(files)
    revision = tree.commit(files, f"Make the cluster repository of {answers.cluster}") if commit else ""
    return ClusterResult(answers.cluster, str(tree.path), revision, True, tuple(rendered))


def update_repository(tree: ClusterFolder, given: Mapping[str, Any], version: str, render: Render,
                      commit: bool) -> ClusterResult:  # fmt: skip
    """Bring what the template gives now, for the answers with `given` in their place, into the repository."""
    answers = _known_answers(tree, given, version)
    _refuse_unready(tree)
    base = tree.committed(TEMPLATE)
    if tree.tree_of_folder(TEMPLATE) != (tree.committed_file(DIGEST) or b"").decode().strip():
        raise Refused([
            f"{TEMPLATE} in {tree.path} was changed by hand, so that an update could undo your changes: restore it from "
            f"the commit before, with `git checkout COMMIT -- {TEMPLATE}`, and commit that."
        ])  # fmt: skip
    files = render(answers)
    paths = changed_paths(base, files)
    if not paths:
        return ClusterResult(answers.cluster, str(tree.path), tree.head(), False, ())
    before, after = (with_template(content, tree.tree(content)) for content in (base, files))
    here = tree.committed_file(FILE) or b""
    # The new answers hold those of the file too, so that its own lines need nobody to decide.
    before[FILE], after[FILE] = here, tree.merge_text(here, base[FILE], files[FILE])
    message = f"Update the cluster repository of {answers.cluster} to the template of Launchpad {version}"
    clashes = tree.merge(before, after, message, commit)
    return ClusterResult(
        answers.cluster,
        str(tree.path),
        "" if clashes or not commit else tree.head(),
        True,
        paths,
        tuple(f"{clash.path}: {clash.how}" for clash in clashes),
        added=tuple(name for name in paths if name not in base),
        removed=tuple(name for name in paths if name not in files),
        data=data_at_risk(base, files),
    )


def _same_or_refuse(tree: ClusterFolder, answers: Answers, known: bytes) -> ClusterResult:
    before = complete(read_answers(known, str(tree.path / FILE)))
    other = [name for name, value in asdict(answers).items() if asdict(before)[name] != value]
    if other:
        names = ", ".join(option(name) for name in other)
        raise Refused([
            f"{tree.path} is the repository of cluster {before.cluster} already, with another {names}: change that with "
            "`tutor launchpad cluster update`, or name another folder."
        ])  # fmt: skip
    return ClusterResult(before.cluster, str(tree.path), tree.head(), False, ())


def _refuse_foreign(tree: ClusterFolder, rendered: Mapping[str, bytes]) -> None:
    """Raise where the folder has what a run of ours would not have left there."""
    ours = with_template(rendered, "")
    foreign = sorted(
        name for name, content in tree.files().items() if name != DIGEST and ours.get(name, None) != content
    )
    if foreign:
        raise Refused(
            [f"{tree.path} is not empty ({listed(foreign, 3)}): name a folder that is empty or not there yet."]
        )


def _known_answers(tree: ClusterFolder, given: Mapping[str, Any], version: str) -> Answers:
    data = tree.committed_file(FILE) if tree.exists() else None
    if data is None or not tree.committed(TEMPLATE):
        raise NotFound(
            f"{tree.path} is no cluster repository: it has no committed {FILE} and {TEMPLATE}. Name its folder, or make "
            "one with `tutor launchpad cluster create`."
        )
    content = read_answers(data, str(tree.path / FILE))
    _refuse_newer(str(content.pop("launchpad", "")), version, tree.path)
    before = read_answers(tree.committed(TEMPLATE)[FILE], str(tree.path / TEMPLATE / FILE))
    moved = [name for name in FIXED if content.get(name) != before.get(name)]
    if moved:
        raise Refused([
            f"{FILE} in {tree.path} has another {', '.join(moved)} than it was made with, but the cloud's objects are named by "
            "them: restore what stood there, or make another cluster."
        ])  # fmt: skip
    try:
        known = complete(content)
    except WrongAnswers as wrong:
        raise Refused([f"{FILE} in {tree.path}, as options: {problem}" for problem in wrong.problems]) from None
    return complete(changed(known, given))


def _refuse_newer(made_by: str, version: str, path: Path) -> None:
    try:
        Version(made_by)
    except InvalidVersion:
        raise Refused(
            [f"{FILE} in {path} names {made_by!r} as the version of Launchpad: restore it with Git."]
        ) from None
    refuse(newer_problems(str(path), made_by, version))


def _refuse_unready(tree: ClusterFolder) -> None:
    begun = tree.unfinished()
    if begun:
        raise Refused([
            f"A {begun} is unfinished in {tree.path}: finish it with `git {begun} --continue`, or undo it with "
            f"`git {begun} --abort`, then update again."
        ])  # fmt: skip
    edited = tree.changes()
    if edited:
        raise Refused(
            [f"{tree.path} has changes that are not committed ({listed(edited, 3)}): commit or stash them first."]
        )
