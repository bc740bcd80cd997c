"""`tutor launchpad cluster …`: the repository of a cluster, from which it is made and kept."""

from __future__ import annotations

from tutor_launchpad.commands.lazy import LazyGroup

cluster_command = LazyGroup(
    name="cluster",
    help="Make a cluster's repository, and keep it current.",
    package="tutor_launchpad.commands.cluster",
    verbs={
        "create": "Make the repository of a new cluster.",
        "update": "Bring the newest template into a cluster's repository.",
    },
)
