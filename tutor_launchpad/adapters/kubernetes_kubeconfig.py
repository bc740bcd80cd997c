"""The kubeconfig: its contexts and users without the library, and connections with it.

The `kubernetes` package is imported only here and only when somebody connects: it costs a third of a second.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tutor_launchpad.adapters.kubernetes_transport import TIMEOUT, PoolTransport, reason
from tutor_launchpad.adapters.processes import ProcessFailed, run
from tutor_launchpad.core.errors import LaunchpadError, NotFound, TimedOut, Unreachable
from tutor_launchpad.core.types import Object

PLUGIN_TIMEOUT = 60.0


@dataclass(frozen=True)
class User:
    """A user of the kubeconfig. `plugin`: the command that gives its credentials; `folder`: where that is started."""

    name: str
    plugin: Object | None
    folder: Path

    def __str__(self) -> str:
        """`user 'admin'`, with the plugin's command where it has one."""
        return f"user {self.name!r}" + (f" (by the command `{self.plugin['command']}`)" if self.plugin else "")


def kubeconfig_files() -> list[Path]:
    """The files that kubectl would read."""
    named = [Path(name) for name in os.environ.get("KUBECONFIG", "").split(os.pathsep) if name]
    return named or [Path.home() / ".kube" / "config"]


def contexts() -> tuple[list[str], str | None]:
    """Names of the kubeconfig's contexts, and the current one. No network, no `kubernetes`."""
    names: dict[str, None] = {}
    current: str | None = None
    for file, content in _contents():
        named = content.get("current-context") or None
        if named is not None and not isinstance(named, str):
            raise LaunchpadError(
                f"The kubeconfig {file} has a current-context that is no text: put it in quotes there."
            )
        current = current or named
        names |= {entry["name"]: None for entry in _entries(content, "contexts")}
    return list(names), current


def find_user(context: str) -> User:
    """The user of a context; as in kubectl, of several files the first one that names it counts."""
    contents = list(_contents())
    named = [entry for _, content in contents for entry in _entries(content, "contexts") if entry["name"] == context]
    name = str(_mapping(named[0].get("context") if named else None).get("user", ""))
    for file, content in contents:
        for entry in _entries(content, "users"):
            if entry["name"] == name:
                plugin = _mapping(entry.get("user")).get("exec")
                return User(name, plugin if isinstance(plugin, dict) and "command" in plugin else None, file.parent)
    return User(name, None, Path())


def open_transport(context: str | None, timeout: tuple[float, float] = TIMEOUT) -> PoolTransport:
    """The server and user of a kubeconfig's context; the current one where none is named."""
    names, current = contexts()
    wanted = context or current
    if not names:
        raise NotFound(
            f"There is no kubeconfig with a context ({', '.join(map(str, kubeconfig_files()))}): set KUBECONFIG to the "
            "file of one, or put one there."
        )
    if wanted is None or wanted not in names:
        what = f"context {wanted!r}" if wanted else "current context"
        raise NotFound(f"The kubeconfig has no {what}: choose one of {', '.join(names)} with `--context`.")
    return PoolTransport(lambda: _load(wanted), str(find_user(wanted)), timeout)


def _load(context: str) -> Any:
    """The package's client. It logs a plugin's failure, and goes on without credentials."""
    from kubernetes.config import ConfigException, new_client_from_config

    files = os.pathsep.join(str(file) for file in kubeconfig_files() if file.exists())
    try:
        with _heard() as logged:
            client = new_client_from_config(config_file=files, context=context)  # type: ignore[no-untyped-call, unused-ignore]
    except (ConfigException, OSError, ValueError) as error:
        raise LaunchpadError(
            f"The kubeconfig's context {context!r} cannot be used ({reason(error)}): try "
            f"`kubectl --context {context} version`."
        ) from error
    except (AttributeError, TypeError, LookupError) as error:  # the package expects a file of the right form
        raise LaunchpadError(
            f"The kubeconfig's context {context!r} cannot be used: its entry, its cluster or its user has not the form that a "
            f"kubeconfig has. Try `kubectl --context {context} version`."
        ) from error
    user = find_user(context)
    given = client.configuration.api_key or client.configuration.cert_file
    if user.plugin is not None and not given:
        raise Unreachable(_plugin_failure(user, user.plugin, logged))
    client.configuration.refresh_api_key_hook = None  # credentials are read anew where the server refuses them
    return client


def _plugin_failure(user: User, plugin: Object, logged: list[str]) -> str:
    """Why a plugin gave nothing. The package hides that on a terminal, so the plugin is asked again."""
    command = str(plugin["command"])
    program = str(user.folder / command) if os.sep in command else command
    information = {"apiVersion": plugin.get("apiVersion"), "kind": "ExecCredential", "spec": {"interactive": False}}
    env = {str(one["name"]): str(one["value"]) for one in plugin.get("env") or []}
    env["KUBERNETES_EXEC_INFO"] = json.dumps(information)
    start = f"The kubeconfig's user {user.name!r} has no credentials: its command `{command}`"
    try:
        run([program, *map(str, plugin.get("args") or [])], env=env, timeout=PLUGIN_TIMEOUT)
    except NotFound:
        hint = " ".join(str(plugin.get("installHint") or "").split())
        return f"{start} is not installed or not on the PATH. {hint or 'Install it'}, then try again."
    except ProcessFailed as error:
        last = (error.stderr.splitlines() or ["it said nothing"])[-1]
        return f"{start} failed with status {error.status}: {last}. Log in again, then try `kubectl auth whoami`."
    except TimedOut:
        return f"{start} did not end within {PLUGIN_TIMEOUT:.0f} s. Try `kubectl auth whoami`."
    return f"{start} prints none ({(logged or ['it has no token'])[-1]}). Try `kubectl auth whoami`."


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What is logged meanwhile, which nobody else shall print."""
    heard: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    ear, root = Ear(), logging.getLogger()
    root.addHandler(ear)
    try:
        yield heard
    finally:
        root.removeHandler(ear)


def _contents() -> Iterator[tuple[Path, Object]]:
    for file in kubeconfig_files():
        try:
            content = yaml.safe_load(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise LaunchpadError(
                f"The kubeconfig {file} cannot be read ({type(error).__name__}): see KUBECONFIG."
            ) from None
        if isinstance(content, dict):
            yield file, content


def _entries(content: Object, section: str) -> Iterator[Object]:
    entries = content.get(section) or []
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("name"), str):
            yield entry


def _mapping(value: object) -> Object:
    return value if isinstance(value, dict) else {}
