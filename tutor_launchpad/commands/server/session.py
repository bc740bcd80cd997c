"""What the server verbs share: where servers are kept, and how one is described on the command line."""

from __future__ import annotations

import ipaddress
import re
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
from pydantic import ValidationError

from tutor_launchpad.adapters.files import make_own_folder
from tutor_launchpad.adapters.servers import ClusterServers, FileServers, Servers
from tutor_launchpad.adapters.tutor import load_configuration, save_generated
from tutor_launchpad.commands.terminal import open_display
from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.resources import Server
from tutor_launchpad.core.settings import read_settings
from tutor_launchpad.steps.resources import request_problems
from tutor_launchpad.steps.runners import OWNERS
from tutor_launchpad.steps.target import Wish, find_cluster

if TYPE_CHECKING:
    from launchpad_workflows.ownership import Ownership

OPTIONS = {
    # No `tls` for mysql: provisioning would use it, and Open edX itself would go on without.
    "mysql": ("host", "port"),
    "mongodb": ("host", "port", "tls", "auth_source", "replica_set"),
    "storage": ("endpoint", "region", "addressing"),
}
REQUIRED = {"mysql": "host", "mongodb": "host", "storage": "endpoint"}
PROVIDERS = {"mysql": "direct", "mongodb": "direct", "storage": "minio"}
EXISTING = "existing"
"""The provider of servers that the operator looks after."""
PRIVATE_CA_LACKS = ("mysql", "mongodb")
PORTS = {"mysql": 3306, "mongodb": 27017}


def open_servers(
    root: Path,
    context: str | None,
    no_cluster: bool,
    yes: bool,
    confirm: Callable[[str], bool] | None,
    *,
    changes: bool,
) -> Servers:
    """The cluster's servers; those of the root's own file where there is no cluster."""
    if changes:
        save_generated(root)
    settings = read_settings(load_configuration(root, {}).config)
    wish = Wish(context, no_cluster, yes, confirm)
    cluster = find_cluster(settings, root, wish, changes=changes, needs_repository=False, say=open_display().say)
    if cluster is None:
        make_own_folder(root)
        return FileServers(root)
    if changes and cluster.find("v1", "Namespace", settings.namespace) is None:
        from launchpad_workflows.templates.common import TemplateParams
        from launchpad_workflows.templates.rbac import build_namespace

        cluster.apply(build_namespace(TemplateParams("", settings.namespace)))
    return ClusterServers(cluster, settings.namespace)


def describe_server(given: Mapping[str, Any]) -> tuple[Server, dict[str, str]]:
    """The server and its credentials from the options of `add`; click's usage errors where they do not fit."""
    resource = str(given["resource"])
    every = sorted({name for names in OPTIONS.values() for name in names})
    own = OPTIONS.get(resource, tuple(every))
    for option in sorted(set(every) - set(own)):
        if given[option]:
            raise click.UsageError(f"--{option.replace('_', '-')} is not for {resource}.")
    if given["ca_file"] is not None and resource in PRIVATE_CA_LACKS:
        raise click.UsageError(
            f"--ca-file is not for {resource}: the pods of Open edX would not know that authority. Give the server a "
            "certificate of a public one."
        )
    if resource in REQUIRED and not given[REQUIRED[resource]]:
        raise click.UsageError(f"A {resource} server needs --{REQUIRED[resource]}.")
    named_port = re.fullmatch(r"([^:]+):(\d+)", str(given["host"] or ""))
    if named_port:
        raise click.UsageError(
            f"--host {given['host']} has a port: give --host {named_port[1]} --port {named_port[2]}."
        )
    settings = {name: given[name] for name in own if given[name]} | _more(resource, given["more"])
    if resource in PORTS:
        settings.setdefault("port", PORTS[resource])
    provider = str(given["provider"] or PROVIDERS.get(resource) or _first_provider(resource))
    server = Server(resource, str(given["name"]), provider, settings, tuple(map(_network, given["cidrs"])))
    login = {} if provider == EXISTING else _login(given)
    if provider == EXISTING and (given["username"] is not None or given["password_file"] is not None):
        raise click.UsageError(
            "--user and --password-file are not for the provider existing, which has no administrator."
        )
    credentials = {**login, "address": _validate(server)}
    if given["ca_file"] is not None:
        credentials["ca.crt"] = _certificate(_text(given["ca_file"]))
    return server, credentials


