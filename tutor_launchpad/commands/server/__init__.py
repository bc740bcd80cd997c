"""`tutor launchpad server …`: the servers on which instances get their databases and buckets."""

from __future__ import annotations

from tutor_launchpad.commands.lazy import LazyGroup

server_command = LazyGroup(
    name="server",
    help="Register the database and storage servers of the cluster.",
    package="tutor_launchpad.commands.server",
    verbs={
        "add": "Register a server, or change what is registered.",
        "check": "Log in to a server as its administrator.",
        "list": "Show the registered servers.",
        "remove": "Forget a server and its credentials.",
    },
)
