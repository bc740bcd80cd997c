"""`tutor launchpad user …`: who may log in to Argo CD and Argo Workflows, and what they may do there."""

from __future__ import annotations

from tutor_launchpad.commands.lazy import LazyGroup

user_command = LazyGroup(
    name="user",
    help="Look after the users of Argo CD and Argo Workflows.",
    package="tutor_launchpad.commands.user",
    verbs={
        "create": "Let somebody log in, with a role.",
        "delete": "End somebody's accounts, sessions and tokens.",
        "list": "Show who may log in, and which teams.",
        "update": "Change somebody's role, password or tokens, or lock them out.",
    },
)
