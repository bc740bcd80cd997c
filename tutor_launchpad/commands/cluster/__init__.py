"""`tutor launchpad cluster …`: the repository of a cluster, from which it is made and kept."""

from __future__ import annotations

from tutor_launchpad.commands.lazy import LazyGroup

cluster_command = LazyGroup(
    name="cluster",
    help="Make a cluster's repository and what it describes, and keep both current.",
    package="tutor_launchpad.commands.cluster",
    verbs={
        "apply": "Make or change what is in the cloud.",
        "connect": "Write a kubeconfig of the repository's own.",
        "create": "Make the repository of a new cluster.",
        "destroy": "Take down what is in the cloud.",
        "doctor": "Name what is wrong with a cluster, and the remedy.",
        "install": "Install what a cluster's repository describes.",
        "plan": "Show what would change in the cloud.",
        "status": "Show versions and health of what a cluster's repository describes.",
        "update": "Bring the newest template into a cluster's repository.",
    },
)
