"""Ways to kill a run and all that it has started, at a moment that is known."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

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
