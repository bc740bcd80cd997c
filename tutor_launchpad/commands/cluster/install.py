"""`tutor launchpad cluster install`: what a cluster's repository describes, put into the cluster."""

from __future__ import annotations

from pathlib import Path

import click

from tutor_launchpad.commands.cluster.options import context_option
from tutor_launchpad.commands.options import Seconds, asker, output_option, root_of
from tutor_launchpad.core.cluster.choices import INSTALLED


@click.command(
    name="install",
    help="Install what the cluster repository in the folder PATH describes, or bring it up to date. May be run again at any "
    "time.",
)
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option(
    "--component", "components", multiple=True, type=click.Choice(list(INSTALLED)), help="Only this component."
)
@click.option("--manifests", type=click.Path(path_type=Path), help="Folder with the manifests, instead of the network.")
@click.option(
    "--worker-image", help="Image of Launchpad's worker.  [default: LAUNCHPAD_WORKER_IMAGE, or the one in use]"
)
@click.option(
    "--credentials-file",
    type=click.Path(path_type=Path),
    help="File with an SSH key, or lines of `git credential-store`, with which Argo CD is to read the repository. Without "
    "it a new key is made for an SSH address.",
)
@click.option("--force", is_flag=True, help="Also set fields that others have set otherwise.")
@click.option("--timeout", type=Seconds(), default=600, show_default=True, help="Seconds to wait for what was applied.")
@context_option
@click.option("-y", "--yes", is_flag=True, help="Answer yes to all questions.")
@output_option
@click.pass_context
def install_command(
    context: click.Context, /, kube_context: str | None, yes: bool, output: str, **given: object
) -> None:
    from tutor_launchpad.commands.cluster.installing import install

    install(root_of(context), given, kube_context, asker() if not yes else lambda question: True, output)
