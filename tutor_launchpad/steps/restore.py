"""Objects that are one deploy's alone: what others changed of them is put back and told, what they added stays.

The Application says where an instance comes from, its project and the policies of its namespace what it may do. An edit
by hand lasts until the next deploy, as every setting of an instance stands in its Tutor root.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor_launchpad.adapters.kubernetes_compare import differences
from tutor_launchpad.core.errors import Conflict, Contested
from tutor_launchpad.core.listing import listed
from tutor_launchpad.core.types import Object

if TYPE_CHECKING:
    from tutor_launchpad.adapters.kubernetes import Cluster

SKIP = "argocd.argoproj.io/skip-reconcile"
TRIES = 5
SHOWN = 4


def restore(cluster: Cluster, find: Callable[[], Object | None], wanted: Object, live: Object | None) -> str:
    """What was done, as `Application alpha updated (spec.source.path)`; empty where nothing was.

    `find` reads the object again where somebody writes between our look and our write, and raises where it is not ours.
    """
    title = f"{wanted['kind']} {wanted['metadata']['name']}"
    for _ in range(TRIES):
        fields = [] if live is None else differences(live, wanted)
        try:
            outcome = cluster.ensure_against(live, wanted)
        except Contested as error:
            if live is not None and _force(cluster, live, wanted):
                edits = [f"{path} (by {who})" for path, who in error.fields.items()]
                return f"{title}: put back {listed(edits, SHOWN)}"
            live = find()
        else:
            changed = f" ({listed(fields, SHOWN)})" if fields else ""
            return "" if outcome == "unchanged" else f"{title} {outcome}{changed}"
    raise Conflict(f"{title} was changed by others again and again: deploy again once they are done.")


def _force(cluster: Cluster, live: Object, wanted: Object) -> bool:
    """Take the fields from whoever has them now; False where the object is no longer the one that was read."""
    version = {"resourceVersion": live["metadata"]["resourceVersion"]}
    try:
        cluster.apply({**wanted, "metadata": {**wanted["metadata"], **version}}, force=True)
    except Conflict:
        return False
    return True


def refuse_halted(live: Object) -> None:
    """Raise where Argo CD would not act on an object of ours, whatever we write."""
    kind, metadata = live["kind"], live["metadata"]
    title = f"{kind} {metadata['namespace']}/{metadata['name']}"
    if metadata.get("deletionTimestamp"):
        waits = ", ".join(metadata.get("finalizers") or []) or "nothing that is known"
        raise Conflict(f"{title} is being deleted and waits for {waits}: deploy again once it is gone.")
    if (metadata.get("annotations") or {}).get(SKIP) == "true":
        command = f"kubectl -n {metadata['namespace']} annotate {kind.lower()} {metadata['name']} {SKIP}-"
        raise Conflict(
            f"{title} is paused: its annotation {SKIP} keeps Argo CD from it. Deploy again after `{command}`."
        )
