"""Options that the verbs on the cloud share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

delete_data_option = click.option(
    "--delete-data", multiple=True, metavar="NAME",
    help="Let the database server or bucket of this name be destroyed with its data; may be given again.",
)  # fmt: skip


def infrastructure_options(function: F) -> F:
    """The folder and the program."""
    tool = click.option(
        "--tool", type=click.Choice(["tofu", "terraform"]), default=None,
        help="OpenTofu or Terraform.  [default: the one that locked the providers, else tofu, else terraform]",
    )  # fmt: skip
    path = click.argument("path", type=click.Path(path_type=Path), default=".")
    return path(tool(function))
