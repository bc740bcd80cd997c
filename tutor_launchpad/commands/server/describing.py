"""How a server is described on the command line of `add`."""

from __future__ import annotations

import ipaddress
import re
import ssl
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
from pydantic import ValidationError

from tutor_launchpad.commands.passwords import read_password, read_text
from tutor_launchpad.core.resources import Server
from tutor_launchpad.steps.resources import request_problems

if TYPE_CHECKING:
    from launchpad_workflows.registry import Provider
    from launchpad_workflows.requests import Resource

OPTIONS = {
    # No `tls` for mysql: provisioning would use it, and Open edX itself would go on without.
    "mysql": ("host", "port"),
    "mongodb": ("host", "port", "tls", "auth_source", "replica_set", "no_retry_writes"),
    "storage": ("endpoint", "region", "addressing"),
}
REQUIRED = {"mysql": "host", "mongodb": "host", "storage": "endpoint"}
PROVIDERS = {"mysql": "direct", "mongodb": "direct", "storage": "minio"}
EXISTING = "existing"
"""The provider of servers that the operator looks after."""
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n")


def describe_server(given: Mapping[str, Any]) -> tuple[Server, dict[str, str]]:
    """The server and its credentials from the options of `add`; click's usage errors where they do not fit."""
    resource = str(given["resource"])
    every = sorted({name for names in OPTIONS.values() for name in names})
    own = OPTIONS.get(resource, tuple(every))
    for option in sorted(set(every) - set(own)):
        if given[option]:
            raise click.UsageError(f"--{option.replace('_', '-')} is not for {resource}.")
    if given["ca_file"] is not None and resource == "mysql":
        raise click.UsageError(
            f"--ca-file is not for {resource}: Open edX does not check the certificate of that server."
        )
    named_port = re.fullmatch(r"([^:]+):(\d+)", str(given["host"] or ""))
    if named_port:
        raise click.UsageError(
            f"--host {given['host']} has a port: give --host {named_port[1]} --port {named_port[2]}."
        )
    provider = str(given["provider"] or PROVIDERS.get(resource) or "")
    found = _find(resource, provider)
    model, provider = found.load_model(), found.name
    if resource in REQUIRED and not given[REQUIRED[resource]] and model.model_fields[REQUIRED[resource]].is_required():
        raise click.UsageError(f"A {resource} server needs --{REQUIRED[resource]}.")
    settings = {name: given[name] for name in own if given[name]} | _more(found, model, given["more"])
    if settings.pop("no_retry_writes", False):
        settings["retry_writes"] = False
    settings |= {name: model.model_fields[name].default for name in _usual(resource, model) if name not in settings}
    if given["ca_file"] is not None and resource == "mongodb":
        if not settings.get("tls"):
            raise click.UsageError("--ca-file needs --tls.")
        settings["ca"] = _certificate(read_text(given["ca_file"]))  # public, as Open edX is told of it too
    server = Server(resource, str(given["name"]), provider, settings, tuple(map(_network, given["cidrs"])))
    login = {} if provider == EXISTING else _login(given)
    if provider == EXISTING and (given["username"] is not None or given["password_file"] is not None):
        raise click.UsageError(
            "--user and --password-file are not for the provider existing, which has no administrator."
        )
    token = _token(given, provider, model)
    server, address = _validated(server)
    credentials = {**login, **token, "address": address}
    if given["ca_file"] is not None and "ca" not in settings:
        credentials["ca.crt"] = _certificate(read_text(given["ca_file"]))
    return server, credentials


def _usual(resource: str, model: type[Resource]) -> list[str]:
    """What Open edX has to know too: the usual port, and TLS where a provider has nothing else."""
    names = [name for name in ("port", "tls") if name in OPTIONS.get(resource, ()) and name in model.model_fields]
    return [name for name in names if model.model_fields[name].default]


