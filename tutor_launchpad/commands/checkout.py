"""`tutor launchpad checkout`: a Tutor root from what the repository, and age or the cluster, keep of an instance."""

from __future__ import annotations

from typing import BinaryIO

import click

from tutor_launchpad.commands.options import asker, check_context, cluster_options, output_option, root_of


@click.command(
    name="checkout", help="Make this Tutor root the instance NAME's again, as the cluster repository has it."
)
@click.argument("name")
@click.option("--repository", help="The cluster repository.  [default: the one that this root names]")
@click.option("--branch", help="Branch of the repository, where it is not main.")
@click.option("--credentials-file", help="File with the repository's SSH key or with lines of `git credential-store`.")
@click.option(
    "--identity",
    type=click.File("rb"),
    help="Private key, of age or SSH, that opens secrets.age; - for stdin. Without it the cluster is asked.",
)
@click.option("--without-secrets", is_flag=True, help="Do without the secret settings; Tutor generates new ones.")
@click.option("--revision", default="", help="Commit to take, instead of the newest one.")
@click.option("--install/--no-install", default=True, help="Install plugins as they are pinned.  [default: install]")
@click.option("-y", "--yes", is_flag=True, help="Answer yes to all questions.")
@cluster_options
@output_option
@click.pass_context
def checkout_command(
    context: click.Context,
    /,
    repository: str | None,
    branch: str | None,
    credentials_file: str | None,
    identity: BinaryIO | None,
    kube_context: str | None,
    no_cluster: bool,
    output: str,
    **given: object,
) -> None:
    from tutor_launchpad.commands.checking_out import machine_settings, run_checkout
    from tutor_launchpad.steps.checkout import Order
    from tutor_launchpad.steps.checkout_secrets import Identity
    from tutor_launchpad.steps.target import Wish

    check_context(kube_context, no_cluster)
    sources = {"--identity": identity, "--without-secrets": given["without_secrets"], "--context": kube_context}
    chosen = [name for name, value in sources.items() if value]
    if len(chosen) > 1:
        raise click.UsageError(f"{' and '.join(chosen)} exclude each other: each says where the secrets come from.")
    order = Order(
        name=str(given["name"]),
        root=root_of(context),
        machine=machine_settings(repository, branch, credentials_file),
        revision=str(given["revision"]),
        identity=Identity(identity.name, identity.read()) if identity else None,
        without_secrets=bool(given["without_secrets"]),
        install=bool(given["install"]),
        wish=Wish(kube_context, no_cluster, bool(given["yes"]), asker()),
    )
    run_checkout(order, output)
