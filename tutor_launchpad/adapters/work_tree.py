"""What people see of a local repository that has the branch checked out."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tutor_launchpad.adapters.git_process import Runner
from tutor_launchpad.adapters.processes import ProcessFailed
from tutor_launchpad.core.errors import Conflict


@dataclass(frozen=True)
class WorkTree:
    """The files of `branch` below `path`; a bare repository, or one that shows another branch, has none."""

    path: Path
    branch: str
    git: Runner

    def prepare(self, folder: PurePosixPath, abandoned: bool) -> None:
        """Raise where the folder holds what nobody has committed; show the last commit where an earlier run did not.

        `abandoned`: the run before was killed, perhaps in the middle of a file.
        """
        if not self._shown():
            return
        changed = self._changed("HEAD", folder)
        edited = changed & self._changed(self._before(folder), folder) if changed else changed
        for path in sorted(edited):
            if not (abandoned and self._half_written(path)):
                raise Conflict(
                    f"{self.path / path} was changed by hand and not committed; the deploy would write over it. Commit "
                    f"the change, or undo it with `git -C {self.path} restore {folder}`."
                )
        if changed or abandoned:  # also where a new file was written that the index does not know yet
            self.refresh(folder)

    def refresh(self, folder: PurePosixPath) -> None:
        """Show the folder as the branch has it."""
        if self._shown() and self._git("status", "--porcelain", "--", str(folder)):
            self._git("restore", "--source=HEAD", "--staged", "--worktree", "--", str(folder))

    def _shown(self) -> bool:
        if not (self.path / ".git").exists():
            return False
        with contextlib.suppress(ProcessFailed):
            head = self._git("symbolic-ref", "--quiet", "HEAD").decode().strip()
            return head == f"refs/heads/{self.branch}" and bool(self._git("rev-parse", "--verify", "--quiet", "HEAD"))
        return False

    def _before(self, folder: PurePosixPath) -> str:
        """The commit that the folder's last change replaced; the last one itself where there was none."""
        last = self._git("log", "--max-count=1", "--format=%H", "HEAD", "--", str(folder)).decode().strip() or "HEAD"
        with contextlib.suppress(ProcessFailed):
            return self._git("rev-parse", "--verify", "--quiet", f"{last}^").decode().strip()
        return last

    def _changed(self, commit: str, folder: PurePosixPath) -> set[str]:
        """Files that are there and differ from a commit."""
        names = self._git("diff", "--name-only", "-z", "--diff-filter=d", commit, "--", str(folder)).decode()
        return set(filter(None, names.split("\0")))

    def _half_written(self, path: str) -> bool:
        return self._git("cat-file", "blob", f"HEAD:{path}").startswith((self.path / path).read_bytes())

    def _git(self, *arguments: str) -> bytes:
        # A monitor that Git starts by itself would outlive us and keep the lock of `git_repair.alone`.
        return self.git.run("-c", "core.fsmonitor=false", *arguments, cwd=self.path)
