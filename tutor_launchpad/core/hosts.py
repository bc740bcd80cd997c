"""The hosts of an instance: what Caddy answers for, which Ingress leads there, and who else uses them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from tutor_launchpad.core.data.claims import PAGE
from tutor_launchpad.core.types import Config, Object

# In braces without spaces: `{$default_site_port}`, `{args.0}`; what is replaced when Caddy starts or serves.
_PLACEHOLDER = re.compile(r"\{[^{}\s]+\}")
_ADDRESS = re.compile(
    r"(?:https?://)?((?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)+|localhost)(?::\d+)?(?:/.*)?", re.IGNORECASE
)


def caddy_hosts(caddyfile: str) -> list[str]:
    """The hosts of a Caddyfile's site blocks, in their order, without schemes and ports."""
    hosts: dict[str, None] = {}
    depth, addresses = 0, ""
    for line in caddyfile.splitlines():
        bare = re.sub(r"(^|\s)#.*", "", _PLACEHOLDER.sub("", line)).strip()
        if depth == 0:
            addresses += f" {bare}"
        if bare.endswith("{"):
            if depth == 0:
                hosts |= dict.fromkeys(_hosts(addresses.removesuffix("{")))
            depth += 1
        elif bare == "}":
            depth = max(depth - 1, 0)
        if not bare.endswith(","):
            addresses = ""
    return list(hosts)


def _hosts(addresses: str) -> list[str]:
    """The hosts among the addresses of a site; a snippet `(name)` and options without address have none."""
    found = (_ADDRESS.fullmatch(part.strip('"')) for part in re.split(r"[,\s]+", addresses))
    return [match.group(1).lower() for match in found if match]


def drydock_hosts(config: Config) -> set[str]:
    """The hosts for which Drydock has an Ingress of its own."""
    names = ["LMS_HOST", "CMS_HOST", "MFE_HOST"]
    if config.get("RUN_MEILISEARCH"):
        names.append("MEILISEARCH_HOST")
    if "notes" in config.get("PLUGINS", []):
        names.append("NOTES_HOST")
    own = {config[name] for name in names if config.get(name)}
    return {str(host).lower() for host in [*own, *(config.get("DRYDOCK_INGRESS_LMS_EXTRA_HOSTS") or [])]}


def extra_hosts(config: Config, caddyfile: str) -> list[str]:
    """What Drydock's extra hosts must be, so that each of Caddy's hosts has one Ingress."""
    known = drydock_hosts(config)
    given = [str(host).lower() for host in config.get("DRYDOCK_INGRESS_EXTRA_HOSTS") or []]
    return [host for host in dict.fromkeys([*given, *caddy_hosts(caddyfile)]) if host not in known]


def ingress_hosts(objects: Iterable[Object]) -> dict[str, list[str]]:
    """Host → names of the Ingresses that serve it."""
    found: dict[str, list[str]] = {}
    for item in objects:
        if item["kind"] == "Ingress":
            for host in dict.fromkeys(str(rule.get("host") or "").lower() for rule in item["spec"].get("rules") or []):
                found.setdefault(host, []).append(item["metadata"]["name"])
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


def taken_hosts(hosts: Iterable[str], others: Mapping[str, Iterable[str]], former: Collection[str] = ()) -> list[str]:
    """`others`: namespace → the hosts of its Ingresses; two Ingresses with one host would take turns.

    `former`: namespaces of former names of this instance, which goes on serving its hosts there.
    """
    taken = {host: namespace for namespace, theirs in others.items() for host in theirs}
    return [
        f"Host {host} is still served by this instance under its former name {taken[host]}: save its data, then take it from "
        f"Argo CD and delete its Ingresses ({PAGE}), or go on under that name."
        if taken[host] in former
        else f"Host {host} is served by an Ingress of namespace {taken[host]} already: change the setting that holds it "
        "(LMS_HOST, CMS_HOST …), or remove that Ingress."
        for host in hosts
        if host in taken
    ]
