"""What Git says of a repository on this machine that it cannot use, with what to do about it."""

from __future__ import annotations

import re

from tutor_launchpad.adapters.processes import ProcessFailed

_EXPLANATIONS: list[tuple[str, str]] = [
    (
        r"detected dubious ownership",
        "The repository {address} belongs to another user, so Git does not use it: work as that user, or allow it with "
        "`git config --global --add safe.directory {address}`.",
    ),
    (r"unknown (option|switch)", "Git is too old here ({line}): install Git 2.31 or later."),
    (r"bad config|unable to (parse|read) config", "Git cannot read its settings ({line}): correct that file."),
    (
        r"no space left|disk quota|file too large",
        "There is no room left for the repository {address} ({line}): make some, then run the same command again.",
    ),
    (
        r"\.lock': file exists",
        "Another Git works in the repository {address}, or one was killed there ({line}): wait until it has ended; if none "
        "runs, remove that file. Then run the same command again.",
    ),
    (
        r"permission denied|insufficient permission|read-only file system",
        "You may not write to the repository {address} ({line}): give it to the user who deploys.",
    ),
    (
        r"not a git repository|loose object|bad object|not a tree object|unable to read|corrupt|invalid object|"
        r"missing (blob|tree|commit)|inflate: data",
        "The repository {address} is damaged ({line}): look with `git fsck`, then restore it from a clone.",
    ),
]
_TOLD = re.compile(r"^(fatal|error|warning): ", re.IGNORECASE)


class ExplainedFailure(ProcessFailed):
    """The same failure, in one sentence for people."""

    def __init__(self, error: ProcessFailed, sentence: str) -> None:
        Exception.__init__(self, sentence)
        self.status, self.stderr = error.status, error.stderr


def explained(error: ProcessFailed, address: str) -> ProcessFailed:
    """The failure with a sentence of its own, where its reason is known."""
    for pattern, sentence in _EXPLANATIONS:
        for line in error.stderr.splitlines():
            if re.search(pattern, line, re.IGNORECASE):
                told = _TOLD.sub("", line.strip()).rstrip(".:")
                return ExplainedFailure(error, sentence.format(address=address, line=told))
    return error
