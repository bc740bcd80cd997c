"""The benchmarks say what they do not run; with the servers and a cluster they are run by `tox -e bench`."""

from __future__ import annotations

import sys
from urllib.parse import urlsplit

import pytest

from tests.bench import __main__ as bench
from tests.bench import servers
from tests.integration.conftest import Server

SETTINGS = [*servers.SETTINGS.values(), "LAUNCHPAD_TEST_AUDIT_LOG", "LAUNCHPAD_TEST_WORKER_IMAGE"]
KNOWN = {
    resource: Server(resource, urlsplit(f"http://root:p@{resource}.example:{port}"))
    for resource, port in {"mysql": 3306, "mongodb": 27017, "storage": 9000}.items()
}


def test_benchmarks_without_servers_say_what_is_not_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "argv", ["bench", "calls", "local", "workflow", "many"])

    bench.main()

    assert capsys.readouterr().out.count("not run: LAUNCHPAD_TEST_") == 4


@pytest.mark.parametrize("host", ["", "host.example"])
def test_password_of_a_server_goes_where_the_request_leads(host: str) -> None:
    request = servers.request("moon", KNOWN, host)

    meant = {resource: values["address"] for resource, values in servers.administrators(KNOWN, host).items()}
    assert {one.resource: one.address for one in request.resources} == meant
