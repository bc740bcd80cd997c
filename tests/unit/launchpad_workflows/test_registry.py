from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest
from launchpad_workflows import registry
from launchpad_workflows.registry import Provider
from launchpad_workflows.requests import Plain

from tests.unit.launchpad_workflows.fake_server import FakeProvisioner, FakeResource


def test_registered_provider_is_found_and_loaded() -> None:
    provider = registry.find("fake", "test")

    assert (provider.load_model(), provider.load_provisioner()) == (FakeResource, FakeProvisioner)


def test_place_that_is_taken_is_refused() -> None:
    with pytest.raises(ValueError, match="mysql has a provider direct already"):
        registry.register(Provider("mysql", "direct", "other:Model", "other:Provisioner"))


def test_registering_the_same_again_is_fine() -> None:
    registry.register(registry.find("mysql"))


def test_every_resource_can_be_done_without() -> None:
    nothing = registry.find("mysql", "none")

    assert nothing.load_model()(resource="mysql", provider="none", server="none").items() == ()
    assert callable(nothing.load_provisioner())


def test_unknown_provider_names_the_known_ones() -> None:
    known = "mysql/direct, mysql/digitalocean, mysql/existing"
    with pytest.raises(ValueError, match=f"no provider cloud for resource mysql; known: {known}"):
        registry.find("mysql", "cloud")


@pytest.mark.parametrize(
    "place",
    [
        ("mysql", "direct"),
        ("mysql", "existing"),
        ("mongodb", "direct"),
        ("mongodb", "existing"),
        ("storage", "minio"),
        ("storage", "compatible"),
        ("storage", "existing"),
    ],
    ids="/".join,
)
def test_built_in_provider_can_be_loaded(place: tuple[str, str]) -> None:
    pytest.importorskip("pymysql")
    pytest.importorskip("boto3.session", exc_type=ImportError)

    provider = registry.find(*place)

    assert provider.load_model().model_fields["resource"].default == place[0]
    assert callable(provider.load_provisioner())


@pytest.mark.parametrize(("name", "place"), [("kept", ("kept", "direct")), ("kept.cloud", ("kept", "cloud"))])
def test_entry_point_names_resource_and_provider(name: str, place: tuple[str, str]) -> None:
    value = "launchpad_workflows.provisioners.plain:HttpProvisioner"

    found = registry.announced(EntryPoint(name, value, registry.GROUP))

    assert ((found.resource, found.name), found.load_model(), found.provisioner) == (place, Plain, value)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("json:dumps", ": json:dumps is no class of provisioners with a model"),
        ("nosuch:Class", " cannot be loaded: No module named 'nosuch'"),
        ("json:Nosuch", " cannot be loaded: module 'json' has no attribute 'Nosuch'"),
    ],
)
def test_entry_point_that_is_no_provisioner_is_refused_by_name(value: str, why: str) -> None:
    with pytest.raises(ValueError, match=rf"entry point kept of launchpad_workflows\.providers{why}"):
        registry.announced(EntryPoint("kept", value, registry.GROUP))
