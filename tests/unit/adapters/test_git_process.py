"""What git's failures mean, from git itself where a small server can provoke them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tutor_launchpad.adapters.git_process import PushRejected, Runner, Unexplained
from tutor_launchpad.core.errors import Forbidden, LaunchpadError, NotFound, Unreachable


class _Answers(BaseHTTPRequestHandler):
    """Answers `/404/repo.git/…` with status 404."""

    def do_GET(self) -> None:
        status = int(self.path.split("/")[1])
        if status:
            self.send_response(status)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Answers) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{made.server_port}"
        made.shutdown()


@pytest.fixture(autouse=True)
def _own_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.mark.parametrize(
    ("status", "kind", "text"),
    [
        (401, Forbidden, "does not let us in (fatal: could not read Username"),
        (403, Forbidden, "does not let us in (fatal: unable to access"),
        (404, NotFound, "was not found (fatal: repository"),
        (429, Unreachable, "cannot be reached (fatal: unable to access"),
        (500, Unreachable, "cannot be reached (fatal: unable to access"),
        (0, Unreachable, "cannot be reached (fatal: unable to access"),
    ],
)
def test_answer_of_a_server(server: str, tmp_path: Path, status: int, kind: type[LaunchpadError], text: str) -> None:
    address = f"{server}/{status}/repo.git"

    with pytest.raises(kind) as caught:
        Runner(address).run("ls-remote", address, cwd=tmp_path)

    assert str(caught.value).startswith(f"The repository {address} {text}")


def test_wrong_password_is_forbidden_and_not_told(server: str, tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.write_text(server.replace("://", "://me:h1dden@") + "\n")
    before = credentials.read_bytes()

    with pytest.raises(Forbidden) as caught:
        Runner("x", credentials).run("ls-remote", f"{server}/401/repo.git", cwd=tmp_path)

    assert "h1dden" not in str(caught.value)
    assert credentials.read_bytes() == before


def _fake(monkeypatch: pytest.MonkeyPatch, folder: Path, stderr: str) -> None:
    (folder / "said").write_text(stderr)
    git = folder / "git"
    git.write_text(f'#!/bin/sh\necho "$@" >{folder}/called; env >{folder}/env; cat {folder}/said >&2; exit 128\n')
    git.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


FAR = "Could not read from remote repository.\n\nPlease make sure you have the correct access rights"


@pytest.mark.parametrize(
    ("stderr", "kind", "text"),
    [
        pytest.param(f"Host key verification failed.\nfatal: {FAR}", Unreachable,
                     "whose key SSH does not know (Host key verification failed)", id="unknown host key"),
        pytest.param(f"@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.\nfatal: {FAR}",
                     Unreachable, "whose key SSH does not know", id="changed host key"),
        pytest.param(f"git@h: Permission denied (publickey).\nfatal: {FAR}", Forbidden,
                     "(git@h: Permission denied (publickey))", id="ssh key"),
        pytest.param(f'Load key "/k": error in libcrypto\nfatal: {FAR}', Forbidden, "error in libcrypto", id="broken key"),
        pytest.param("remote: Invalid username or token.\nfatal: Authentication failed for 'https://h/'", Forbidden,
                     "Authentication failed", id="token"),
        pytest.param("remote: Repository not found.\nfatal: repository 'https://h/' not found", NotFound,
                     "remote: Repository not found", id="absent"),
        pytest.param("fatal: '/x' does not appear to be a git repository", NotFound, "does not appear", id="path"),
        pytest.param("ssh: connect to host h port 22: Connection refused\nfatal: " + FAR, Unreachable,
                     "Connection refused", id="refused"),
        pytest.param("fatal: unable to access 'https://h/': Could not resolve host: h", Unreachable,
                     "Could not resolve host", id="name"),
        pytest.param("fatal: unable to access 'https://h/': SSL certificate problem: self-signed", Unreachable,
                     "SSL certificate problem", id="certificate"),
        pytest.param("something odd", Unexplained, "Git failed at the repository https://h/x: something odd.", id="odd"),
        pytest.param("", Unexplained, "it said nothing", id="silent"),
    ],
)  # fmt: skip
def test_words_of_git(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stderr: str, kind: type[LaunchpadError], text: str
) -> None:
    _fake(monkeypatch, tmp_path, stderr)

    with pytest.raises(LaunchpadError) as caught:
        Runner("https://h/x").run("fetch", "https://h/x", cwd=tmp_path)

    assert type(caught.value) is kind
    assert text in str(caught.value)


def test_userinfo_of_an_address_is_not_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _fake(monkeypatch, tmp_path, "fatal: unable to access 'https://me:h1dden@h/': Could not resolve host: h")

    with pytest.raises(Unreachable) as caught:
        Runner("https://h/x").run("fetch", "x", cwd=tmp_path)

    assert "h1dden" not in str(caught.value)
    assert "https://h/" in str(caught.value)


@pytest.mark.parametrize(
    ("stderr", "kind"),
    [
        ("! [rejected] main -> main (fetch first)", PushRejected),
        ("! [rejected] main -> main (non-fast-forward)", PushRejected),
        ("! [rejected] main -> main (stale info)", PushRejected),
        ("! [remote rejected] main -> main (failed to update ref)", PushRejected),
        ("error: cannot lock ref 'refs/heads/main'", PushRejected),
        ("remote: protected\n! [remote rejected] main -> main (pre-receive hook declined)", Forbidden),
        ("fatal: unable to access 'https://h/': The requested URL returned error: 403", Forbidden),
    ],
)
def test_push_tells_a_race_from_a_refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stderr: str, kind: type[LaunchpadError]
) -> None:
    _fake(monkeypatch, tmp_path, stderr)

    with pytest.raises(kind):
        Runner("https://h/x").push(tmp_path, "https://h/x", "a" * 40, "main", "b" * 40)


def test_password_file_is_only_named_and_other_helpers_are_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "the credentials"
    file.write_text("https://me:h1dden@h\n")
    _fake(monkeypatch, tmp_path, "")

    with pytest.raises(LaunchpadError):
        Runner("https://h/x", file).run("fetch", "x", cwd=tmp_path)

    called = (tmp_path / "called").read_text()
    assert called.startswith("-c credential.helper= -c credential.helper=")
    assert f"git credential-store --file='{file}' get" in called
    assert "GIT_TERMINAL_PROMPT=0" in (tmp_path / "env").read_text()
    assert "h1dden" not in called + (tmp_path / "env").read_text()


def test_key_file_is_the_only_identity(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _fake(monkeypatch, tmp_path, "")

    with pytest.raises(LaunchpadError):
        Runner("git@h:x", tmp_path / "a key", is_key=True).run("push", "x", cwd=tmp_path)

    environment = (tmp_path / "env").read_text()
    assert f"-o BatchMode=yes -o ConnectTimeout=20 -o IdentitiesOnly=yes -i '{tmp_path}/a key'" in environment
    assert (tmp_path / "called").read_text() == "push x\n"


def test_command_without_network_gets_no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _fake(monkeypatch, tmp_path, "")

    with pytest.raises(LaunchpadError):
        Runner("git@h:x", tmp_path / "key", is_key=True).run("log", cwd=tmp_path)

    assert "GIT_SSH_COMMAND" not in (tmp_path / "env").read_text()
