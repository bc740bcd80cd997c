"""What the verbs that render a cluster repository share: answers from options and questions, and what is said after."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from tutor_launchpad import hooks
from tutor_launchpad.__about__ import __version__
from tutor_launchpad.adapters.cluster_folder import ClusterFolder
from tutor_launchpad.adapters.cluster_template import render_template
from tutor_launchpad.adapters.plugins import plugins_code
from tutor_launchpad.core.cluster.answers import Answers, WrongAnswers, complete
from tutor_launchpad.core.cluster.choices import PROVIDERS, REGIONS, REQUIRED, option
from tutor_launchpad.core.cluster.files import checked_files
from tutor_launchpad.core.cluster.values import parts, template_values
from tutor_launchpad.core.errors import Conflict
from tutor_launchpad.core.results import ClusterResult, render_json
from tutor_launchpad.steps.cluster_repository import create_repository, update_repository

QUESTIONS = {
    "provider": "Cloud",
    "name": "Name of the cluster, such as moon",
    "environment": "Environment, such as production",
    "domain": "Domain, such as learn.example.com",
    "repository": "Address of the repository, as Argo CD reads it",
    "region": "Region",
    "email": "Mail address for Let's Encrypt (may be empty)",
    "backup_bucket": "Bucket for backups",
    "backup_endpoint": "Address of that bucket's store",
}


def create(path: Path, given: Mapping[str, Any], commit: bool, output: str) -> None:
    """Make a repository, asking for what is missing, and say what comes next."""
    with _usage():
        answers = complete(_asked(_answers(given)))
    result = create_repository(ClusterFolder.at(path.absolute()), answers, _render, commit)
    if output == "json":
        click.echo(render_json(result))
    else:
        click.echo(_created(result, answers, commit))


def update(path: Path, given: Mapping[str, Any], commit: bool, output: str) -> None:
    """Bring the template into a repository and say what changed; raises `Conflict` where somebody has to decide."""
    tree = ClusterFolder.at(path.absolute())
    with _usage():
        result = update_repository(tree, _answers(given), __version__, _render, commit)
    click.echo(render_json(result) if output == "json" else _updated(result))
    if result.clashes:
        if output != "json":
            click.echo(tree.show_clashes(), nl=False)
        add, finish = ("git add FILE", "git cherry-pick --continue") if commit else ("git add FILE", "git commit")
        undo = "git cherry-pick --abort" if commit else "git reset --merge"
        conflict = Conflict(
            f"{len(result.clashes)} of {len(result.files)} files clash with changes made in {result.path}: edit them, "
            f"then `{add}` and `{finish}`. `{undo}` undoes the update."
        )
        conflict.printed = output == "json"
        raise conflict


def somebody_is_there() -> bool:
    """Whether questions can be answered."""
    return sys.stdin.isatty()


def _render(answers: Answers) -> dict[str, bytes]:
    files = render_template(template_values(answers, __version__), parts(answers))
    with plugins_code("the hook CLUSTER_FILES"):
        return checked_files(hooks.CLUSTER_FILES.apply(dict(files), answers), files)


def _answers(given: Mapping[str, Any]) -> dict[str, Any]:
    """Options as answers."""
    wanted, unwanted = given["wanted"], given["unwanted"]
    both = sorted({*wanted} & {*unwanted})
    if both:
        raise click.UsageError(f"--with {both[0]} and --without {both[0]} exclude each other.")
    components = dict.fromkeys(wanted, True) | dict.fromkeys(unwanted, False)
    own = {name: value for name, value in given.items() if name not in ("wanted", "unwanted", "teams")}
    empty = [name for name, value in own.items() if value == "" and name in (*REQUIRED, "region")]
    if empty:
        raise click.UsageError(f"{option(empty[0])} is empty.")
    return {**own, "components": components, "teams": _teams(given["teams"])}


def _teams(words: Sequence[str]) -> dict[str, str]:
    found = {}
    for word in words:
        team, equals, role = word.partition("=")
        if not (team and equals and role):
            raise click.UsageError(f"--team {word!r} is not of the form SLUG=ROLE, such as platform=admin.")
        found[team] = role
    return found


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    """The answers with what a person at the terminal adds; wrong usage where nobody is there to add what must be."""
    missing = [name for name in QUESTIONS if name in REQUIRED and given[name] is None]
    if not somebody_is_there():
        if missing:
            raise click.UsageError(f"Missing option {', '.join(map(option, missing))}.")
        return given
    told = dict(given)
    for name, question in QUESTIONS.items():
        if told[name] is None and _matters(name, told):
            kind = click.Choice(PROVIDERS) if name == "provider" else None
            default = {"region": REGIONS.get(str(told["provider"])), "email": ""}.get(name)
            told[name] = click.prompt(question, type=kind, default=default, show_default=bool(default), err=True)
    return told


def _matters(name: str, told: Mapping[str, Any]) -> bool:
    existing = told["provider"] == "existing"
    if name == "region":
        return not existing
    if name.startswith("backup_"):
        return existing and bool(told["components"].get("backups"))
    return True


@contextlib.contextmanager
def _usage() -> Iterator[None]:
    try:
        yield
    except WrongAnswers as wrong:
        raise click.UsageError(str(wrong)) from None


def _created(result: ClusterResult, answers: Answers, commit: bool) -> str:
    if not result.changed:
        return f"{result.path} is the repository of cluster {result.cluster} already; nothing was changed."
    at = f", committed at {result.revision[:10]}" if commit else ", not committed yet"
    lines = [
        f"The repository of cluster {result.cluster} is in {result.path}: {len(result.files)} files{at}.",
        "Next:",
    ]
    if not commit:
        lines.append(f"  - commit all files in {result.path}")
    lines.append(
        f"  - push them to {answers.repository}: git -C {result.path} push --set-upstream origin {answers.branch}"
    )
    lines.append(f"  - follow {result.path}/README.md, which leads from here to the first instance")
    return "\n".join(lines)


def _updated(result: ClusterResult) -> str:
    if not result.changed:
        return f"{result.path} is what the template of Launchpad {__version__} gives; nothing was changed."
    clashing = {line.split(": ")[0] for line in result.clashes}
    lines = [f"The template changes {len(result.files)} files of cluster {result.cluster}:"]
    words = dict.fromkeys(result.added, "adds   ") | dict.fromkeys(result.removed, "removes")
    lines += [f"  {words.get(name, 'changes')} {name}" for name in result.files if name not in clashing]
    lines += [f"  clashes {line}" for line in result.clashes]
    if result.data:
        lines += ["FOR DATA IN THE CLOUD THIS MEANS, with the next `tutor launchpad cluster apply`:"]
        lines += [f"  {line}" for line in result.data]
    if result.revision:
        lines.append(
            f"Committed at {result.revision[:10]}; look at it with: git -C {result.path} show {result.revision[:10]}"
        )
    return "\n".join(lines)
