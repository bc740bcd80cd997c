"""Every setting that an instance gets, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tutor_launchpad.adapters import tutor
from tutor_launchpad.adapters.origins import find_origins
from tutor_launchpad.core.errors import refuse
from tutor_launchpad.core.faults import concerning, sources
from tutor_launchpad.core.seal.scanning import weak_secrets
from tutor_launchpad.core.secrets import is_weak
from tutor_launchpad.core.shown import Shown, chosen, shown_settings
from tutor_launchpad.steps.deployment import Deployment
from tutor_launchpad.steps.opening import all_problems, as_written
from tutor_launchpad.steps.prepare import configure, find_private

FROM_CADDY = "DRYDOCK_INGRESS_EXTRA_HOSTS"
OURS = (*tutor.ALWAYS, FROM_CADDY, "PLUGINS")


def explain(
    deployment: Deployment, stages: Iterable[Iterable[str]], names: Sequence[str] = ()
) -> tuple[list[Shown], list[str]]:
    """The settings with which a deploy would render, and what is wrong with the named ones.

    `stages`: what is known to be wrong. Raises `Refused` where anything is that `names` does not leave out, where one of
    them cannot be rendered, and where a secret could not be told from their values.
    """
    problems = all_problems(deployment, stages, lambda: deployment.cluster)
    if not names or FROM_CADDY in names:
        refuse(problems)
    if not problems:
        configure(deployment)
        refuse(weak_secrets(deployment.secrets))
        found = _shown(deployment)
        return chosen(found, names) if names else found, []
    deployment.loaded = tutor.read_configuration(deployment.root, deployment.overrides)
    find_private(deployment)
    shown, written = chosen(_shown(deployment), names), as_written(deployment.loaded)
    told = concerning(problems, names, written)
    refuse(told if any(deployment.loaded.unrendered & sources(name, written) for name in names) else [])
    refuse(_unmasked(deployment, names))
    return shown, told


def _shown(deployment: Deployment) -> list[Shown]:
    assert deployment.mask is not None
    origins = find_origins(deployment.loaded, {**dict.fromkeys(OURS, "Launchpad"), **deployment.origins})
    return shown_settings(deployment.config, origins, deployment.secrets, deployment.mask)


def _unmasked(deployment: Deployment, names: Iterable[str]) -> list[str]:
    """Weak secrets that the named settings would give away, or seem to."""
    texts = [str(deployment.config[name]) for name in names if name not in deployment.secrets]
    weak = {path: value for path, value in deployment.secrets.items() if is_weak(value)}
    return weak_secrets({path: value for path, value in weak.items() if any(value in text for text in texts)})
