"""Ways to kill a run and all that it has started, at a moment that is known."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HOOKS = ("reference-transaction", "pre-push", "pre-receive", "post-receive", "post-index-change")


def killed(run: Callable[[], None]) -> None:
    """Run in a process of its own, in a group of its own, that something must kill."""
    child = os.fork()
    if not child:
        os.setsid()
        try:
            run()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "it came to its end"


def finished(run: Callable[[], None], log: Path) -> None:
    """Run in a process of its own, which must come to a good end; what it prints goes to a file."""
    child = os.fork()
    if not child:
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        try:
            run()
            os._exit(0)
        finally:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert status == 0, log.read_text()


@dataclass
class Effects:
    """Counts what a process does outside of its memory, and kills it at the effect with this number.

    Effects are the programs that it starts, except those that only look, and what it does to files below `root`. What
    stands in `root/launchpad/scratch` counts as one. `half`: a file is opened, and thereby emptied, before the kill.
    """

    root: Path
    kill_at: int = -1
    half: bool = False
    seen: list[str] = field(default_factory=list)
    log: Path | None = None

    def watch(self) -> None:
        """From now on, as long as the process lives."""
        sys.addaudithook(self._hear)

    def note(self, name: str, begin: Callable[[], object] = lambda: None) -> None:
        """One effect is about to happen."""
        self.seen.append(name)
        if self.log is not None:
            self.log.write_text("\n".join(self.seen))
        if len(self.seen) - 1 == self.kill_at:
            if self.half:
                begin()
            os.kill(os.getpid(), signal.SIGKILL)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "subprocess.Popen":
            words = list(map(str, arguments[1]))
            found = [word for word in words if word in WRITES]
            if words[0] != "git" or found:
                self.note(f"{words[0]} {(found or words)[0]}")
        elif event in FILES and self._ours(arguments[-3 if event == "os.rename" else 0]):
            self.note(f"{event} {Path(str(arguments[0])).name}")
        elif event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR) and self._ours(arguments[0]):
            path, flags = arguments[0], arguments[2]
            self.note(f"open {Path(path).name}", lambda: os.open(path, flags, 0o600))

    def _ours(self, path: object) -> bool:
        """Below the root; of `scratch` only the folder itself."""
        if not isinstance(path, (str, Path)) or not Path(path).is_relative_to(self.root):
            return False
        inner = Path(path).relative_to(self.root / "launchpad").parts if "launchpad" in Path(path).parts else ()
        return inner[:1] != ("scratch",) or len(inner) == 1


WRITES = ("init", "fast-import", "update-ref", "restore", "push", "fetch")
FILES = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate")


def die_as_git(folder: Path, word: str, left: str) -> None:
    """From now on a call of Git with this word leaves what the shell commands make, and everybody dies."""
    (folder / "bin").mkdir()
    program = folder / "bin" / "git"
    program.write_text(
        f'#!/bin/sh\ncase "$*" in *{word}*) {left}; kill -9 0 ;; esac\nexec {shutil.which("git")} "$@"\n'
    )
    program.chmod(0o755)
    os.environ["PATH"] = f"{program.parent}:{os.environ['PATH']}"


def die_in_hook(folder: Path, moment: str) -> None:
    """From now on Git kills its whole process group in the hook that the pattern matches: name, argument, input."""
    hooks = folder / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in HOOKS:
        hook = hooks / name
        hook.write_text(
            f'#!/bin/sh\ncase "{name} $1 $(cat)" in\n{moment.replace(" ", chr(92) + " ")}) kill -9 0 ;;\nesac\n'
        )
        hook.chmod(0o755)
    (folder / "gitconfig").write_text(f"[core]\nhooksPath = {hooks}\n")
    os.environ["GIT_CONFIG_GLOBAL"] = str(folder / "gitconfig")  # which also the other side of a push reads
