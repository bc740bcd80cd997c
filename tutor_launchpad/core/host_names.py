"""The settings that name the hosts of an instance, as people type them, and what an Ingress and a certificate take."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from collections.abc import Iterator, Mapping

from tutor_launchpad.core.types import Config

HOST_SETTINGS = ("LMS_HOST", "CMS_HOST", "MFE_HOST", "MEILISEARCH_HOST")
HOST_LISTS = ("DRYDOCK_INGRESS_EXTRA_HOSTS", "DRYDOCK_INGRESS_LMS_EXTRA_HOSTS")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
_PARTS = re.compile(r"(?P<host>[^/:?#]*)(?P<port>:\d+)?(?P<path>[/?#].*)?", re.DOTALL)
_LONGEST = 80
"""Characters of a value that are repeated in a sentence."""


def setting_problems(config: Config, templates: Mapping[str, object]) -> list[str]:
    """One sentence for each setting that names a host and does not, or the same as another one.

    What only repeats a false one (`studio.{{ LMS_HOST }}`) is left out. `templates`: the defaults before rendering.
    """
    named = {name: config[name] for name in _public(config, templates)}
    wrong: dict[str, str] = {}
    for name, value in named.items():
        advice = _advice(value)
        if advice and not any(str(value).endswith(f".{named[other]}") for other in wrong):
            wrong[name] = _sentence(name, value, advice)
    return [*wrong.values(), *_listed(config), *_shared(named)]


def _listed(config: Config) -> Iterator[str]:
    """A wildcard may stand here: an Ingress takes it, and Caddy a site for it."""
    for name in HOST_LISTS:
        hosts = config.get(name)
        for index, host in enumerate(hosts if isinstance(hosts, list) else []):
            advice = _advice(host.removeprefix("*.") if isinstance(host, str) else host)
            if advice:
                yield _sentence(f"{name}[{index}]", host, advice)


def _public(config: Config, templates: Mapping[str, object]) -> Iterator[str]:
    """Hosts that browsers see: by default they are derived from LMS_HOST."""
    yield from (name for name in HOST_SETTINGS if name in config)
    for name in config:
        if name.endswith("_HOST") and name not in HOST_SETTINGS and "LMS_HOST" in str(templates.get(name, "")):
            yield name


def _shared(named: Mapping[str, object]) -> Iterator[str]:
    first: dict[object, str] = {}
    for name in HOST_SETTINGS:
        value = named.get(name)
        if isinstance(value, str) and HOST.fullmatch(value) and first.setdefault(value, name) != name:
            yield f"{first[value]} and {name} are both {value!r}: each needs a host of its own."


def _sentence(name: str, value: object, advice: str) -> str:
    setting = name.partition("[")[0]
    told = "(not shown)" if "@" in str(value) else repr(str(value)[:_LONGEST])
    return (
        f"{name} {told} is not a host name such as learn.example.com: {advice}. Set it with "
        f"`tutor config save --set {setting}=…`."
    )


def _advice(value: object) -> str:
    """What to do about a value that is no host name; nothing where it is one."""
    if not isinstance(value, str):
        return "write a text"
    if HOST.fullmatch(value) and not _is_address(value):
        return ""
    if "://" in value:
        return "leave out the scheme"
    parts = _PARTS.fullmatch(value)
    host = parts["host"] if parts else value
    if _is_address(value) or _is_address(host) or value.startswith("["):
        return "an Ingress serves names, not IP addresses, so give the address a name in the DNS"
    if parts and parts["port"]:
        return "leave out the port"
    if parts and parts["path"]:
        return "leave out what follows the host"
    if "*" in host:
        return "an instance serves hosts that it names, not all of a domain"
    return _spelling(host)


def _spelling(host: str) -> str:
    if not host:
        return "it is empty"
    if not host.isascii():
        return f"write it in its ASCII form, {_punycode(host)}"
    if HOST.fullmatch(host.lower()):
        return f"write it in lower case, {host.lower()}"
    if host.endswith(".") and HOST.fullmatch(host[:-1].lower()):
        return "leave out the last dot"
    if "_" in host:
        return "host names have no underscores, use dashes"
    return "it takes letters, digits, dots and dashes, at most 63 between two dots and 253 in all"


def _punycode(host: str) -> str:
    """The ASCII form where both versions of the standard agree on it."""
    with contextlib.suppress(UnicodeError):
        form = host.lower().encode("idna").decode()
        if HOST.fullmatch(form) and not re.search("[ßς\u200c\u200d]", host):
            return form
    return "which begins with xn--"


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True
