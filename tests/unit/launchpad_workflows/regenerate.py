"""Writes the golden files of the templates: `python -m tests.unit.launchpad_workflows.regenerate`. Nothing else does."""

from __future__ import annotations

from pathlib import Path

import yaml
from launchpad_workflows.chosen import build_accounts, build_secret
from launchpad_workflows.client import Object
from launchpad_workflows.register import plan_registration
from launchpad_workflows.templates.common import TemplateParams
from launchpad_workflows.templates.rbac import build_namespace

GOLDEN = Path(__file__).with_name("golden")
PARAMS = TemplateParams(image="registry.example/launchpad-worker:1.0", pull_secret="registry")


def golden() -> dict[str, Object]:
    """File name → object."""
    chosen = [
        build_secret("moon", PARAMS.namespace),
        *build_accounts("moon", PARAMS.namespace, "the-uid-of-the-secret"),
    ]
    objects = [build_namespace(PARAMS), *plan_registration(PARAMS), *chosen]
    return {f"{obj['kind'].lower()}-{obj['metadata']['name']}.yaml": obj for obj in objects}


def main() -> None:
    """Replace all files."""
    for old in GOLDEN.glob("*.yaml"):
        old.unlink()
    for name, obj in golden().items():
        (GOLDEN / name).write_text(yaml.safe_dump(obj, sort_keys=True), encoding="utf-8")


if __name__ == "__main__":
    main()