def _login(given: Mapping[str, Any]) -> dict[str, str]:
    """The administrator's user and password."""
    for option in ("--user", "--password-file"):
        if given[{"--user": "username"}.get(option, "password_file")] is None:
            raise click.UsageError(f"Missing option '{option}'.")
    login = {"username": str(given["username"]), "password": read_password(given["password_file"])}
    if not login["username"].strip():
        raise click.UsageError("--user is empty.")
    return login


def _token(given: Mapping[str, Any], provider: str, model: type[Resource]) -> dict[str, str]:
    """What a cloud's API takes beside the administrator's password, where the provider speaks to one."""
    file = given["token_file"]
    if not model.token_scopes:
        if file is not None:
            raise click.UsageError(f"--token-file is not for the provider {provider}, which speaks to no API.")
        return {}
    if file is None:
        scopes = ", ".join(model.token_scopes)
        raise click.UsageError(
            f"The provider {provider} needs --token-file: a token for its API with the scopes {scopes}."
        )
    if file is given["password_file"] or file.name == given["password_file"].name == "<stdin>":
        raise click.UsageError("--password-file and --token-file cannot both be -: give one of them as a file.")
    token = read_text(file).strip()
    if not token or not (token.isascii() and token.isprintable()) or " " in token:
        raise click.UsageError("--token-file holds no token: give a file with the token alone.")
    return {"token": token}


def _more(found: Provider, model: type[Resource], words: tuple[str, ...]) -> dict[str, str]:
    """`--option KEY=VALUE`; the server's model says which there are."""
    pairs = [word.partition("=") for word in words]
    wrong = [word for word, (key, sign, _) in zip(words, pairs, strict=True) if not (key.isidentifier() and sign)]
    wrong += [key for key, _, _ in pairs if key in ("resource", "provider", "server", "claims")]
    if wrong:
        raise click.UsageError(f"--option {wrong[0]!r} is not KEY=VALUE with a key of the server's own.")
    unknown = [key for key, _, _ in pairs if found.resource in OPTIONS and key not in model.server_options]
    if unknown:
        known = ", ".join(model.server_options) or "none"
        raise click.UsageError(
            f"--option {unknown[0]} is not for {found.resource} of provider {found.name}; those that are: {known}."
        )
    chosen = {key: value for key, _, value in pairs}
    lacking = [key for key in model.server_options if key not in chosen and model.model_fields[key].is_required()]
    if lacking:
        raise click.UsageError(f"A {found.resource} server of provider {found.name} needs --option {lacking[0]}=….")
    return chosen


def _find(resource: str, provider: str) -> Provider:
    """The provider; the resource's first where none is named."""
    from launchpad_workflows.registry import find

    try:
        return find(resource, provider)
    except ValueError as error:
        raise click.UsageError(f"This cannot be registered: resources: {error}.") from None


def _certificate(text: str) -> str:
    try:
        ssl.create_default_context(cadata=text or "-")
    except (ssl.SSLError, TypeError):  # no PEM; not ASCII
        raise click.UsageError(
            "--ca-file holds no certificate: give one in PEM, with its BEGIN and END lines."
        ) from None
    return "".join(_PEM.findall(text.replace("\r", "") + "\n"))


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        raise click.UsageError(f"--cidr {text!r} is not a network such as 10.0.0.0/24: {error}.") from None


def _validated(server: Server) -> tuple[Server, str]:
    """The server with what follows from its settings, and its address, where a request would be taken that has them."""
    from launchpad_workflows.requests import Request

    try:
        (found,) = Request.model_validate({"operation": "check", "resources": [server.part]}).resources
        derived = {name: getattr(found, name) for name in found.server_derived}
        whole = replace(server, settings={**server.settings, **derived})
        _ = whole.port
        return whole, found.address
    except ValidationError as error:
        problems = request_problems(error)
        raise click.UsageError(f"This cannot be registered: {'; '.join(problems)}.") from None
    except KeyError:
        raise click.UsageError("This cannot be registered: a server needs a port, or an http(s) endpoint.") from None
    except ValueError as error:
        raise click.UsageError(f"This cannot be registered: {error}.") from None