def _login(given: Mapping[str, Any]) -> dict[str, str]:
    """The administrator's user and password."""
    for option in ("--user", "--password-file"):
        if given[{"--user": "username"}.get(option, "password_file")] is None:
            raise click.UsageError(f"Missing option '{option}'.")
    login = {"username": str(given["username"]), "password": _text(given["password_file"]).rstrip("\r\n")}
    if not login["username"].strip():
        raise click.UsageError("--user is empty.")
    if not login["password"]:
        raise click.UsageError("The password is empty: give a file that holds it, or - and write it to standard input.")
    if any(character in login["password"] for character in "\r\n\0"):
        raise click.UsageError("The password has more than one line: give a file that holds nothing else.")
    return login


def open_ownership(servers: Servers, root: Path) -> Ownership:
    """Who owns what on these servers."""
    from launchpad_workflows.cluster_ownership import ClusterOwnership
    from launchpad_workflows.ownership import FileOwnership

    if isinstance(servers, ClusterServers):
        return ClusterOwnership(servers.cluster, servers.namespace)
    return FileOwnership(root / OWNERS)


def refuse_used(ownership: Ownership, server: Server) -> None:
    """Raises `Refused` with the instances that had something made on the server; a claim alone keeps no data."""
    owned = ownership.owned(resource=server.resource, server=server.name, made=True)
    if owned:
        instances = ", ".join(sorted(set(owned.values())))
        raise Refused([f"Server {server} keeps data of {instances}: remove these instances' resources from it first."])


def refuse_move(servers: Servers, root: Path, server: Server, confirm: Callable[[str], bool]) -> None:
    """Raises `Refused` where a server of this name is elsewhere and keeps data, or where nobody confirms its move."""
    known = next((one for one in servers.all() if str(one) == str(server)), None)
    if known is None or _place(known) == _place(server):
        return
    refuse_used(open_ownership(servers, root), known)
    if not confirm(f"Server {server} is registered at {known.where}. Register it at {server.where} instead?"):
        raise Refused([f"Server {server} stays registered at {known.where}: confirm the change with --yes."])


def _place(server: Server) -> tuple[object, ...]:
    """What decides which databases, users and buckets are meant."""
    return tuple(server.settings.get(name) for name in ("host", "port", "endpoint", "auth_source"))


def _text(file: TextIO) -> str:
    try:
        return file.read()
    except UnicodeDecodeError:
        raise click.UsageError(f"{file.name} is no text.") from None


def _more(resource: str, words: tuple[str, ...]) -> dict[str, str]:
    """`--option KEY=VALUE`; the server's model says which there are."""
    if words and resource in OPTIONS:
        raise click.UsageError(f"--option is not for {resource}, which has options of its own.")
    pairs = [word.partition("=") for word in words]
    wrong = [word for word, (key, sign, _) in zip(words, pairs, strict=True) if not (key.isidentifier() and sign)]
    wrong += [key for key, _, _ in pairs if key in ("resource", "provider", "server", "claims")]
    if wrong:
        raise click.UsageError(f"--option {wrong[0]!r} is not KEY=VALUE with a key of the server's own.")
    return {key: value for key, _, value in pairs}


def _first_provider(resource: str) -> str:
    from launchpad_workflows.registry import find

    try:
        return find(resource).name
    except ValueError as error:
        raise click.UsageError(f"This cannot be registered: {error}.") from None


def _certificate(text: str) -> str:
    try:
        ssl.create_default_context(cadata=text or "-")
    except (ssl.SSLError, TypeError):  # no PEM; not ASCII
        raise click.UsageError(
            "--ca-file holds no certificate: give one in PEM, with its BEGIN and END lines."
        ) from None
    return text


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        raise click.UsageError(f"--cidr {text!r} is not a network such as 10.0.0.0/24: {error}.") from None


def _validate(server: Server) -> str:
    """The server's address, where the part of a request that it gives would be taken."""
    from launchpad_workflows.requests import Request

    part = {"resource": server.resource, "provider": server.provider, "server": server.name, **server.settings}
    try:
        request = Request.model_validate({"operation": "check", "resources": [part]})
        _ = server.port
        return request.resources[0].address
    except ValidationError as error:
        problems = request_problems(error)
        raise click.UsageError(f"This cannot be registered: {'; '.join(problems)}.") from None
    except KeyError:
        raise click.UsageError("This cannot be registered: a server needs a port, or an http(s) endpoint.") from None
    except ValueError as error:
        raise click.UsageError(f"This cannot be registered: {error}.") from None
