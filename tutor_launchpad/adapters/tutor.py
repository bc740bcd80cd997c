"""Tutor's Python API: the configuration and environment of a root, with Drydock enabled for the rendering alone."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from tutor import config as tutor_config
from tutor import env as tutor_env
from tutor import hooks as tutor_hooks
from tutor import plugins, serialize
from tutor.core.hooks import Context
from tutor.exceptions import TutorError

from tutor_launchpad.adapters.files import replace_file
from tutor_launchpad.core.errors import LaunchpadError, Refused
from tutor_launchpad.core.types import Config

DRYDOCK = "drydock"
_NOT_FOR_KUBERNETES = frozenset({"build", "dev", "local"})

ALWAYS: Config = {
    "DRYDOCK_INIT_JOBS": True,
    # Ingresses end TLS; Caddy behind them would ask for certificates of its own and keep them in a volume.
    "ENABLE_WEB_PROXY": False,
}
"""What every instance on Kubernetes gets, whatever its config.yml says."""

BEHIND_INGRESSES: Config = {
    # Aspects takes it from ENABLE_WEB_PROXY; without it Superset sends people back from their login by http.
    "SUPERSET_ENABLE_PROXY_FIX": True,
}
"""What ALWAYS would turn off although a proxy is there, unless config.yml says otherwise."""


@dataclass(frozen=True)
class Configuration:
    """A root's configuration.

    `user`: what config.yml says. `config`: all settings, rendered. `templates`: setting → default before rendering.
    """

    user: Config
    config: Config
    templates: Config


def load_configuration(root: Path, overrides: Config) -> Configuration:
    """The root's configuration with `ALWAYS` and `overrides` on top, in memory only."""
    with _quiet():
        user = _read_user(root)
        if not plugins.is_loaded(DRYDOCK):
            plugins.load(DRYDOCK)
        enabled = sorted({*tutor_config.get_enabled_plugins(user), DRYDOCK})
        unset = {name: value for name, value in BEHIND_INGRESSES.items() if name not in user}
        with _overriding({**unset, **ALWAYS, **overrides, "PLUGINS": enabled}):
            config = tutor_config.load_full(str(root))
        templates = {**tutor_config.get_defaults(), **tutor_config.get_base()}
    return Configuration(user, config, templates)


def save_generated(root: Path) -> None:
    """Save the settings that Tutor generates once (passwords, keys) where config.yml lacks some.

    Tutor's own saving empties the file first, so that a kill could lose every password. To be called before
    `load_configuration`, whose Drydock would add its own to the user's file.
    """
    with _quiet():
        saved = _read_user(root)
        if any(name not in saved for name in tutor_config.get_base()):
            text = serialize.dumps(tutor_config.load_minimal(str(root)))
            replace_file(Path(tutor_config.config_path(str(root))), text, keep_rights=True)


def render_environment(config: Config, target: Path, *, whole: bool = False) -> Path:
    """Write Tutor's environment below `target`; returns the folder with its kustomization.

    Unless `whole`, what only image builds and other platforms read is left out, which is half of the work.
    """
    with _quiet():
        tutor_hooks.Actions.CONFIG_LOADED.do(dict(config))
        if whole:
            tutor_env.save(str(target), config)
        else:
            base = tutor_env.base_dir(str(target))
            for source, folder in tutor_hooks.Filters.ENV_TEMPLATE_TARGETS.iterate():
                if not _NOT_FOR_KUBERNETES.intersection([*source.split("/"), *folder.split("/")]):
                    tutor_env.save_all_from(source, str(Path(base, folder)), config)
            tutor_hooks.Actions.ENV_SAVED.do(base, dict(config))
    return Path(tutor_env.base_dir(str(target)))


def render_template(config: Config, name: str) -> str:
    """The text of one of Tutor's or a plugin's templates."""
    return str(tutor_env.render_file(config, *name.split("/")))


def user_file(root: Path) -> Path:
    """The root's config.yml."""
    return Path(tutor_config.config_path(str(root)))


def read_user(root: Path) -> Config | None:
    """What config.yml says; None where there is none."""
    with _quiet():
        return _read_user(root) if user_file(root).exists() else None


def generated_names() -> frozenset[str]:
    """The settings that Tutor and the enabled plugins write into config.yml by themselves."""
    return frozenset(tutor_config.get_base())


def _read_user(root: Path) -> Config:
    path = user_file(root)
    return dict(tutor_config.get_yaml_file(str(path))) if path.exists() else {}


@contextlib.contextmanager
def _overriding(values: Config) -> Iterator[None]:
    context = Context("launchpad:overrides")
    with context.enter():
        tutor_hooks.Filters.CONFIG_USER.add_items(list(values.items()))
    try:
        yield
    finally:
        tutor_hooks.Filters.CONFIG_USER.clear(context=context.name)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Tutor tells its progress on standard output, which belongs to our result; its warnings still show."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    except (OSError, UnicodeDecodeError) as error:
        raise LaunchpadError(f"Tutor could not read or write its files: {error}.") from error
    except yaml.YAMLError as error:
        place = " ".join(str(getattr(error, "problem_mark", "")).split())
        raise LaunchpadError(f"config.yml is not valid YAML: {getattr(error, 'problem', error)} {place}.") from error
    except LaunchpadError:
        raise
    except TutorError as error:
        raise Refused([f"Tutor cannot render this configuration: {str(error).rstrip('.')}."]) from error
    except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError) as error:
        # Its text may quote the value of a setting, which may be secret.
        raise Refused([
            f"Tutor or a plugin cannot render this configuration ({type(error).__name__}): a setting has a value of the "
            "wrong form; `tutor config save` shows where."
        ]) from error  # fmt: skip
