"""Opens the cluster repository that the settings name, or the embedded one below the Tutor root."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tutor_launchpad.adapters.git import Repository
from tutor_launchpad.adapters.git_process import Runner
from tutor_launchpad.core.argocd import RepositoryCredentials
from tutor_launchpad.core.errors import LaunchpadError, NotFound
from tutor_launchpad.core.settings import Settings

EMBEDDED = Path("launchpad", "repository")
CACHE = Path("launchpad", "cache.git")


def is_remote(repository: str) -> bool:
    """Whether Argo CD could reach this address; a path it cannot."""
    return bool(re.match(r"(https?|ssh)://|[^/\s]+@[^/\s:]+:", repository))


def open_repository(settings: Settings, root: Path) -> Repository:
    """The repository of these settings; nothing is fetched or made yet."""
    place = settings.repository
    if not is_remote(place):
        path = Path(re.sub("^file://", "", place)).expanduser() if place else root / EMBEDDED
        return Repository(str(path), settings.branch, path, "", Runner(str(path)))
    file = _credentials_path(settings)
    runner = Runner(place, file, is_key=file is not None and _is_key(file))
    return Repository(place, settings.branch, root / CACHE, place, runner)


def read_credentials(settings: Settings) -> RepositoryCredentials | None:
    """The credentials in LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE; None where the setting is empty.

    The file is either an OpenSSH private key or in the format of `git credential-store`: a line
    `https://user:password@host` each, of which the one for the repository's host counts.
    """
    file = _credentials_path(settings)
    if file is None:
        return None
    if _is_key(file):
        return RepositoryCredentials(ssh_private_key=file.read_text())
    host = urlsplit(settings.repository).netloc.rpartition("@")[2]
    for line in file.read_text().splitlines():
        url = urlsplit(line.strip())
        if unquote(url.netloc.rpartition("@")[2]) == host and url.password is not None:
            return RepositoryCredentials(unquote(url.username or ""), unquote(url.password))
    raise LaunchpadError(
        f"LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE {file} has no line https://user:password@{host}, nor is it an SSH key."
    )


def _credentials_path(settings: Settings) -> Path | None:
    if not settings.repository_credentials_file:
        return None
    path = Path(settings.repository_credentials_file).expanduser()
    if not path.is_file():
        raise NotFound(
            f"LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE {path} does not exist: create it or correct the setting."
        )
    return path


def _is_key(path: Path) -> bool:
    try:
        return path.read_text().lstrip().startswith("-----BEGIN")
    except OSError as error:
        raise LaunchpadError(f"Cannot read LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE {path}: {error.strerror}.") from error
