"""The answers of a cluster repository as options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from tutor_launchpad.core.cluster.choices import COMPONENTS, MONGODB, MYSQL, PROVIDERS

F = TypeVar("F", bound=Callable[..., Any])


def _choices(table: dict[str, tuple[str, ...]]) -> click.Choice:  # type: ignore[type-arg] # older versions have none
    return click.Choice(sorted({choice for choices in table.values() for choice in choices}))


def context_option(function: F) -> F:
    """`--context`, for what works on the cluster of a repository."""
    text = "Context of your own kubeconfig.  [default: the repository's file kubeconfig, else your current context]"
    return click.option("--context", "kube_context", help=text)(function)


def fixed_options(function: F) -> F:
    """What a cluster keeps for life."""
    decorators = (
        click.option("--provider", type=click.Choice(PROVIDERS), help="Cloud; existing is any cluster that is there."),
        click.option("--name", help="Name of the cluster, at most 20 characters."),
        click.option("--environment", help="What it is for, such as production; at most 12 characters."),
    )
    return _decorated(function, decorators)


def answer_options(function: F) -> F:
    """What may change later."""
    names = click.Choice(list(COMPONENTS))
    what = "; ".join(f"{name} is {meaning}" for name, meaning in COMPONENTS.items())
    decorators = (
        click.option("--domain", help="Domain below which the cluster's own hosts are."),
        click.option("--repository", help="Address of the repository, as Argo CD reads it."),
        click.option("--branch", help="Branch that Argo CD watches.  [default: main]"),
        click.option("--region", help="Region of the cloud.  [default: us-east-1 (aws), nyc3 (digitalocean)]"),
        click.option("--email", help="Where Let's Encrypt writes to before a certificate expires."),
        click.option("--kubernetes", help="Minor version of Kubernetes.  [default: 1.34]"),
        click.option("--mysql", type=_choices(MYSQL), help="The cloud's MySQL server, or none."),
        click.option("--mongodb", type=_choices(MONGODB),
                     help="MongoDB: documentdb or atlas (aws), managed (digitalocean), or none."),
        click.option("--atlas-project", help="ID of the project in MongoDB Atlas."),
        click.option("--dns/--no-dns", default=None, help="Keep the domain's zone in the cloud.  [default: dns]"),
        click.option("--backup-bucket", help="Bucket for Velero, with --provider existing."),
        click.option("--backup-endpoint", help="Address of that bucket's store."),
        click.option("--backup-region", help="Region of that bucket."),
        click.option("--github", help="Organisation at GitHub whose teams log in to Argo CD and Argo Workflows."),
        click.option("--team", "teams", multiple=True, metavar="SLUG=ROLE",
                     help="One of its teams, as admin, developer or readonly; none takes it out."),
        click.option("--with", "wanted", multiple=True, type=names, help=f"Install this component: {what}."),
        click.option("--without", "unwanted", multiple=True, type=names, help="Leave this component out."),
    )  # fmt: skip
    return _decorated(function, decorators)


def _decorated(function: F, decorators: tuple[Callable[[F], F], ...]) -> F:
    for decorate in reversed(decorators):
        function = decorate(function)
    return function
