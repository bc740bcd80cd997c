"""The cluster repository, through the git program and its plumbing: no work tree of ours, so nothing half written."""

from __future__ import annotations

import contextlib
import random
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tutor_launchpad.adapters.git_copy import CopyStore
from tutor_launchpad.adapters.git_import import data, quoted
from tutor_launchpad.adapters.git_local import LocalStore
from tutor_launchpad.adapters.git_process import PushRejected, Runner
from tutor_launchpad.adapters.processes import ProcessFailed
from tutor_launchpad.core.errors import Conflict, LaunchpadError

PUSH_ATTEMPTS = 20
PENDING = "refs/launchpad-pending"


@dataclass(frozen=True)
class Removed:
    """A file that a commit has removed: when that was made (ISO 8601), and what the file held until then."""

    path: PurePosixPath
    commit: str
    when: str
    content: bytes


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

    def __post_init__(self) -> None:
        self._store: CopyStore | LocalStore = (
            CopyStore(self.branch, self.path, self.remote, self.git, self.sleep)
            if self.remote
            else LocalStore(self.branch, self.path, self.git)
        )

    def fetch(self) -> str:
        """Look at the branch as it is now; returns its commit, empty where the repository has none."""
        self.head = self._store.head()
        return self.head

    def commit(self, name: str) -> str:
        """The commit of which `name` is the beginning; empty where there is none, or several."""
        return self._resolve(name) if re.fullmatch("[0-9a-f]{4,40}", name) else ""

    def exists(self) -> bool:
        """Whether the local repository (or copy) has been made."""
        return self._store.exists

    def lost(self) -> str:
        """The commit that this root recorded last, where the branch does not have it any more; else empty."""
        return self._store.lost(self.head)

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

    def removed(self, paths: Iterable[PurePosixPath]) -> list[Removed]:
        """Each removal of one of these files in the branch's history, newest first; one by a merge tells a parent's file."""
        wanted = [str(path) for path in paths]
        if not wanted or not self.head:
            return []
        # A merge may bring a removal about, and a branch that others were merged into have lost sight of one.
        history = "--full-history", "--diff-merges=separate", "--diff-filter=D", "--no-renames", "--no-show-signature"
        form = "--raw", "--no-abbrev", "--format=%H %cI"
        found, commit, when = [], "", ""
        for line in filter(None, self._git("log", *history, *form, self.head, "--", *wanted).decode().splitlines()):
            if line.startswith(":"):
                meta, path = line.split("\t")
                found.append((path, commit, when, meta.split()[2]))
            else:
                commit, when = line.split()
        contents = self._contents({f"{path} before {commit}": blob for path, commit, _, blob in found})
        return [
            Removed(PurePosixPath(path), commit, when, contents[f"{path} before {commit}"])
            for path, commit, when, _ in found
        ]

    def last_change(self, folder: PurePosixPath, since: str = "") -> tuple[str, str]:
        """The commit that changed the folder last and when (ISO 8601); empty where `since` has it already."""
        wanted = f"{since}..{self.head}" if since else self.head
        text = self._git("log", "--max-count=1", "--format=%H %cI", wanted, "--", str(folder)).decode().strip()
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
        said = ""
        with self._store.writing(folder, files):
            for attempt in range(PUSH_ATTEMPTS):
                parent = self.fetch()
                allowed(parent)
                same = bool(parent) and self.files(folder, parent) == dict(files)
                commit = parent if same else self._commit(parent, folder, files, message)
                try:
                    if not same:
                        checked()
                        self._store.publish(commit, parent)
                except PushRejected as error:
                    said = str(error)
                    self.sleep(random.uniform(0.1, min(0.2 * 2**attempt, 5.0)))
                    continue
                self._store.recorded(commit, folder)
                self.head = commit
                return commit, not same
        raise Conflict(
            f"Branch {self.branch} of {self.address} changed under each of {PUSH_ATTEMPTS} tries to publish a commit "
            f"({said}): wait until the others have finished, then deploy again."
        )

    def _git(self, *arguments: str, stdin: bytes | None = None) -> bytes:
        return self._store.git(*arguments, stdin=stdin)

    def _known(self, commit: str) -> bool:
        return bool(self._resolve(commit))

    def _resolve(self, name: str) -> str:
        with contextlib.suppress(ProcessFailed):
            return self._git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode().strip()
        return ""

    def _read(self, prefix: str, revision: str, wanted: Callable[[str], bool] = lambda _: True) -> dict[str, bytes]:
        listing = self._git("ls-tree", "-r", "-z", "--full-tree", revision, "--", prefix).decode().split("\0")
        blobs = {}
        for line in filter(None, listing):
            meta, path = line.split("\t", 1)
            if meta.split()[1] == "blob" and wanted(path.removeprefix(prefix)):
                blobs[path.removeprefix(prefix)] = meta.split()[2]
        return self._contents(blobs)

    def _contents(self, blobs: Mapping[str, str]) -> dict[str, bytes]:
        """What these objects hold; the keys are for messages."""
        if not blobs:
            return {}
        out = self._git("cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in blobs.values()).encode())
        contents, at = {}, 0
        for path in blobs:
            end = out.index(b"\n", at)
            if out[at:end].endswith(b" missing"):
                raise LaunchpadError(
                    f"The repository {self.address} is damaged, an object of {path} is missing: look with `git fsck`, then "
                    "restore it from a clone."
                )
            size = int(out[at:end].split()[2])
            contents[path] = out[end + 1 : end + 1 + size]
            at = end + size + 2
        return contents

    def _commit(self, parent: str, folder: PurePosixPath, files: Mapping[str, bytes], message: str) -> str:
        who = f"{self.git.identity(self.path)} {int(time.time())} +0000"
        lines: list[bytes] = [f"commit {PENDING}\nmark :1\ncommitter {who}\n".encode(), data(message.encode())]
        if parent:
            lines.append(f"from {parent}\nD {folder}\n".encode())
        for path, content in files.items():
            lines += [f"M 100644 inline {quoted(f'{folder}/{path}')}\n".encode(), data(content)]
        # A commit needs a reference in this language; reset to nothing, it is never made.
        lines.append(f"\nget-mark :1\nreset {PENDING}\nfrom {'0' * 40}\n\ndone\n".encode())
        return self._git("fast-import", "--quiet", "--done", stdin=b"".join(lines)).decode().strip()
