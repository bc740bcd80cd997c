"""A planner for small resources of other plugins, from the names of their settings alone. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from launchpad_workflows import names

from tutor_launchpad.core.resources import ResourcePlan, ResourcePlanner, Server, Wanted
from tutor_launchpad.core.types import Config


def plain_planner(
    kinds: Mapping[str, str], users: Mapping[str, str], host: str = "", port: str = ""
) -> ResourcePlanner:
    """Plans a `requests.Plain`: each setting gets a name of the instance's own, unless somebody chose one.

    `kinds`: setting → kind of what it names (`RABBITMQ_VHOST` → `vhost`). `users`: setting of a user → setting of its
    password, which has to be a generated one. `host`, `port`: the settings that get the server's.
    """

    def plan(wanted: Wanted, server: Server) -> ResourcePlan:
        named = {setting: _name(wanted, setting) for setting in (*kinds, *users)}
        generation = wanted.generation(server.resource)
        listed: dict[str, list[str]] = {}
        for setting, kind in kinds.items():
            listed.setdefault(kind, []).append(named[setting])
        secrets = {password: str(wanted.config[password]) for password in users.values()}
        part = {
            **server.part,
            "generation": generation,
            "names": listed,
            "users": {named[user]: password for user, password in users.items()},
        }
        in_use = {user: names.generation(named[user], generation, names.PLAIN) for user in users}
        place: Config = {host: urlsplit(server.where).hostname, port: server.port}
        overrides = {**named, **in_use, **secrets, **{name: value for name, value in place.items() if name}}
        return ResourcePlan(part, overrides, secrets)

    return plan


def _name(wanted: Wanted, setting: str) -> str:
    """`RABBITMQ_VHOST` of the instance moon: `moon__rabbitmq`."""
    purpose = setting.rpartition("_")[0] or setting
    return wanted.chosen(setting) or names.plain(wanted.instance, purpose.lower())
