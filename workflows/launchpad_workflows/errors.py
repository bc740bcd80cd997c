"""Why a resource could not be made, in one sentence: the object, the reason, the next thing to try.

    ProvisioningError
    ├── Refused        will not pass by itself: a foreign name, a wrong request, too few rights
    │   ├── BadCredentials   the server does not accept the given user or password
    │   └── Unsupported      the server has nothing of the kind; what was asked for is left out and told
    ├── Unavailable    may pass by itself: nobody answers, the server is starting or too busy; worth a retry
    ├── Absent         a thing that must exist does not
    ├── Forbidden      the cluster does not let us
    ├── NotServed      this client does not reach things of the kind; another may
    ├── NotIsolated    the instance's user reaches what is not the instance's
    └── TimedOut       our own deadline passed; the text tells the last seen state

No text ever holds a secret; what servers answer is masked before it is told.
"""

from __future__ import annotations


class ProvisioningError(Exception):
    """Base of what this library reports to people."""


class Refused(ProvisioningError):
    """It will fail again until somebody changes something."""


class BadCredentials(Refused):
    """The server knows neither this user nor this password."""


class Unsupported(Refused):
    """The server has nothing of the kind."""


class Unavailable(ProvisioningError):
    """It may pass: a retry makes sense."""


class Absent(ProvisioningError):
    """A thing that must exist does not."""


class Forbidden(ProvisioningError):
    """The thing may exist, but we may not do that with it."""


class NotServed(ProvisioningError):
    """The thing may exist, but not for this client."""


class NotIsolated(ProvisioningError):
    """The instance's user reaches what belongs to somebody else."""


class TimedOut(ProvisioningError):
    """Our deadline passed before the awaited state was seen."""
