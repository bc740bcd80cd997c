"""A repository on this machine, the embedded one for example: it is the original, so whatever happens it is mended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tutor_launchpad.adapters.git_process import PushRejected, Runner, is_race
from tutor_launchpad.adapters.git_repair import alone, is_complete
from tutor_launchpad.adapters.processes import ProcessFailed
from tutor_launchpad.adapters.work_tree import WorkTree
from tutor_launchpad.core.errors import LaunchpadError


@dataclass
class LocalStore:
    """`path`: a repository with or without a work tree; it is made with the first record."""

    branch: str
    path: Path
    runner: Runner

    @property
    def exists(self) -> bool:
        """Whether it has been made, to its end."""
        dot = self.path / ".git"
        return dot.is_file() or is_complete(dot) or is_complete(self.path)

    def git(self, *arguments: str, stdin: bytes | None = None) -> bytes:
        """Run git here."""
        return self.runner.run(*arguments, cwd=self.path, stdin=stdin)

    def head(self) -> str:
        """The branch's commit; empty where there are no commits at all."""
        self._refuse_other()
        if not self.exists:
            return ""
        listed = self.git("for-each-ref", "--format=%(objectname) %(refname)", "refs/heads").decode().splitlines()
        branches = {name.removeprefix("refs/heads/"): commit for commit, name in map(str.split, listed)}
        if self.branch not in branches:
            self.runner.refuse_others(self.branch, list(branches))
        return branches.get(self.branch, "")

    @contextmanager
    def writing(self, folder: PurePosixPath, files: Mapping[str, bytes]) -> Iterator[None]:
        """The only writer of ours meanwhile, in a repository that is made, or mended, for that."""
        self._refuse_other()
        with alone(self._common_dir()) as (handle, abandoned):
            if not self.exists:
                self.git("init", "--quiet", f"--initial-branch={self.branch}")
            self.runner.held = (handle,)
            try:
                self._work_tree.prepare(folder, files, abandoned)
                yield
            finally:
                self.runner.held = ()

    def publish(self, commit: str, parent: str) -> None:
        """Move the branch from the parent to its child; raises `PushRejected` where it is elsewhere by now."""
        words = "-m", "launchpad deploy", f"refs/heads/{self.branch}", commit, parent or "0" * 40
        try:
            self.git("update-ref", *words)
        except ProcessFailed as error:
            if is_race(error.stderr) and "File exists" not in error.stderr:  # a lock file that Git has waited for
                raise PushRejected(error.stderr.splitlines()[0]) from error
            raise

    def recorded(self, commit: str, folder: PurePosixPath) -> None:
        """Show people what the branch has now."""
        self._work_tree.refresh(folder)

    def lost(self, head: str) -> str:
        """Nobody rewrites this branch unseen."""
        return ""

    @property
    def _work_tree(self) -> WorkTree:
        return WorkTree(self.path, self.branch, self.runner)

    def _common_dir(self) -> Path:
        """Where references and lock files are, also for one of several work trees."""
        dot = self.path / ".git"
        if dot.is_file():
            return self.path / self.git("rev-parse", "--git-common-dir").decode().strip()
        return self.path if is_complete(self.path) else dot

    def _refuse_other(self) -> None:
        """Where nothing is, a repository is made; where somebody else keeps files it is not."""
        if self.path.exists() and not self.path.is_dir():
            raise LaunchpadError(
                f"{self.path} is a file, not a Git repository: set LAUNCHPAD_REPOSITORY to another path."
            )
        try:
            strange = self.path.is_dir() and not self.exists and {one.name for one in self.path.iterdir()} - {".git"}
        except OSError as error:
            raise LaunchpadError(f"Cannot read {self.path}: {error.strerror}.") from error
        if strange:
            raise LaunchpadError(
                f"{self.path} holds files and is no Git repository: set LAUNCHPAD_REPOSITORY to another path, or run "
                f"`git init {self.path}` if it shall be one."
            )
