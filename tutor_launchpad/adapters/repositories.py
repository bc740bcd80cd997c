"""Opens the cluster repository that the settings name, or the embedded one below the Tutor root."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tutor_launchpad.adapters.files import OWN
from tutor_launchpad.adapters.git import Repository
from tutor_launchpad.adapters.git_process import Runner
from tutor_launchpad.core.argocd import RepositoryCredentials
from tutor_launchpad.core.errors import LaunchpadError, NotFound, Refused
from tutor_launchpad.core.settings import Place, Settings

EMBEDDED = OWN / "repository"
CACHE = OWN / "cache.git"


def is_remote(repository: str) -> bool:
    """Whether Argo CD could reach this address; a path it cannot."""
    return bool(re.match(r"(https?|ssh)://|[^/\s]+@[^/\s:]+:", repository))


def open_repository(settings: Settings | Place, root: Path) -> Repository:
    """The repository of these settings; nothing is fetched or made yet."""
    place = settings.repository
    if not is_remote(place):
        path = Path(re.sub("^file://", "", place)).expanduser() if place else root / EMBEDDED
        return Repository(str(path), settings.branch, path, "", Runner(str(path)))
    file = _credentials_path(settings)
    runner = Runner(place, file, is_key=file is not None and _is_key(_text(file)))
    return Repository(place, settings.branch, root / CACHE, place, runner)


def read_credentials(settings: Settings | Place) -> RepositoryCredentials | None:
    """The credentials in LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE; None where the setting is empty.

    The file is either an OpenSSH private key or in the format of `git credential-store`: a line
    `https://user:password@host` each, of which the first for the repository's scheme, host and user counts.
    """
    file = _credentials_path(settings)
    if file is None:
        return None
    text = _text(file)
    if _is_key(text):
        return RepositoryCredentials(ssh_private_key=text)
    for line in text.splitlines():
        found = _credentials(line, settings.repository)
        if found is not None:
            return found
    scheme, host = _place(settings.repository)
    raise LaunchpadError(
        f"LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE {file} has no line {scheme}://user:password@{host}, nor is it an SSH key."
    )


def _credentials(line: str, repository: str) -> RepositoryCredentials | None:
    """What a line of the file gives for the repository; None where it is for others or no address at all."""
    try:
        url, wanted = urlsplit(line.strip()), urlsplit(repository)
    except ValueError:
        return None
    if url.password is None or _place(line.strip()) != _place(repository):
        return None
    if wanted.username is not None and url.username != wanted.username:
        return None
    return RepositoryCredentials(unquote(url.username or ""), unquote(url.password))


def _place(address: str) -> tuple[str, str]:
    """Scheme and host with its port, as they are compared; `ssh` for an address of the form user@host:path.

    Git itself writes a port as `%3a8443` into such a file.
    """
    scp = re.fullmatch(r"(?:[^@/]+@)?([^:/]+):(?!//).*", address)
    if scp:
        return "ssh", scp[1].lower()
    url = urlsplit(address)
    return url.scheme.lower(), unquote(url.netloc.rpartition("@")[2]).lower()


def _credentials_path(settings: Settings | Place) -> Path | None:
    if not settings.repository_credentials_file:
        return None
    path = Path(settings.repository_credentials_file).expanduser()
    if not path.is_file():
        raise NotFound(
            f"LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE {path} does not exist: create it or correct the setting."
        )
    return path


def _is_key(text: str) -> bool:
    return text.lstrip().startswith("-----BEGIN")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise Refused([f"Cannot read LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE {path}: {error.strerror}."]) from error
    except UnicodeDecodeError:
        raise Refused([
            f"LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE {path} is no text: use an SSH key in OpenSSH's form, or lines as "
            "`git credential-store` writes them."
        ]) from None  # fmt: skip
