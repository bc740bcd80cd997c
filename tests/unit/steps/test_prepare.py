"""What a plugin renders wrongly ends the deploy with one clear sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.conftest import Root


def _enable(root: Root, patch: str, **settings: str) -> None:
    plugin = {"name": "own", "version": "1.0.0", "patches": {"k8s-services": patch}}
    (Path(root.environment["TUTOR_PLUGINS_ROOT"]) / "own.yml").write_text(yaml.safe_dump(plugin))
    root.set(PLUGINS=["launchpad", "own"], **settings)


def test_manifest_that_is_no_yaml_is_told_without_its_secrets(root: Root) -> None:
    _enable(root, "---x {{ SMTP_PASSWORD }}\nkind: Service", SMTP_PASSWORD="geheim-in-a-manifest")

    ran = root.launchpad("deploy")

    assert ran.status == 1
    assert "kustomize cannot build the manifests that Tutor rendered" in ran.stderr
    assert "«SMTP_PASSWORD»" in ran.stderr
    assert "geheim" not in ran.stdout + ran.stderr


@pytest.mark.parametrize("name", ["NOTES_HOST"])
def test_setting_of_a_plugin_that_is_not_enabled_is_told_once(root: Root, name: str) -> None:
    _enable(root, f"# {{{{ {name} }}}}")

    ran = root.launchpad("deploy")

    assert ran.status == 1
    assert ran.stderr.count("Error rendering patch") <= 1
    assert f"Missing configuration value: '{name}' is undefined" in ran.stderr.rpartition("Error: ")[2]
