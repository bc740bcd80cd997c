"""What people see of a local repository that has the branch checked out."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tutor_launchpad.adapters.git_process import Runner
from tutor_launchpad.adapters.git_repair import begin_showing
from tutor_launchpad.adapters.processes import ProcessFailed
from tutor_launchpad.core.errors import Conflict


@dataclass(frozen=True)
class WorkTree:
    """The files of `branch` below `path`; a bare repository, or one that shows another branch, has none."""

    path: Path
    branch: str
    git: Runner

    def prepare(self, folder: PurePosixPath, files: Mapping[str, bytes], abandoned: bool) -> None:
        """Raise where `files` would replace what nobody has committed; show the last commit where an earlier run did not.

        `abandoned`: the run before was killed, perhaps in the middle of a file.
        """
        shown = self._shown()
        if shown or self._head() == f"refs/heads/{self.branch}":  # also before the first commit
            self._refuse_untracked(folder, files, self._tracked(folder) if shown else set())
        if not shown:
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
            begin_showing(self.git.held)
            self._git("restore", "--source=HEAD", "--staged", "--worktree", "--", str(folder))

    def _shown(self) -> bool:
        with contextlib.suppress(ProcessFailed):
            ours = self._head() == f"refs/heads/{self.branch}"
            return ours and bool(self._git("rev-parse", "--verify", "--quiet", "HEAD"))
        return False

    def _head(self) -> str:
        """The branch that people see; empty where they see none."""
        if (self.path / ".git").exists():
            with contextlib.suppress(ProcessFailed):
                return self._git("symbolic-ref", "--quiet", "HEAD").decode().strip()
        return ""

    def _refuse_untracked(self, folder: PurePosixPath, files: Mapping[str, bytes], tracked: Collection[str]) -> None:
        """Git would write over files that it does not know, ignored or not; what a killed run left is in a commit."""
        for name, content in files.items():
            path = folder / name
            for one in (*tuple(path.parents)[-2::-1], path):
                if str(one) not in tracked and self._in_the_way(one, content if one == path else None, tracked):
                    raise Conflict(
                        f"{self.path / one} is not committed, and the deploy would write over it. Commit it, or move it away."
                    )

    def _in_the_way(self, path: PurePosixPath, content: bytes | None, tracked: Collection[str]) -> bool:
        """Whether something else is where a file with this content is to be; None: where a folder is to be."""
        there = self.path / path
        if there.is_dir() and not there.is_symlink():
            inner = (one for one in there.rglob("*") if one.is_symlink() or not one.is_dir())
            return content is not None and any(str(one.relative_to(self.path)) not in tracked for one in inner)
        with contextlib.suppress(OSError):
            if content is not None and not there.is_symlink() and there.read_bytes() == content:
                return False
        return os.path.lexists(there)

    def _tracked(self, folder: PurePosixPath) -> set[str]:
        """Files that the last commit or the index knows: edits of them are told apart by `_changed`."""
        committed = self._git("ls-tree", "-r", "-z", "--name-only", "HEAD", "--", f"{folder}/").decode()
        added = self._git("ls-files", "-z", "--", f"{folder}/").decode()
        return set(filter(None, f"{committed}{added}".split("\0")))

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
        with contextlib.suppress(ProcessFailed):  # where it has only been added to the index
            return self._git("cat-file", "blob", f"HEAD:{path}").startswith((self.path / path).read_bytes())
        return False

    def _git(self, *arguments: str) -> bytes:
        # A monitor that Git starts by itself would outlive us and keep the lock of `git_repair.alone`.
        return self.git.run("-c", "core.fsmonitor=false", *arguments, cwd=self.path)
