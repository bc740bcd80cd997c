"""The cluster that a command on a cluster's repository is about."""

from __future__ import annotations

from collections.abc import Callable

from tutor_launchpad.adapters.kubernetes import Cluster, contexts
from tutor_launchpad.core.errors import Refused

Confirm = Callable[[str], bool]


def reach(context: str | None, say: Callable[[str], None] = lambda text: None) -> Cluster:
    """The cluster of this context, or of the current one."""
    name = context or contexts()[1]
    if name is None:
        raise Refused(["There is no cluster: set KUBECONFIG, or name a context with --context."])
    return Cluster.connect(name, say)


def confirm_context(context: str | None, cluster: str, confirm: Confirm | None) -> None:
    """Raise `Refused` unless somebody named the context, or says that the current one is meant."""
    current = contexts()[1]
    if context is not None or current is None:
        return
    question = f"Install cluster {cluster} into Kubernetes context {current!r}?"
    if confirm is None or not confirm(question):
        raise Refused([f"{question} Confirm it with --context {current} or --yes."])
