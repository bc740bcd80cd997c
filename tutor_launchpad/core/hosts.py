"""The hosts of an instance: what Caddy answers for, which Ingress leads there, and who else uses them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tutor_launchpad.core.types import Config, Object

_PLACEHOLDER = re.compile(r"\{\$[^}]*\}")
_ADDRESS = re.compile(
    r"(?:https?://)?((?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)+|localhost)(?::\d+)?(?:/.*)?", re.IGNORECASE
)


def caddy_hosts(caddyfile: str) -> list[str]:
    """The hosts of a Caddyfile's site blocks, in their order, without schemes and ports."""
    hosts: dict[str, None] = {}
    for line in re.sub(r",\s*\n\s*", ", ", caddyfile).splitlines():
        bare = _PLACEHOLDER.sub("", line).rstrip()
        if not bare.endswith("{") or bare[0] in " \t#({":
            continue
        for address in re.split(r"[,\s]+", bare[:-1].strip()):
            match = _ADDRESS.fullmatch(address)
            if match:
                hosts[match.group(1).lower()] = None
    return list(hosts)


def drydock_hosts(config: Config) -> set[str]:
    """The hosts for which Drydock has an Ingress of its own."""
    names = ["LMS_HOST", "CMS_HOST", "MFE_HOST"]
    if config.get("RUN_MEILISEARCH"):
        names.append("MEILISEARCH_HOST")
    if "notes" in config.get("PLUGINS", []):
        names.append("NOTES_HOST")
    own = {config[name] for name in names if config.get(name)}
    return {str(host).lower() for host in [*own, *config.get("DRYDOCK_INGRESS_LMS_EXTRA_HOSTS", [])]}


def extra_hosts(config: Config, caddyfile: str) -> list[str]:
    """What Drydock's extra hosts must be, so that each of Caddy's hosts has one Ingress."""
    known = drydock_hosts(config)
    wanted = [*config.get("DRYDOCK_INGRESS_EXTRA_HOSTS", []), *caddy_hosts(caddyfile)]
    return [host for host in dict.fromkeys(wanted) if host not in known]


def ingress_hosts(objects: Iterable[Object]) -> dict[str, list[str]]:
    """Host → names of the Ingresses that serve it."""
    found: dict[str, list[str]] = {}
    for item in objects:
        if item["kind"] == "Ingress":
            for host in dict.fromkeys(rule.get("host", "") for rule in item["spec"].get("rules", [])):
                found.setdefault(host.lower(), []).append(item["metadata"]["name"])
    return found


def host_problems(caddy: Iterable[str], served: Mapping[str, list[str]]) -> list[str]:
    """Each of Caddy's hosts must have exactly one Ingress: with none it is unreachable, and two would take turns."""
    none = [
        f"Host {host} has no Ingress: add it to DRYDOCK_INGRESS_EXTRA_HOSTS." for host in caddy if host not in served
    ]
    return none + [
        f"Host {host} has {len(names)} Ingresses ({', '.join(names)}): take it out of DRYDOCK_INGRESS_EXTRA_HOSTS, of "
        "DRYDOCK_INGRESS_LMS_EXTRA_HOSTS, or of the plugin that adds an Ingress of its own."
        for host, names in served.items()
        if len(names) > 1
    ]


def shared_hosts(hosts: Iterable[str], others: Mapping[str, Iterable[str]]) -> list[str]:
    """`others`: instance → its hosts, as the repository records them."""
    taken = {host: instance for instance, theirs in others.items() for host in theirs}
    return [
        f"Host {host} is used by instance {taken[host]} already: change the setting that holds it (LMS_HOST, CMS_HOST …)."
        for host in hosts
        if host in taken
    ]
