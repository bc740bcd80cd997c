"""Whatever a plugin raises or adds at render, a deploy ends with one sentence that tells where."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tutor import hooks as tutor_hooks
from tutor.core.hooks import Context

from tests.unit.in_process import checked, make_root
from tutor_launchpad import hooks
from tutor_launchpad.core.errors import LaunchpadError

MOON = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "moon"}}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root whose deploy would go through."""
    return make_root(tmp_path_factory.mktemp("plugins") / "root")


@pytest.fixture
def plugin() -> Iterator[None]:
    """What is added to hooks in the test is gone after it."""
    context = Context("test:plugin")
    with context.enter():
        yield
    tutor_hooks.clear_all(context=context.name)
    tutor_hooks.Actions.PLUGIN_LOADED.do("none")  # Tutor's caches of hooks end with it


def _raise(*_: Any) -> Any:
    raise KeyError("h1dden")


def _error(root: Path) -> str:
    tutor_hooks.Actions.PLUGIN_LOADED.do("none")
    with pytest.raises(LaunchpadError) as caught:
        checked(root)
    assert "h1dden" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", ["MANIFESTS", "SECRET_SETTINGS", "NETWORK_FLOWS"])
def test_hook_that_raises_is_told_with_its_place(root: Path, plugin: None, name: str) -> None:
    getattr(hooks, name).add()(_raise)

    error = _error(root)

    assert f"A plugin failed in the hook{'s' if 'SETTINGS' in name else ''} {name}" in error
    assert "(KeyError in " in error
    assert "test_plugins_code.py line " in error


@pytest.mark.parametrize("added", [None, 7, [None], [{}], [MOON, MOON]], ids=repr)
def test_manifests_of_a_wrong_form_are_told(root: Path, plugin: None, added: Any) -> None:
    hooks.MANIFESTS.add()(lambda objects, config: [*objects, *added] if isinstance(added, list) else added)

    assert any(
        word in _error(root) for word in ("no object", "no valid", "is there 2 times", "failed in the hook MANIFESTS")
    )


def test_template_that_raises_is_told_with_its_place(root: Path, plugin: None) -> None:
    tutor_hooks.Filters.ENV_TEMPLATE_FILTERS.add_item(("moon", _raise))
    tutor_hooks.Filters.ENV_PATCHES.add_item(("openedx-lms-common-settings", "{{ LMS_HOST | moon }}"))

    error = _error(root)

    assert "cannot render this configuration (KeyError in " in error
    assert "test_plugins_code.py line " in error


@pytest.mark.parametrize(
    ("patch", "text", "sentence"),
    [
        ("openedx-lms-common-settings", "A = (", "cannot be read as Python: a plugin's patch is the usual cause"),
        ("common-env-features", '"A: 1', "cannot be read as YAML: a plugin's patch is the usual cause"),
        ("k8s-services", "---\nkind: [", "kustomize cannot build the manifests that Tutor rendered"),
        ("k8s-services", "---\n- a", "kustomize cannot build the manifests that Tutor rendered"),
        ("k8s-services", "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {}", "kustomize cannot build the manifests"),
        ("k8s-services", "{{ NOSUCH }}", "Missing configuration value: 'NOSUCH' is undefined"),
    ],
)
def test_patch_that_gives_no_manifest_is_told(root: Path, plugin: None, patch: str, text: str, sentence: str) -> None:
    tutor_hooks.Filters.ENV_PATCHES.add_item((patch, text))

    assert sentence in _error(root)
