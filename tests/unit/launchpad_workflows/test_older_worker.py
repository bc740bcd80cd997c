"""A request and a worker of different versions: what is not used is not sent, so that the older one can read it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from launchpad_workflows.credentials import MappingCredentials
from launchpad_workflows.fingerprint import fingerprint
from launchpad_workflows.registry import _BUILT_IN
from launchpad_workflows.requests import Request
from launchpad_workflows.requests.base import Model
from launchpad_workflows.worker.main import main

from tests.unit.launchpad_workflows.fake_server import FakeResource, FakeServer
from tests.unit.launchpad_workflows.fakes import fake_request, mysql_request

DEFAULTS = Path(__file__).with_name("request-defaults.yaml")


class NewerResource(FakeResource):
    """What a later version makes of the resource; the worker in these tests has the former."""

    later: bool = False


def _newer(**used: Any) -> Request:
    return Request(instance="alpha", resources=(NewerResource(server="main", **used),))


@pytest.fixture
def work(tmp_path: Path, server: FakeServer) -> list[str]:
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "FAKE_PASSWORD").write_text("canary\n")
    return ["provision", "--resource", "fake", "--credentials", str(tmp_path), "--request"]


def test_older_worker_does_what_uses_nothing_newer(work: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*work, _newer().to_json()]) == 0
    assert "fake/main: created" in capsys.readouterr().out


def test_older_worker_refuses_what_needs_a_newer_one(work: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*work, _newer(later=True).to_json()]) == 2
    told = capsys.readouterr().err
    assert "later: Extra inputs are not permitted" in told
    assert "use the worker's image of the version that made the request" in told


def test_new_field_that_nobody_uses_provisions_nothing_anew() -> None:
    credentials = MappingCredentials({}, {"FAKE_PASSWORD": "canary"})

    before = fingerprint(fake_request(), credentials, "key")

    assert fingerprint(_newer(), credentials, "key") == before
    assert fingerprint(_newer(later=True), credentials, "key") != before


def test_fingerprint_of_a_request_is_the_same_in_each_version() -> None:
    """Another value here means that an upgrade provisions all instances anew."""
    credentials = MappingCredentials({}, {"OPENEDX_MYSQL_PASSWORD": "canary"})

    assert (
        fingerprint(mysql_request(), credentials, "key")
        == "042c6575448933c3f49011f39f58c6c6b8f3ac23f29dc5491c581fccb0af5081"
    )


def test_kind_of_a_resource_and_the_operation_are_always_sent() -> None:
    content = json.loads(mysql_request().to_json())

    assert content["operation"] == "provision"
    assert content["resources"][0].keys() >= {"resource", "provider", "server"}
    assert "tls" not in content["resources"][0]


def test_defaults_never_change() -> None:
    """Both sides fill in what is not sent. A new field needs a line in the file; a line there is there for good."""
    assert dict(_defaults()) == yaml.safe_load(DEFAULTS.read_text(encoding="utf-8"))


def _defaults() -> Iterator[tuple[str, Any]]:
    waiting: list[type[Model]] = [Request, *dict.fromkeys(one.load_model() for one in _BUILT_IN)]
    seen: set[type[Model]] = set()
    while waiting:
        model = waiting.pop()
        if model in seen:
            continue
        seen.add(model)
        for name, field in model.model_fields.items():
            waiting += [one for one in _models(field.annotation) if one not in seen]
            if not field.is_required():
                value = field.get_default(call_default_factory=True)
                yield f"{model.__name__}.{name}", list(value) if isinstance(value, tuple) else value


def _models(annotation: Any) -> list[type[Model]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return [annotation]
    return [one for part in getattr(annotation, "__args__", ()) for one in _models(part)]
