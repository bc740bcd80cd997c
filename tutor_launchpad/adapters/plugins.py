"""The installed distributions and local files that the enabled plugins come from."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from tutor.plugins.base import PLUGINS_ROOT

GROUPS = ("tutor.plugin.v1", "tutor.plugin.v0")


def pinned_requirements(enabled: list[str]) -> list[str]:
    """`name==version` of Tutor and of each enabled plugin's distribution."""
    found = {"tutor": metadata.version("tutor")}
    for group in GROUPS:
        for entry in metadata.entry_points(group=group):
            if entry.name in enabled and entry.dist is not None:
                found[entry.dist.name] = entry.dist.version
    return [f"{name}=={version}" for name, version in sorted(found.items())]


def plugin_files(enabled: list[str]) -> dict[str, bytes]:
    """Path → content of the enabled plugins that are files below the plugins' root rather than distributions."""
    root = Path(PLUGINS_ROOT)
    files: dict[str, bytes] = {}
    for name in enabled:
        for path in (root / f"{name}.py", root / f"{name}.yml", root / name):
            if path.is_file():
                files[path.name] = path.read_bytes()
            elif (path / "__init__.py").is_file():
                inner = (item for item in path.rglob("*") if item.is_file() and "__pycache__" not in item.parts)
                files |= {str(item.relative_to(root)): item.read_bytes() for item in inner}
    return files
