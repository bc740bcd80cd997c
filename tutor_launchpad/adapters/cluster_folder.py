"""A cluster repository where somebody works on it: the files of the folder, its commits, merges into both."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tutor_launchpad.adapters.git import PENDING, Repository
from tutor_launchpad.adapters.git_import import whole_commit
from tutor_launchpad.adapters.git_process import FALLBACK_IDENTITY, Runner
from tutor_launchpad.adapters.processes import ProcessFailed
from tutor_launchpad.core.cluster.merging import Clash, read_clashes
from tutor_launchpad.core.errors import Conflict, LaunchpadError, Refused

UNFINISHED = {
    "CHERRY_PICK_HEAD": "cherry-pick",
    "MERGE_HEAD": "merge",
    "REVERT_HEAD": "revert",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
}


@dataclass
class ClusterFolder:
    """A folder that is, or will be, the work tree of a repository."""

    path: Path
    git: Runner

    @classmethod
    def at(cls, path: Path) -> ClusterFolder:
        """The one at this path; nothing is looked at yet."""
        return cls(path, Runner(str(path)))

    def exists(self) -> bool:
        """Whether the folder is a repository's own, rather than one below it."""
        return (self.path / ".git").exists()

    def files(self) -> dict[str, bytes]:
        """Path → content of all that is there, but for Git's own."""
        if self.path.exists() and not self.path.is_dir():
            raise Refused([f"{self.path} is a file: name a folder that is empty or not there yet."])
        found = (path for path in self.path.rglob("*") if path.relative_to(self.path).parts[0] != ".git")
        return {
            path.relative_to(self.path).as_posix(): b"" if path.is_symlink() else path.read_bytes()
            for path in found
            if path.is_symlink() or path.is_file()
        }

    def head(self) -> str:
        """The current commit; empty where there is none."""
        try:
            return self._git("rev-parse", "--verify", "--quiet", "HEAD").decode().strip() if self.exists() else ""
        except ProcessFailed:
            return ""

    def branch(self) -> str:
        """The current branch; empty where a commit is checked out by itself."""
        try:
            return self._git("symbolic-ref", "--quiet", "--short", "HEAD").decode().strip()
        except ProcessFailed:
            return ""

    def committed(self, folder: str) -> dict[str, bytes]:
        """Path below a folder → content, at the current commit."""
        return Repository(str(self.path), "", self.path, "", self.git).files(PurePosixPath(folder), self.head())

    def committed_file(self, name: str) -> bytes | None:
        """A file at the current commit; None where it is not there."""
        try:
            return self._git("cat-file", "blob", f"HEAD:{name}")
        except ProcessFailed:
            return None

    def start(self, branch: str, origin: str) -> None:
        """Make it a repository with this branch and, where none is set, this origin."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LaunchpadError(f"Cannot make the folder {self.path}: {error.strerror}.") from error
        if not self.exists():
            self._git("init", "--quiet", f"--initial-branch={branch}")
        elif not self.head():
            self._git("symbolic-ref", "HEAD", f"refs/heads/{branch}")
        if "origin" not in self._git("remote").decode().split():
            self._git("remote", "add", "origin", origin)

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write files, each of which is whole or not there however this ends."""
        with self._staging() as staging:
            for name, content in files.items():
                for path in (staging / name, self.path / name):
                    path.parent.mkdir(parents=True, exist_ok=True)
                (staging / name).write_bytes(content)
                os.replace(staging / name, self.path / name)

    def commit(self, files: Mapping[str, bytes], message: str) -> str:
        """Commit these files as they are in the folder; returns the commit."""
        names = "\0".join(files).encode()
        self._git("add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul", stdin=names)
        self._git(*self._identity(), "commit", "--quiet", "--message", message)
        return self.head()

    def commit_alone(self, name: str, message: str) -> bool:
        """Commit one file, whatever else is staged; False where nothing of it is new."""
        if not self._git("status", "--porcelain", "--untracked-files=all", "--", name).strip():
            return False
        self._git("add", "--force", "--", name)
        self._git(*self._identity(), "commit", "--quiet", "--message", message, "--", name)
        return True

    def ignores(self, name: str) -> bool:
        """Whether Git leaves this file alone; not so where it has it already."""
        try:
            self._git("check-ignore", "--quiet", "--", name)
        except ProcessFailed as error:
            if error.status == 1:
                return False
            raise
        return True

    def changes(self) -> list[str]:
        """What is changed and not committed, among the files that Git knows."""
        lines = self._git("status", "--porcelain", "--untracked-files=no").decode().splitlines()
        return [line[3:] for line in lines]

    def unfinished(self) -> str:
        """What somebody has begun with Git and not finished; empty where there is nothing of the kind."""
        places = {name: self.path / self._git("rev-parse", "--git-path", name).decode().strip() for name in UNFINISHED}
        return next((UNFINISHED[name] for name, place in places.items() if place.exists()), "")

    def tree(self, files: Mapping[str, bytes]) -> str:
        """The identity that Git gives to these files."""
        return self._tree_of(self._import([files], "")[0])

    def tree_of_folder(self, folder: str) -> str:
        """The identity of a folder at the current commit."""
        return self._git("rev-parse", f"HEAD:{folder}").decode().strip()

    def merge(self, base: Mapping[str, bytes], new: Mapping[str, bytes], message: str, commit: bool) -> list[Clash]:
        """Make the change from `base` to `new` in the folder too, in a commit unless it clashes; returns the clashes.

        Git does it as it picks a commit of another branch, so that its own commands finish or undo what clashes.
        """
        _, picked = self._import([base, new], message)
        # Git would guess that a new file is an old one that was moved, and take the copies in .launchpad for such.
        options = [*self._identity(), "-c", "merge.renames=false", "cherry-pick"]
        try:
            self._git(*options, *([] if commit else ["--no-commit"]), picked)
        except ProcessFailed as error:
            status = self._git("status", "--porcelain", "-z", "--untracked-files=no").decode(errors="replace")
            clashes = read_clashes(status)
            if not clashes:
                raise Conflict(
                    f"Git cannot bring the change into {self.path}: {self._reason(error)} Nothing was changed."
                ) from error
            return clashes
        return []

    def merge_text(self, here: bytes, base: bytes, new: bytes) -> bytes:
        """The text with the change from `base` to `new` made in it; where both changed the same lines, as in `new`."""
        with self._staging() as staging:
            names = []
            for name, text in (("here", here), ("base", base), ("new", new)):
                (staging / name).write_bytes(text)
                names.append(str(staging / name))
            return self._git("merge-file", "-p", "--theirs", *names)

    def show_clashes(self) -> str:
        """The clashing parts of files, as `git diff` shows them."""
        return self._git("diff", "--diff-filter=U").decode(errors="replace")

    @contextlib.contextmanager
    def _staging(self) -> Iterator[Path]:
        """A folder within Git's own, on the same disk as the files, and gone at the end."""
        staging = self.path / self._git("rev-parse", "--git-path", "launchpad").decode().strip()
        shutil.rmtree(staging, ignore_errors=True)
        try:
            staging.mkdir(parents=True)
            yield staging
        except OSError as error:
            raise LaunchpadError(f"Cannot write into {self.path}: {error.strerror}.") from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _reason(self, error: ProcessFailed) -> str:
        lines = [line.strip() for line in error.stderr.splitlines() if line.strip()]
        return " ".join(lines[:4]) or "it said nothing."

    def _git(self, *arguments: str, stdin: bytes | None = None) -> bytes:
        return self.git.run(*arguments, cwd=self.path, stdin=stdin)

    def _identity(self) -> list[str]:
        """Whom commits are by, where Git has not been told."""
        who = self.git.identity(self.path)
        if who != FALLBACK_IDENTITY:
            return []
        name, _, address = who.partition(" <")
        return ["-c", f"user.name={name}", "-c", f"user.email={address.rstrip('>')}"]

    def _import(self, contents: list[Mapping[str, bytes]], message: str) -> list[str]:
        """A line of commits with these contents, which no branch has."""
        who = f"{self.git.identity(self.path)} {int(time.time())} +0000"
        parts = [
            whole_commit(PENDING, number, f":{number - 1}" if number > 1 else "", who, files, message)
            for number, files in enumerate(contents, 1)
        ]
        marks = b"".join(b"get-mark :%d\n" % number for number in range(1, len(contents) + 1))
        # A commit needs a reference in this language; reset to nothing, it is never made.
        end = f"reset {PENDING}\nfrom {'0' * 40}\n\ndone\n".encode()
        return self._git("fast-import", "--quiet", "--done", stdin=b"".join(parts) + marks + end).decode().split()

    def _tree_of(self, commit: str) -> str:
        return self._git("rev-parse", f"{commit}^{{tree}}").decode().strip()
