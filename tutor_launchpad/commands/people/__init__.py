"""`tutor launchpad people …`: users of this instance's Open edX who look after its site."""

from __future__ import annotations

from tutor_launchpad.commands.lazy import LazyGroup

people_command = LazyGroup(
    name="people",
    help="Make, remove and list the users of Open edX who look after this instance's site.",
    package="tutor_launchpad.commands.people",
    verbs={
        "create": "Make a user, or give one that is there another password or other rights.",
        "list": "Show who is staff or superuser.",
        "remove": "End a user's access, and on demand delete the account.",
    },
)
