"""Whose Ingresses an instance has is one setting's affair: Drydock's, or those of another plugin, as Harmony's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.in_process import checked, make_root, problems
from tutor_launchpad import hooks
from tutor_launchpad.core.types import Object


def _ingress(host: str) -> Object:
    backend = {"service": {"name": "caddy", "port": {"number": 80}}}
    rules = [{"host": host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]
    metadata = {"name": f"harmony-{host.replace('.', '-')}", "namespace": "moon"}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata, "spec": {"rules": rules}}


def _add(objects: list[Object], config: Any) -> list[Object]:
    return [*objects, *(_ingress(str(config[name])) for name in ("LMS_HOST", "CMS_HOST"))]


@pytest.fixture
def harmony() -> Iterator[None]:
    """A plugin that makes an Ingress for each host."""
    hooks.MANIFESTS.add()(_add)
    yield
    hooks.MANIFESTS.clear()


def _named(root: Path) -> set[str]:
    return {item["metadata"]["name"] for item in checked(root).objects if item["kind"] == "Ingress"}


def test_drydock_makes_them_unless_told_otherwise(tmp_path: Path) -> None:
    assert _named(make_root(tmp_path / "root", K8S_NAMESPACE="moon"))


def test_other_plugins_are_the_only_ones_where_drydock_makes_none(tmp_path: Path, harmony: None) -> None:
    root = make_root(tmp_path / "root", K8S_NAMESPACE="moon", DRYDOCK_INGRESS=False)

    named = _named(root)

    assert len(named) == 2
    assert all(name.startswith("harmony-") for name in named)


def test_both_are_refused_with_the_hosts_that_have_two(tmp_path: Path, harmony: None) -> None:
    found = problems(make_root(tmp_path / "root", K8S_NAMESPACE="moon"))

    assert len([one for one in found if "has 2 Ingresses" in one]) == 2
