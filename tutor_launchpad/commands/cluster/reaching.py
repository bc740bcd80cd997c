"""The cluster that a command on a cluster's repository is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tutor_launchpad.adapters.kubeconfig_file import only
from tutor_launchpad.adapters.kubernetes import Cluster, contexts
from tutor_launchpad.core.errors import Refused
from tutor_launchpad.steps.infrastructure.connecting import FILE

Confirm = Callable[[str], bool]


@contextmanager
def kubeconfig_of(path: Path, context: str | None) -> Iterator[bool]:
    """Within, the repository's own kubeconfig counts, where it has one and no context of the user's is named.

    Gives whether it does: then nobody has to say which cluster is meant.
    """
    own = path / FILE
    if context is not None or not own.is_file():
        yield False
        return
    with only(own):
        yield True


def reach(context: str | None, say: Callable[[str], None] = lambda text: None) -> Cluster:
    """The cluster of this context, or of the current one."""
    name = context or contexts()[1]
    if name is None:
        raise Refused([
            "There is no cluster: `tutor launchpad cluster connect` writes a kubeconfig of the repository's own; or set "
            "KUBECONFIG, or name a context with --context."
        ])  # fmt: skip
    return Cluster.connect(name, say)


def confirm_current(cluster: str, confirm: Confirm | None) -> None:
    """Raise `Refused` unless somebody says that the current context is meant."""
    current = contexts()[1]
    if current is None:
        return
    question = f"Install cluster {cluster} into Kubernetes context {current!r}?"
    if confirm is None or not confirm(question):
        raise Refused([f"{question} Confirm it with --context {current} or --yes."])
