"""How git is called: without prompts, with its credentials out of arguments and addresses, with its errors told apart."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from tutor_launchpad.adapters import processes
from tutor_launchpad.adapters.git_explained import explained
from tutor_launchpad.adapters.processes import ProcessFailed
from tutor_launchpad.core.errors import Forbidden, LaunchpadError, NotFound, Unreachable

NETWORK_TIMEOUT = 300.0
FALLBACK_IDENTITY = "Launchpad <launchpad@localhost>"

_HOST_KEY = re.compile(r"host key verification failed|remote host identification has changed", re.IGNORECASE)
_FORBIDDEN = re.compile(
    r"authentication failed|could not read username|could not read password|permission denied|"
    r"returned error: 40[13]|access denied|invalid credentials|error in libcrypto|invalid format",
    re.IGNORECASE,
)
_NOT_FOUND = re.compile(
    r"repository .*not found|returned error: 404|does not appear to be a git repository|does not exist|"
    r"couldn't find remote ref",
    re.IGNORECASE,
)
_UNREACHABLE = re.compile(
    r"could not resolve host|connection refused|connection timed out|connection reset|failed to connect|"
    r"couldn't connect|network is unreachable|no route to host|ssl|empty reply|early eof|hung up unexpectedly|"
    r"returned error: (429|5\d\d)",
    re.IGNORECASE,
)
_RACE = re.compile(
    r"fetch first|non-fast-forward|stale info|cannot lock ref|failed to update ref|incorrect old value|"
    r"reference already exists|could not set 'core",
    re.IGNORECASE,
)
_OTHER_REPOSITORY = {
    f"GIT_{name}"
    for line in (
        "DIR WORK_TREE INDEX_FILE OBJECT_DIRECTORY ALTERNATE_OBJECT_DIRECTORIES COMMON_DIR NAMESPACE PREFIX GRAFT_FILE",
        "SHALLOW_FILE REPLACE_REF_BASE IMPLICIT_WORK_TREE",
    )
    for name in line.split()
}
"""What Git sets for its hooks; it would lead every command of ours to the repository of the hook."""
_TOLD = re.compile(r"^(fatal|error|remote|!)")
_USERINFO = re.compile(r"(?<=://)[^/@\s]+@")


def is_race(text: str) -> bool:
    """Whether Git says that somebody else was at the same reference."""
    return bool(_RACE.search(text))


class PushRejected(LaunchpadError):
    """Somebody else's commit came first; making ours again on top of it may go through."""


class Unexplained(LaunchpadError):
    """None of what we know about networks and rights: the copy here may be damaged."""


