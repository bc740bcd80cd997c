"""A bare copy of a repository elsewhere: nothing in it is precious, so one that is damaged is made anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path, PurePosixPath

from tutor_launchpad.adapters.files import scratch
from tutor_launchpad.adapters.git_process import PushRejected, Runner, Unexplained, is_race
from tutor_launchpad.adapters.git_repair import is_complete
from tutor_launchpad.adapters.processes import ProcessFailed
from tutor_launchpad.core.errors import LaunchpadError, NotFound

FETCH_ATTEMPTS = 6
BROKEN = 128
"""Git's status where it breaks down; below it, it has answered."""


@dataclass
class CopyStore:
    """`path`: the copy, which several runs of a root may use at the same time; `remote`: the address of the original."""

    branch: str
    path: Path
    remote: str
    runner: Runner
    sleep: Callable[[float], None]
    renewed: bool = False

    @property
    def exists(self) -> bool:
        """Whether there is a copy."""
        return is_complete(self.path)

    def git(self, *arguments: str, stdin: bytes | None = None) -> bytes:
        """Run git in the copy; where that breaks down, in a new one, once."""
        try:
            return self.runner.run(*arguments, cwd=self.path, stdin=stdin)
        except ProcessFailed as error:
            if self.renewed or 0 < error.status < BROKEN:
                raise
        self._renew()
        return self.runner.run(*arguments, cwd=self.path, stdin=stdin)

    def head(self) -> str:
        """The branch's commit, fetched; empty where the original has no commits at all."""
        if not self.exists:
            self._make()
        try:
            return self._fetch()
        except (Unexplained, ProcessFailed):
            if self.renewed:
                raise
        self._renew()
        return self._fetch()

    @contextmanager
    def writing(self, folder: PurePosixPath, files: Mapping[str, bytes]) -> Iterator[None]:
        """Nothing is to be kept from others: objects have names of their own, and the original decides who was first."""
        yield

    def publish(self, commit: str, parent: str) -> None:
        """Push; raises `PushRejected` where it has to be tried again on top of what is there by then."""
        try:
            self.runner.push(self.path, self.remote, commit, self.branch, parent)
        except Unexplained as error:
            if self.renewed:
                raise
            self._renew()
            raise PushRejected(str(error)) from error

    def recorded(self, commit: str, folder: PurePosixPath) -> None:
        """Remember what was published last."""
        self.git("update-ref", self._memory, commit)

    def lost(self, head: str) -> str:
        """The commit that was published last, where the branch does not have it any more."""
        merged = [f"--no-merged={head}"] if head else []
        return self.git("for-each-ref", "--format=%(objectname)", *merged, self._memory).decode().strip()

    @property
    def _target(self) -> str:
        return f"refs/launchpad/{self.branch}"

    @property
    def _memory(self) -> str:
        return f"refs/launchpad-recorded/{sha256(self.remote.encode()).hexdigest()[:12]}/{self.branch}"

    def _make(self) -> None:
        """In a folder of its own, so that a copy is whole from its first moment on."""
        try:
            with scratch(self.path.parent) as folder:
                self._init(folder / self.path.name)
                self._put(folder)
        except OSError as error:
            raise LaunchpadError(f"Cannot make the repository's folder {self.path}: {error.strerror}.") from error

    def _renew(self) -> None:
        """Replace the copy once a new one has been fetched; where that fails, the old one stays."""
        self.renewed = True
        with scratch(self.path.parent) as folder:
            fresh = replace(self, path=folder / self.path.name)
            self._init(fresh.path)
            fresh._fetch()
            self._remember(fresh.path)
            self._put(folder)

    def _remember(self, fresh: Path) -> None:
        """In the new copy too what was published last, where the old one can tell: `lost` looks for it."""
        everything = "+refs/launchpad-recorded/*:refs/launchpad-recorded/*"
        with suppress(LaunchpadError):
            self.runner.run("fetch", "--quiet", "--no-tags", str(self.path.resolve()), everything, cwd=fresh)

    def _init(self, path: Path) -> None:
        words = "init", "--quiet", "--bare", f"--initial-branch={self.branch}", str(path)
        self.runner.run(*words, cwd=path.parent)

    def _put(self, folder: Path) -> None:
        """The copy from the folder to its place, what was there to the folder. Of two at once, one wins."""
        with suppress(FileNotFoundError):
            self.path.rename(folder / "old")
        try:
            (folder / self.path.name).rename(self.path)
        except OSError:
            if not self.exists:
                raise

    def _fetch(self) -> str:
        try:
            self._fetch_branch()
        except NotFound:
            if "fatal: couldn't find remote ref" not in self.runner.last_error.lower():
                raise
            listed = self.runner.run("ls-remote", "--heads", self.remote, cwd=self.path).decode().split()
            branches = [name.removeprefix("refs/heads/") for name in listed[1::2]]
            if self.branch in branches:  # somebody has made it since
                return self._fetch()
            self.runner.refuse_others(self.branch, branches)
            return ""
        return self.runner.run("rev-parse", "--verify", f"{self._target}^{{commit}}", cwd=self.path).decode().strip()

    def _fetch_branch(self) -> None:
        """Fetch; again where another run of this root holds the reference at that moment."""
        words = "fetch", "--quiet", "--no-tags", self.remote, f"+refs/heads/{self.branch}:{self._target}"
        for attempt in range(FETCH_ATTEMPTS):
            try:
                self.runner.run(*words, cwd=self.path)
                return
            except LaunchpadError:
                if attempt + 1 == FETCH_ATTEMPTS or not is_race(self.runner.last_error):
                    raise
                self.sleep(0.2 * 2**attempt)
