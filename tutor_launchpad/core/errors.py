"""Errors that people see.

    LaunchpadError          one sentence: what failed, on which object, what to try
    ├── NotFound            the thing does not exist
    │   └── NoSuchKind      nor could it: the cluster does not know its kind
    ├── Forbidden           it may exist; we may not touch it
    ├── Unreachable         nobody answered (network, TLS, expired credentials say so in the text)
    ├── Conflict            somebody else owns or changed it
    │   └── Contested       others have set its fields otherwise than we would
    ├── Interrupted         somebody has ended us; the text tells what goes on
    ├── Refused             our own checks say no; nothing was changed
    └── TimedOut            our deadline passed; the text tells the last seen state

Adapters raise them with `from`; Tutor's `main()` prints them and exits with status 1.
Wrong usage is click's `UsageError` (status 2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from tutor.exceptions import TutorError


class LaunchpadError(TutorError):
    """Base of all errors that this plugin reports to people. `printed`: programs have it already, in a JSON result."""

    printed = False

    @property
    def problems(self) -> tuple[str, ...]:
        """Each of its sentences."""
        return (str(self),)


class NotFound(LaunchpadError):
    """The named object does not exist."""


class NoSuchKind(NotFound):
    """The cluster does not serve this kind; whether an object was made is not the question."""


class Forbidden(LaunchpadError):
    """The named object may exist, but this user may not do that with it."""


class Unreachable(LaunchpadError):
    """The other side did not answer, or not in a way that tells more."""


class Conflict(LaunchpadError):
    """Somebody else owns the object or changed it meanwhile."""


class Contested(Conflict):
    """Others have set fields of the object otherwise than we would; `fields`: path → who."""

    def __init__(self, text: str, fields: Mapping[str, str]) -> None:
        self.fields = dict(fields)
        super().__init__(text)


class Interrupted(LaunchpadError):
    """Somebody pressed Ctrl-C or sent SIGTERM before the end."""


class TimedOut(LaunchpadError):
    """Our own deadline passed before the awaited state was seen."""


class Refused(LaunchpadError):
    """Checks found problems, all of which are listed; nothing was changed."""

    def __init__(self, problems: Sequence[str]) -> None:
        self._problems = tuple(problems)
        if len(self.problems) == 1:
            super().__init__(self.problems[0])
        else:
            lines = "\n".join(f"  - {problem}" for problem in self.problems)
            super().__init__(f"{len(self.problems)} problems, nothing was changed:\n{lines}")

    @property
    def problems(self) -> tuple[str, ...]:
        return self._problems


def refuse(problems: Sequence[str]) -> None:
    """Raise `Refused` where there are any."""
    if problems:
        raise Refused(problems)


def problems_of(find: Callable[[], Iterable[str]]) -> list[str]:
    """The problems that `find` returns, or raises."""
    try:
        return list(find())
    except (NotFound, Refused) as error:
        return list(error.problems)
