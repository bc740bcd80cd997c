"""The cluster repository, through the git program and its plumbing: no work tree of ours, so nothing half written."""

from __future__ import annotations

import contextlib
import os
import random
import re
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tutor_launchpad.adapters.git_process import PushRejected, Runner, is_race
from tutor_launchpad.adapters.processes import ProcessFailed
from tutor_launchpad.core.errors import Conflict, LaunchpadError, NotFound

PUSH_ATTEMPTS = 20
FETCH_ATTEMPTS = 6


@dataclass
class Repository:
    """One branch of a repository.

    `path`: a local repository, with or without a work tree, or the bare cache of a remote one.
    `remote`: the address that is fetched and pushed; empty where `path` itself is the repository.
    """

    address: str
    branch: str
    path: Path
    remote: str
    git: Runner
    sleep: Callable[[float], None] = time.sleep
    head: str = ""
    _files: dict[tuple[str, str], dict[str, bytes]] = field(default_factory=dict)

    def fetch(self) -> str:
        """Look at the branch as it is now; returns its commit, empty where the repository has none."""
        self.head = self._fetch_remote() if self.remote else self._local_head()
        return self.head

    def commit(self, name: str) -> str:
        """The commit of which `name` is the beginning; empty where there is none, or several."""
        return self._resolve(name) if re.fullmatch("[0-9a-f]{4,40}", name) else ""

    def exists(self) -> bool:
        """Whether the local repository (or cache) has been made."""
        return (self.path / "HEAD").is_file() or (self.path / ".git").exists()

    def files(self, folder: PurePosixPath, revision: str) -> dict[str, bytes]:
        """Path below `folder` → content, at a commit; empty where the folder is not there."""
        key = (revision, str(folder))
        if key not in self._files:
            self._files[key] = self._read(f"{folder}/", revision) if revision else {}
        return self._files[key]

    def find(self, folder: PurePosixPath, name: str, revision: str) -> dict[str, bytes]:
        """Name of each subfolder of `folder` → its file `name`."""
        if not revision:
            return {}
        found = self._read(f"{folder}/", revision, lambda path: path.count("/") == 1 and path.endswith(f"/{name}"))
        return {path.split("/")[0]: data for path, data in found.items()}

    def tree(self, folder: PurePosixPath, revision: str) -> str:
        """The identity of the folder's content at a commit; empty where it is not there."""
        with contextlib.suppress(ProcessFailed):
            return self._git("rev-parse", "--verify", "--quiet", f"{revision}:{folder}").decode().strip()
        return ""

    def file(self, folder: PurePosixPath, name: str, revision: str) -> bytes:
        """One file of the folder at a commit; empty where it, or the commit, is not known here."""
        if not revision or not self._known(revision):
            return b""
        return self._read(f"{folder}/{name}", revision).get("", b"")

    def history(self, folder: PurePosixPath, name: str, count: int) -> list[bytes]:
        """The last versions of a file in the folder, newest first, each at a commit that changed the folder."""
        commits = self._git("log", f"--max-count={count}", "--format=%H", self.head, "--", str(folder)).decode().split()
        found = (self._read(f"{folder}/{name}", commit) for commit in commits)
        return [data for files in found for data in files.values()]

    def last_change(self, folder: PurePosixPath) -> tuple[str, str]:
        """The commit that changed the folder last, and when (ISO 8601)."""
        text = self._git("log", "--max-count=1", "--format=%H %cI", self.head, "--", str(folder)).decode().strip()
        commit, _, when = text.partition(" ")
        return commit, when

    def same_tree(self, wanted: str, other: str, folder: PurePosixPath) -> bool:
        """Whether `other` is `wanted` or a descendant in which the folder is the same."""
        if wanted == other:
            return True
        if not self._known(other):
            self.fetch()
        if not self._known(other):
            return False
        try:
            self._git("merge-base", "--is-ancestor", wanted, other)
        except ProcessFailed:
            return False
        return self.tree(folder, wanted) == self.tree(folder, other)

    def record(
        self,
        folder: PurePosixPath,
        files: Mapping[str, bytes],
        message: str,
        allowed: Callable[[str], None],
        checked: Callable[[], object] = lambda: None,
    ) -> tuple[str, bool]:
        """Make the folder hold exactly these files, in one commit; returns (commit, whether it is new).

        Where somebody else pushes first, the commit is made again on top of theirs. `allowed` is called with the
        commit that will be the parent and raises where it may not be; `checked` is called before each publication.
        """
        self._make()
        self._refuse_edits(folder)
        for attempt in range(PUSH_ATTEMPTS):
            parent = self.fetch()
            allowed(parent)
            if parent and self.files(folder, parent) == dict(files):
                self._refresh_work_tree(folder)
                return parent, False
            commit = self._commit(parent, folder, files, message)
            checked()
            try:
                self._publish(commit, parent)
            except PushRejected:
                self.sleep(random.uniform(0.1, min(0.2 * 2**attempt, 5.0)))
                continue
            self.head = commit
            self._refresh_work_tree(folder)
            return commit, True
        raise Conflict(
            f"Branch {self.branch} of {self.address} changed under each of {PUSH_ATTEMPTS} tries to push: "
            "wait until the others have finished, then deploy again."
        )

    def _git(self, *arguments: str, stdin: bytes | None = None) -> bytes:
        return self.git.run(*arguments, cwd=self.path, stdin=stdin)

    def _make(self) -> None:
        if self.exists():
            return
        if self.path.exists() and not self.path.is_dir():
            raise LaunchpadError(
                f"{self.path} is a file, not a Git repository: set LAUNCHPAD_REPOSITORY to another path."
            )
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LaunchpadError(f"Cannot make the repository's folder {self.path}: {error.strerror}.") from error
        bare = ["--bare"] if self.remote else []
        self._git("init", "--quiet", f"--initial-branch={self.branch}", *bare)

    def _local_head(self) -> str:
        if not self.exists():
            if self.path.exists() and not self.path.is_dir():
                raise LaunchpadError(
                    f"{self.path} is a file, not a Git repository: set LAUNCHPAD_REPOSITORY to another path."
                )
            return ""
        return self._resolve(f"refs/heads/{self.branch}") or self._empty_or_refuse(
            self._git("for-each-ref", "--format=%(refname:short)", "refs/heads").decode().split()
        )

    def _fetch_remote(self) -> str:
        self._make()
        target = f"refs/launchpad/{self.branch}"
        try:
            self._fetch_to(target)
        except NotFound:
            if "fatal: couldn't find remote ref" not in self.git.last_error.lower():
                raise
            listed = self._git("ls-remote", "--heads", self.remote).decode().split()
            return self._empty_or_refuse([name.removeprefix("refs/heads/") for name in listed[1::2]])
        return self._resolve(target)

    def _fetch_to(self, target: str) -> None:
        """Fetch the branch; again where another run of this root holds the reference at that moment."""
        for attempt in range(FETCH_ATTEMPTS):
            try:
                self._git("fetch", "--quiet", "--no-tags", self.remote, f"+refs/heads/{self.branch}:{target}")
                return
            except LaunchpadError:
                if attempt + 1 == FETCH_ATTEMPTS or not is_race(self.git.last_error):
                    raise
                self.sleep(0.2 * 2**attempt)

    def _empty_or_refuse(self, branches: list[str]) -> str:
        if branches:
            names = ", ".join(sorted(branches)[:5])
            raise NotFound(
                f"{self.address} has no branch {self.branch!r} (it has {names}): create it or set LAUNCHPAD_BRANCH."
            )
        return ""

    def _resolve(self, name: str) -> str:
        with contextlib.suppress(ProcessFailed):
            return self._git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode().strip()
        return ""

    def _known(self, commit: str) -> bool:
        return bool(self._resolve(commit))

    def _read(self, prefix: str, revision: str, wanted: Callable[[str], bool] = lambda _: True) -> dict[str, bytes]:
        listing = self._git("ls-tree", "-r", "-z", "--full-tree", revision, "--", prefix).decode().split("\0")
        blobs = {}
        for line in filter(None, listing):
            meta, path = line.split("\t", 1)
            if meta.split()[1] == "blob" and wanted(path.removeprefix(prefix)):
                blobs[path.removeprefix(prefix)] = meta.split()[2]
        if not blobs:
            return {}
        out = self._git("cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in blobs.values()).encode())
        contents, at = {}, 0
        for path in blobs:
            end = out.index(b"\n", at)
            size = int(out[at:end].split()[2])
            contents[path] = out[end + 1 : end + 1 + size]
            at = end + size + 2
        return contents

    def _commit(self, parent: str, folder: PurePosixPath, files: Mapping[str, bytes], message: str) -> str:
        who = f"{self.git.identity(self.path)} {int(time.time())} +0000"
        pending = f"refs/launchpad-pending/{os.getpid()}-{uuid.uuid4().hex[:8]}"
        lines: list[bytes] = [f"commit {pending}\nmark :1\ncommitter {who}\n".encode(), _data(message.encode())]
        if parent:
            lines.append(f"from {parent}\nD {folder}\n".encode())
        for path, data in files.items():
            lines += [f"M 100644 inline {_quoted(f'{folder}/{path}')}\n".encode(), _data(data)]
        lines.append(b"\nget-mark :1\ndone\n")
        commit = self._git("fast-import", "--quiet", "--done", stdin=b"".join(lines)).decode().strip()
        self._git("update-ref", "-d", pending)
        return commit

    def _publish(self, commit: str, parent: str) -> None:
        if self.remote:
            self.git.push(self.path, self.remote, f"{commit}:refs/heads/{self.branch}")
            return
        try:
            self._git("update-ref", "-m", "launchpad deploy", f"refs/heads/{self.branch}", commit, parent or "0" * 40)
        except ProcessFailed as error:
            raise PushRejected(error.stderr) from error

    def _shows_branch(self) -> bool:
        """Whether a local repository has a work tree, and this branch in it."""
        if self.remote or not (self.path / ".git").exists():
            return False
        with contextlib.suppress(ProcessFailed):
            return self._git("symbolic-ref", "--quiet", "HEAD").decode().strip() == f"refs/heads/{self.branch}"
        return False

    def _refuse_edits(self, folder: PurePosixPath) -> None:
        """Raise where the work tree holds what nobody has committed. What an interrupted run of ours left is no edit."""
        if not self._shows_branch() or not self._local_head():
            return
        changed = self._git("diff", "--name-only", "--diff-filter=d", "HEAD", "--", str(folder)).decode().splitlines()
        if changed and self._differs("HEAD~1", folder):
            raise Conflict(
                f"{self.path / changed[0]} was changed by hand and not committed; the deploy would write over it. Commit "
                f"the change, or undo it with `git -C {self.path} restore {folder}`."
            )

    def _differs(self, commit: str, folder: PurePosixPath) -> bool:
        with contextlib.suppress(ProcessFailed):
            return bool(self._git("diff", "--name-only", "--diff-filter=d", commit, "--", str(folder)))
        return True

    def _refresh_work_tree(self, folder: PurePosixPath) -> None:
        """Show the folder's commit in the work tree of a local repository that has this branch checked out."""
        if self._shows_branch() and self._git("status", "--porcelain", "--", str(folder)):
            self._git("restore", "--source=HEAD", "--staged", "--worktree", "--", str(folder))


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