@dataclass
class Runner:
    """Calls git for one repository. `credentials_file`: see `RepositoryCredentials`; `address` is for messages.

    `held`: a lock that commands without network keep until they end, see `processes.run`.
    """

    address: str
    credentials_file: Path | None = None
    is_key: bool = False
    last_error: str = ""
    held: tuple[int, ...] = ()

    def run(self, *arguments: str, cwd: Path, stdin: bytes | None = None) -> bytes:
        """Standard output of a git command; network failures become Forbidden, NotFound or Unreachable."""
        self.last_error = ""
        network = arguments[0] in ("fetch", "push", "ls-remote")
        try:
            return processes.run(
                ["git", *self._options(network), *arguments],
                cwd=cwd,
                env={**self._environment(network), "GIT_CEILING_DIRECTORIES": str(cwd.resolve().parent)},
                without=_OTHER_REPOSITORY,
                stdin=stdin,
                timeout=NETWORK_TIMEOUT,
                keep=() if network else self.held,
            )
        except ProcessFailed as error:
            self.last_error = error.stderr
            if network:
                raise self._explain(error) from error
            raise explained(error, self.address) from error

    def push(self, cwd: Path, remote: str, commit: str, branch: str, expected: str) -> None:
        """Publish a commit whose parent is `expected`, only where the branch is still there (empty: not there at all).

        Raises `PushRejected` where somebody else was first. Without the condition a push would bring back what somebody
        has just removed from the branch, as ours is on top of it.
        """
        condition = f"--force-with-lease=refs/heads/{branch}:{expected}"
        try:
            self.run("push", condition, remote, f"{commit}:refs/heads/{branch}", cwd=cwd)
        except LaunchpadError as error:
            if is_race(self.last_error):
                raise PushRejected(self._reason(self.last_error)) from error
            if "[remote rejected]" in self.last_error:
                words = _words_of_server(self.last_error) or self._reason(self.last_error)
                raise Forbidden(f"{self.address} refuses the push: {words}. Allow it for this user there.") from error
            raise

    def refuse_others(self, branch: str, branches: list[str]) -> None:
        """Raise where a repository that lacks the branch has others: it is not a new one."""
        if branches:
            names = ", ".join(sorted(branches)[:5])
            raise NotFound(
                f"{self.address} has no branch {branch!r} (it has {names}): create it or set LAUNCHPAD_BRANCH."
            )

    def identity(self, cwd: Path) -> str:
        """`Name <address>` for commits: Git's own, or ours where none is configured."""
        try:
            text = self.run("var", "GIT_COMMITTER_IDENT", cwd=cwd).decode()
        except ProcessFailed:
            return FALLBACK_IDENTITY
        match = re.match(r"(.*<[^>]*>) ", text)
        return match.group(1) if match else FALLBACK_IDENTITY

    def _options(self, network: bool) -> list[str]:
        if not network or self.credentials_file is None or self.is_key:
            return []
        file = shlex.quote(str(self.credentials_file))
        # Git also tells its helpers to store and to erase what they gave; the user's file must stay as it is.
        helper = f'!f() {{ test "$1" = get && git credential-store --file={file} get; }}; f'
        return ["-c", "credential.helper=", "-c", f"credential.helper={helper}"]

    def _environment(self, network: bool) -> dict[str, str]:
        plain = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8", "LANGUAGE": "C", "GIT_OPTIONAL_LOCKS": "0"}
        if not network:
            return plain
        ssh = "ssh -o BatchMode=yes -o ConnectTimeout=20"
        if self.is_key and self.credentials_file is not None:
            ssh += f" -o IdentitiesOnly=yes -i {shlex.quote(str(self.credentials_file))}"
            return {**plain, "GIT_SSH_COMMAND": ssh}
        return plain

    def _explain(self, error: ProcessFailed) -> LaunchpadError:
        name = f"The repository {self.address}"
        known: list[tuple[re.Pattern[str], type[LaunchpadError], str, str]] = [
            (_HOST_KEY, Unreachable, "is on a host whose key SSH does not know",
             "compare the key with the one that its administrator publishes, then add it to known_hosts"),
            (_FORBIDDEN, Forbidden, "does not let us in",
             "check LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE or Git's credential helper"),
            (_NOT_FOUND, NotFound, "was not found", "check LAUNCHPAD_REPOSITORY, or create it there"),
            (_UNREACHABLE, Unreachable, "cannot be reached", "check the network and try again"),
        ]  # fmt: skip
        for pattern, kind, what, remedy in known:
            if pattern.search(error.stderr):
                return kind(f"{name} {what} ({self._reason(error.stderr, pattern)}): {remedy}.")
        return Unexplained(f"Git failed at the repository {self.address}: {self._reason(error.stderr)}.")

    def _reason(self, text: str, pattern: re.Pattern[str] = _TOLD) -> str:
        """The line that tells most: the one with the pattern, git's own last word, or the first of all."""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        telling = [line for line in lines if pattern.search(line)] or [line for line in lines if _TOLD.search(line)]
        return _USERINFO.sub("", (telling or lines or ["it said nothing"])[0].rstrip("."))


def _words_of_server(text: str) -> str:
    """What the server's hook said, and why Git says that it was refused, without decoration."""
    lines = [line.partition("remote:")[2].strip() for line in text.splitlines() if line.startswith("remote:")]
    said = [line for line in lines if any(character.isalnum() for character in line)][:3]
    reason = re.search(r"\[remote rejected\].*\((.*)\)", text)
    words = "; ".join([*said, *([reason[1]] if reason else [])])
    return _USERINFO.sub("", "".join(filter(str.isprintable, words))).rstrip(".")
