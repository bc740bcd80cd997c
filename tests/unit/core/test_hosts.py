"""Which hosts a Caddyfile answers for, and that each gets exactly one Ingress."""

from __future__ import annotations

import pytest

from tutor_launchpad.core.hosts import (
    caddy_hosts,
    drydock_hosts,
    extra_hosts,
    host_problems,
    ingress_hosts,
    shared_hosts,
)
from tutor_launchpad.core.types import Config, Object

CONFIG: Config = {"LMS_HOST": "a.example.com", "CMS_HOST": "studio.a.example.com", "PLUGINS": []}


@pytest.mark.parametrize(
    ("caddyfile", "hosts"),
    [
        pytest.param("a.example.com {\n}", ["a.example.com"], id="one"),
        pytest.param("a.example.com{$default_site_port} {\n}", ["a.example.com"], id="placeholder"),
        pytest.param("http://a.example.com:80, https://b.example.com {\n}", ["a.example.com", "b.example.com"], id="list"),
        pytest.param("a.example.com b.example.com {\n}", ["a.example.com", "b.example.com"], id="spaces"),
        pytest.param("a.example.com,\n\tb.example.com {\n}", ["a.example.com", "b.example.com"], id="several lines"),
        pytest.param("a.example.com, # old\nb.example.com {\n}", ["a.example.com", "b.example.com"], id="comment between"),
        pytest.param("*.example.com {\n}", ["*.example.com"], id="wildcard"),
        pytest.param("a.example.com/path/* {\n}", ["a.example.com"], id="path"),
        pytest.param("A.Example.COM {\n}", ["a.example.com"], id="upper case"),
        pytest.param('"a.example.com" {\n}', ["a.example.com"], id="quoted"),
        pytest.param("  a.example.com {\n  }", ["a.example.com"], id="indented"),
        pytest.param("a.example.com { # the LMS\n}", ["a.example.com"], id="comment behind"),
        pytest.param("# a.example.com {\n", [], id="comment"),
        pytest.param("localhost:2019 {\n}", ["localhost"], id="localhost"),
        pytest.param("{\n    servers {\n    }\n}\n:80 {\n}", [], id="options and bare port"),
        pytest.param("(proxy) {\n    reverse_proxy {args.0} {\n    }\n}", [], id="snippet"),
        pytest.param("a.example.com {\nredir https://b.example.com {\n}\n}", ["a.example.com"], id="directive at margin"),
        pytest.param("import other.caddy\na.example.com {\n}", ["a.example.com"], id="import"),
        pytest.param("a.example.com {\n}\na.example.com:8443 {\n}", ["a.example.com"], id="twice"),
        pytest.param("{$SITE} {\n}", [], id="only a placeholder"),
        pytest.param("", [], id="empty"),
    ],
)  # fmt: skip
def test_caddy_hosts_are_those_of_site_blocks(caddyfile: str, hosts: list[str]) -> None:
    assert caddy_hosts(caddyfile) == hosts


@pytest.mark.parametrize(
    ("settings", "more"),
    [
        pytest.param({}, set(), id="core"),
        pytest.param({"MFE_HOST": "apps.a.example.com"}, {"apps.a.example.com"}, id="mfe"),
        pytest.param({"MEILISEARCH_HOST": "m.a.example.com"}, set(), id="search elsewhere"),
        pytest.param({"MEILISEARCH_HOST": "m.example.com", "RUN_MEILISEARCH": True}, {"m.example.com"}, id="search"),
        pytest.param({"NOTES_HOST": "n.example.com", "PLUGINS": ["notes"]}, {"n.example.com"}, id="notes"),
        pytest.param({"NOTES_HOST": "n.example.com"}, set(), id="notes disabled"),
        pytest.param({"DRYDOCK_INGRESS_LMS_EXTRA_HOSTS": ["Site.example.com"]}, {"site.example.com"}, id="sites"),
        pytest.param({"DRYDOCK_INGRESS_LMS_EXTRA_HOSTS": None}, set(), id="emptied"),
    ],
)
def test_drydock_hosts_follow_what_runs(settings: Config, more: set[str]) -> None:
    assert drydock_hosts({**CONFIG, **settings}) == {"a.example.com", "studio.a.example.com"} | more


def test_extra_hosts_are_what_drydock_does_not_serve() -> None:
    config = {**CONFIG, "DRYDOCK_INGRESS_EXTRA_HOSTS": ["Mine.example.com", "mine.example.com"]}

    found = extra_hosts(config, "a.example.com {\n}\ncredentials.a.example.com {\n}")

    assert found == ["mine.example.com", "credentials.a.example.com"]


def test_extra_hosts_set_to_nothing_are_none() -> None:
    assert extra_hosts({**CONFIG, "DRYDOCK_INGRESS_EXTRA_HOSTS": None}, "a.example.com {\n}") == []


def _ingress(name: str, *hosts: str) -> Object:
    rules = [{"host": host} for host in hosts]
    return {"kind": "Ingress", "metadata": {"name": name}, "spec": {"rules": rules}}


def test_ingress_hosts_list_each_ingress_once() -> None:
    objects = [
        _ingress("lms", "a.example.com", "A.example.com"),
        _ingress("extra", "a.example.com"),
        {"kind": "Service"},
    ]

    assert ingress_hosts(objects) == {"a.example.com": ["lms", "extra"]}


def test_host_problems_name_missing_and_double_ingresses() -> None:
    served = {"a.example.com": ["lms", "mine"], "b.example.com": ["cms"]}

    none, double = host_problems(["a.example.com", "b.example.com", "c.example.com"], served)

    assert none == "Host c.example.com has no Ingress: add it to DRYDOCK_INGRESS_EXTRA_HOSTS."
    assert double.startswith("Host a.example.com has 2 Ingresses (lms, mine): take it out of")


def test_shared_hosts_name_the_other_instance() -> None:
    (problem,) = shared_hosts(["a.example.com", "b.example.com"], {"other": ["b.example.com"], "third": []})

    assert problem.startswith("Host b.example.com is used by instance other already")
