"""Which repository the settings mean, and the credentials in the file that they name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.fake_deployment import make_settings
from tutor_launchpad.adapters.repositories import is_remote, open_repository, read_credentials
from tutor_launchpad.core.argocd import RepositoryCredentials
from tutor_launchpad.core.errors import LaunchpadError, NotFound

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nh1dden\n-----END OPENSSH PRIVATE KEY-----\n"
HTTPS = "https://git.example.com/cluster.git"


@pytest.mark.parametrize(
    ("repository", "remote"),
    [
        ("", False),
        ("/srv/git", False),
        ("./a:b", False),
        ("~/git", False),
        ("file:///srv/git", False),
        (HTTPS, True),
        ("http://git.example.com/x", True),
        ("ssh://git@git.example.com/x", True),
        ("git@git.example.com:team/x.git", True),
    ],
)
def test_is_remote(repository: str, remote: bool) -> None:
    assert is_remote(repository) is remote


@pytest.mark.parametrize(
    ("repository", "path", "remote"),
    [
        ("", "{root}/launchpad/repository", ""),
        ("/srv/git", "/srv/git", ""),
        ("file:///srv/git", "/srv/git", ""),
        (HTTPS, "{root}/launchpad/cache.git", HTTPS),
    ],
)
def test_open_repository_makes_and_fetches_nothing(tmp_path: Path, repository: str, path: str, remote: str) -> None:
    opened = open_repository(make_settings(repository=repository), tmp_path)

    assert (str(opened.path), opened.remote) == (path.format(root=tmp_path), remote)
    assert list(tmp_path.iterdir()) == []


def _read(tmp_path: Path, content: str | bytes, repository: str = HTTPS) -> RepositoryCredentials | None:
    file = tmp_path / "credentials"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_credentials(make_settings(repository=repository, repository_credentials_file=str(file)))


@pytest.mark.parametrize("host", ["git.example.com:8443", "git.example.com%3a8443", "git.example.com%3A8443"])
def test_port_is_read_as_git_writes_it(tmp_path: Path, host: str) -> None:
    found = _read(tmp_path, f"https://me:token@{host}\n", "https://git.example.com:8443/cluster.git")

    assert found == RepositoryCredentials("me", "token")


def test_no_file_no_credentials() -> None:
    assert read_credentials(make_settings()) is None


@pytest.mark.parametrize("content", [KEY, "\n" + KEY, KEY.replace("OPENSSH", "RSA")])
def test_key_is_taken_whole(tmp_path: Path, content: str) -> None:
    assert _read(tmp_path, content, "git@git.example.com:x") == RepositoryCredentials(ssh_private_key=content)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("https://me:token@git.example.com\n", ("me", "token"), id="one line"),
        pytest.param("https://me:t%40k%2Fn@git.example.com", ("me", "t@k/n"), id="encoded"),
        pytest.param("https://me:token@GIT.example.com\n", ("me", "token"), id="case of the host"),
        pytest.param("https://o:x@other.com\n\nhttps://me:token@git.example.com\n", ("me", "token"), id="second line"),
        pytest.param("https://me:token@git.example.com/other\n", ("me", "token"), id="path"),
        pytest.param("# note\nhttps://[bad\nhttps://me:token@git.example.com\n", ("me", "token"), id="rubbish before"),
        pytest.param("  https://me:token@git.example.com  \r\n", ("me", "token"), id="spaces"),
    ],
)
def test_line_for_the_host_counts(tmp_path: Path, content: str, expected: tuple[str, str]) -> None:
    assert _read(tmp_path, content) == RepositoryCredentials(*expected)


def test_user_of_the_address_chooses_the_line(tmp_path: Path) -> None:
    lines = "https://you:other@git.example.com\nhttps://me:token@git.example.com\n"

    assert _read(tmp_path, lines, "https://me@git.example.com/x") == RepositoryCredentials("me", "token")


@pytest.mark.parametrize(
    ("content", "repository"),
    [
        pytest.param("", HTTPS, id="empty"),
        pytest.param("h1dden", HTTPS, id="bare token"),
        pytest.param("https://me:h1dden@other.com", HTTPS, id="another host"),
        pytest.param("https://me:h1dden@git.example.com:8443", HTTPS, id="another port"),
        pytest.param("https://me:h1dden@git.example.com", "http://git.example.com/x", id="never without TLS"),
        pytest.param("https://h1dden@git.example.com", HTTPS, id="no password"),
        pytest.param("https://me:h1dden@git.example.com", "git@git.example.com:x", id="password for SSH"),
        pytest.param("https://[me:h1dden@git.example.com", HTTPS, id="no address"),
        pytest.param(b"\xffh1dden\x00", HTTPS, id="binary"),
        pytest.param("git.example.com me h1dden", HTTPS, id="netrc"),
    ],
)
def test_file_without_credentials_is_named_and_not_quoted(
    tmp_path: Path, content: str | bytes, repository: str
) -> None:
    with pytest.raises(LaunchpadError, match=r"LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE .*/credentials") as caught:
        _read(tmp_path, content, repository)

    assert "h1dden" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_missing_file_is_not_found(tmp_path: Path) -> None:
    settings = make_settings(repository=HTTPS, repository_credentials_file=str(tmp_path / "gone"))

    for act in (lambda: read_credentials(settings), lambda: open_repository(settings, tmp_path)):
        with pytest.raises(NotFound, match="gone does not exist"):
            act()


def test_credentials_show_no_secret() -> None:
    assert "h1dden" not in repr(RepositoryCredentials("me", "h1dden", KEY))
