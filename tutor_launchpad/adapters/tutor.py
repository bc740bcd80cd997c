"""Tutor's Python API: the configuration and environment of a root, with Drydock enabled for the rendering alone."""

from __future__ import annotations

import contextlib
import io
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import TemplateError
from tutor import config as tutor_config
from tutor import env as tutor_env
from tutor import hooks as tutor_hooks
from tutor import plugins, serialize
from tutor.core.hooks import Context
from tutor.exceptions import TutorError

from tutor_launchpad.adapters.config_file import CONFIG, read_user
from tutor_launchpad.adapters.files import replace_file
from tutor_launchpad.core.errors import LaunchpadError, Refused, refuse
from tutor_launchpad.core.types import Config
from tutor_launchpad.core.values import value_problems

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
    `problems`: a sentence for each wrong one. `unrendered`: those that stand in `config` as they are written.
    """

    user: Config
    config: Config
    templates: Config
    problems: tuple[str, ...] = ()
    unrendered: frozenset[str] = frozenset()


def load_configuration(root: Path, overrides: Config) -> Configuration:
    """The root's configuration with `ALWAYS` and `overrides` on top, in memory only. Raises `Refused` with its problems."""
    loaded = read_configuration(root, overrides)
    refuse(loaded.problems)
    return loaded


def read_configuration(root: Path, overrides: Config) -> Configuration:
    """The same, as far as it can be read where settings are wrong."""
    with _quiet():
        user = read_user(root) or {}
        if not plugins.is_loaded(DRYDOCK):
            plugins.load(DRYDOCK)
        templates = {**tutor_config.get_defaults(), **tutor_config.get_base()}
        own = _own_settings()
        values = tutor_config.get_user(str(root))
        unrendered = _render({**templates, **values}, values)
        problems = [*map(_unrenderable, unrendered), *value_problems(values, templates, own)]
        named = user.get("PLUGINS") or []
        enabled = sorted({*(named if _are_texts(named) else []), DRYDOCK})
        problems += _missing_plugins(enabled)
        unset = {name: value for name, value in BEHIND_INGRESSES.items() if name not in user}
        with _overriding({**unset, **ALWAYS, **overrides, "PLUGINS": enabled}):
            if problems:
                config = {**templates, **tutor_config.get_user(str(root))}
                unrendered = _render(config, config)
            else:
                config = tutor_config.load_full(str(root))
        problems += value_problems(config, templates, own)
    return Configuration(user, config, templates, tuple(dict.fromkeys(problems)), frozenset(unrendered))


def save_generated(root: Path) -> None:
    """Save the settings that Tutor generates once (passwords, keys) where config.yml lacks some.

    Tutor's own saving empties the file first, so that a kill could lose every password. To be called before
    `load_configuration`, whose Drydock would add its own to the user's file.
    """
    with _quiet():
        saved = read_user(root) or {}
        if any(name not in saved for name in tutor_config.get_base()):
            text = serialize.dumps(tutor_config.load_minimal(str(root)))
            replace_file(root / CONFIG, text, keep_rights=True)


def change_settings(root: Path, changes: Config) -> None:
    """Write settings into config.yml, all of them or none."""
    with _quiet():
        saved = read_user(root) or {}
        if any(saved.get(name) != value for name, value in changes.items()):
            replace_file(root / CONFIG, serialize.dumps({**saved, **changes}), keep_rights=True)


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
    with _quiet():
        return str(tutor_env.render_file(config, *name.split("/")))


def generated_names() -> frozenset[str]:
    """The settings that Tutor and the enabled plugins write into config.yml by themselves."""
    return frozenset(tutor_config.get_base())


def _missing_plugins(enabled: Iterable[str]) -> list[str]:
    """Plugins that take no part in rendering: a deploy without one would remove all that it had added."""
    return [
        f"Plugin {name} is enabled but {_why_missing(name)}, or take it out with `tutor plugins disable {name}`."
        for name in enabled
        if not plugins.is_loaded(name)
    ]


def _why_missing(name: str) -> str:
    if plugins.is_installed(name):
        return "could not be loaded (Tutor said why above): mend it"
    return "not installed here: install it"


@lru_cache
def _own_settings() -> frozenset[str]:
    """The names of Tutor's own settings, without those of plugins."""
    return frozenset({*tutor_config.get_template("defaults.yml"), *tutor_config.get_template("base.yml")})


def _render(whole: Config, values: Config) -> list[str]:
    """Render the values in place, as far as they can be; the names of the others."""
    unrendered = []
    for name, value in values.items():
        if "{" not in str(value):
            continue
        try:
            whole[name] = tutor_env.render_unknown(whole, value)
        except (TutorError, TemplateError, TypeError, ValueError):
            unrendered.append(name)
    return unrendered


def _unrenderable(name: str) -> str:
    return (
        f"{name} cannot be rendered: Tutor takes {{{{ … }}}} and {{% … %}} in it for its own templates. Write it without "
        "these, or as {{ '{{' }}."
    )


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


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
    """Tutor tells its progress on standard output, which belongs to our result; its warnings still show.

    Templates and hooks run code of plugins, which may raise anything. Its text is not repeated where it may quote the
    value of a setting, which may be secret.
    """
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    except LaunchpadError:
        raise
    except TutorError as error:
        raise Refused([f"Tutor cannot render this configuration: {str(error).rstrip('.')}."]) from error
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        raise LaunchpadError(f"Tutor could not read or write its files: {error.strerror or error}{place}.") from error
    except Exception as error:
        raise Refused([
            f"Tutor or a plugin cannot render this configuration ({type(error).__name__} in {_last_place(error)}): a "
            "setting has a value of the wrong form, or the newest plugin is broken."
        ]) from error  # fmt: skip


def _last_place(error: Exception) -> str:
    """Where it was raised: a template or a plugin's file, with the line."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{frame.filename} line {frame.lineno}"
