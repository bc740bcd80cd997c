"""Renders roots, each in a fork of its own: what a plugin registers stays registered in the process that loaded it.

Run as a module. Standard input: the path of a root a line; standard output: a line for each, with the path of its
pickled `Rendering`, empty where the root could not be rendered, and then the reason is in the root's file `error`.
"""

from __future__ import annotations

import os
import pickle
import sys
import traceback
from pathlib import Path
from typing import cast

import yaml

from tests.unit.fake_deployment import FakeRepository, Lines
from tests.unit.plugins.rendering import Rendering
from tutor_launchpad.adapters.git import Repository
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.deployment import Deployment, Options

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def main() -> None:
    """Answer until standard input ends."""
    _import_what_all_need()
    for line in sys.stdin:
        root = Path(line.strip())
        child = os.fork()
        if child == 0:
            os._exit(_answer(root))
        _, status = os.waitpid(child, 0)
        print("" if status else _result(root), flush=True)  # noqa: T201 - the answer


def _import_what_all_need() -> None:
    """Once for all children."""
    from tutor import hooks
    from tutor.commands import cli  # noqa: F401 - registers Tutor's own init tasks

    from tutor_launchpad.steps import prepare, resources  # noqa: F401

    hooks.Actions.CORE_READY.do()


def _result(root: Path) -> Path:
    return root / "rendering.pickle"


def _answer(root: Path) -> int:
    try:
        _result(root).write_bytes(pickle.dumps(_render(root)))
    except Exception:  # noqa: BLE001 - the parent tells it
        (root / "error").write_text(traceback.format_exc())
        return 1
    return 0


def _render(root: Path) -> Rendering:
    from tutor import config as tutor_config
    from tutor import hooks

    from tutor_launchpad.adapters import kustomize
    from tutor_launchpad.adapters.tutor import load_configuration
    from tutor_launchpad.core.settings import read_settings
    from tutor_launchpad.steps.prepare import prepare
    from tutor_launchpad.steps.resources import plan_resources

    hooks.Actions.PROJECT_ROOT_READY.do(str(root))
    loaded = load_configuration(root, {})
    repository = cast("Repository", FakeRepository())
    deployment = Deployment(
        root, Options(), read_settings(loaded.config), Lines(), cluster=None, repository=repository, loaded=loaded
    )
    raw: list[Object] = []
    build = kustomize.build
    kustomize.build = lambda folder: raw.extend(build(folder)) or raw  # type: ignore[func-returns-value]
    deployment.resources = plan_resources(deployment)
    prepare(deployment)
    assert deployment.record is not None
    assert deployment.sealed is not None
    files = deployment.record.files
    asked = deployment.resources
    return Rendering(
        config=deployment.config,
        generated=sorted(tutor_config.get_base()),
        raw=raw,
        public=deployment.sealed.public,
        built=deployment.objects,
        manifests=[yaml.load(data, Loader=_LOADER) for path, data in files.items() if path.startswith("manifests/")],
        secrets=deployment.sealed.secrets,
        files=files,
        found=deployment.sealed.found,
        hosts=deployment.hosts,
        request={} if asked is None else asked.request.model_dump(mode="json"),
        passwords={} if asked is None else asked.passwords,
    )


if __name__ == "__main__":
    main()
