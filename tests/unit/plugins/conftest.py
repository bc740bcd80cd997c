"""Renderers that all tests of a session share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import metadata

import pytest

from tests.unit.plugins.rendering import Renderer, Rendering, renderer

Render = Callable[..., Rendering]


@pytest.fixture(scope="session")
def render(tmp_path_factory: pytest.TempPathFactory, rsa_key: str) -> Iterator[Render]:
    """Renders a root with plugins, by their names with blanks between, once for all tests that ask for the same."""
    with renderer(tmp_path_factory.mktemp("rendered"), rsa_key, hash_seed="1") as made:
        yield _checked(made)


@pytest.fixture(scope="session")
def render_again(tmp_path_factory: pytest.TempPathFactory, rsa_key: str) -> Iterator[Render]:
    """The same in another process, whose sets have another order."""
    with renderer(tmp_path_factory.mktemp("again"), rsa_key, hash_seed="2") as made:
        yield _checked(made)


def _checked(made: Renderer) -> Render:
    def render(plugins: str = "", **changes: object) -> Rendering:
        _require(plugins.split())
        return made(plugins, **changes)  # type: ignore[arg-type]

    return render


def _require(plugins: list[str]) -> None:
    """Under tox every plugin is there; elsewhere the test says what is missing and is skipped."""
    installed = {entry.name for entry in metadata.entry_points(group="tutor.plugin.v1")}
    missing = [name for name in plugins if name not in installed]
    if missing:
        say = pytest.fail if "TOX_ENV_NAME" in os.environ else pytest.skip
        say(f"plugin {missing[0]} is not installed: tox.ini tells how")
