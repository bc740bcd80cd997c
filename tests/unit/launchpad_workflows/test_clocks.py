"""Clocks that are off, as certificates and answers show them. Signed requests: tests/integration/storage/test_clock.py."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from threading import Thread

import pytest

pytest.importorskip("boto3.session", exc_type=ImportError)

import pymongo.errors
import pymysql
from launchpad_workflows.credentials import MappingCredentials
from launchpad_workflows.errors import Refused, Unavailable
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.provisioners import clocks
from launchpad_workflows.provisioners.mongodb import session as mongodb
from launchpad_workflows.provisioners.mysql import session as mysql
from launchpad_workflows.requests import Request, Resource, Storage
from launchpad_workflows.running import run_resource

from tests.unit.certificates import write_certificate

NOON = datetime(2026, 7, 1, 12, tzinfo=timezone.utc)
OURS = "this machine's clock says 2026-07-01 12:00:00 UTC"


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Of a server whose certificate begins tomorrow."""
    write_certificate(tmp_path, begins=timedelta(days=1))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "ca.crt", tmp_path / "key.pem")

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                near = listener.accept()[0]
                with near, contextlib.suppress(OSError), context.wrap_socket(near, server_side=True) as secured:
                    secured.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def check(part: Resource, folder: Path) -> Outcome:
    admin = {"username": "admin", "password": "secret", "ca.crt": (folder / "ca.crt").read_text()}
    credentials = MappingCredentials({(part.resource, "main"): admin}, {})
    request = Request(instance="", operation="check", resources=(part,))
    return run_resource(request, part, credentials, lambda _line: None)


@pytest.mark.parametrize("provider", ["minio", "compatible"])
def test_certificate_that_is_not_valid_yet_is_told_with_our_time(provider: str, port: int, tmp_path: Path) -> None:
    part = Storage.model_validate({"server": "main", "provider": provider, "endpoint": f"https://127.0.0.1:{port}"})

    outcome = check(part, tmp_path)

    assert (outcome.status, outcome.may_pass) == ("failed", False)
    assert "its certificate is not trusted: certificate is not yet valid, and this machine's clock says" in str(outcome)


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("certificate has expired", f"certificate has expired, and {OURS}: is that right?"),
        ("self-signed certificate", "self-signed certificate"),
        ("IP address mismatch, certificate is not valid for '10.0.0.1'.",) * 2,
    ],
)
def test_reason_of_distrust_is_told_and_the_time_where_it_matters(reason: str, told: str) -> None:
    error = f"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {reason} (_ssl.c:1007)"

    assert clocks.distrust(error, NOON) == f"its certificate is not trusted: {told}"


def test_driver_that_trusts_no_certificate_fails_for_good() -> None:
    text = "([SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:1007))"
    sql, mongo = mysql.Address("main", "db", 3306), mongodb.Address("main", "db", 27017, "admin")

    with pytest.raises(Refused, match="its certificate is not trusted: self-signed"), mysql.translated(sql, "admin"):
        raise pymysql.err.OperationalError(2003, text)
    with (
        pytest.raises(Refused, match="its certificate is not trusted: self-signed"),
        mongodb.translated(mongo, "admin"),
    ):
        raise pymongo.errors.ServerSelectionTimeoutError(f"db:27017: {text} (configured timeouts: 10s), Timeout: 10s")
    with pytest.raises(Unavailable), mysql.translated(sql, "admin"):
        raise pymysql.err.OperationalError(2003, "Connection refused")


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("Wed, 01 Jul 2026 14:00:00 GMT", f"its clock says 2026-07-01 14:00:00 UTC, {OURS.replace('clock says ', '')}"),
        ("Wed, 01 Jul 2026 12:05:00 GMT", ""),
        ("", ""),
        ("today", ""),
    ],
    ids=["far", "near", "none", "no date"],
)
def test_answers_date_tells_clocks_that_are_apart(date: str, told: str) -> None:
    assert clocks.apart(date, NOON) == told
