"""What AWS and stores like S3 answer, as errors of ours: absent, refused and unreachable are three."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import botocore.exceptions as botocore

from tutor_launchpad.core.errors import Forbidden, LaunchpadError, NotFound, Unreachable

LOGIN = (
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
)
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "403", "Forbidden")
ABSENT = (botocore.NoCredentialsError, botocore.PartialCredentialsError, botocore.ProfileNotFound)
STALE = (botocore.SSOError, botocore.CredentialRetrievalError, botocore.TokenRetrievalError)


def code(error: botocore.ClientError) -> str:
    """AWS's own name for what went wrong."""
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def asked(cloud: str, doing: str, login: str) -> Iterator[None]:
    """Turn what the library raises into our errors. `doing` goes on after "to"; `login`: how one gets credentials."""
    try:
        yield
    except ABSENT as error:
        raise NotFound(f"There are no credentials for {cloud}: {login}.") from error
    except STALE as error:
        raise Forbidden(f"The login at {cloud} has expired or cannot be read: {login}.") from error
    except botocore.ClientError as error:
        raise _answered(error, cloud, doing, login) from error
    except botocore.BotoCoreError as error:
        raise Unreachable(f"{cloud} cannot be reached to {doing}: {_short(error)}.") from error


def _answered(error: botocore.ClientError, cloud: str, doing: str, login: str) -> LaunchpadError:
    name = code(error)
    if name in LOGIN:
        return Forbidden(f"{cloud} refuses the credentials ({name}): {login}.")
    if name in DENIED:
        return Forbidden(
            f"{cloud} does not let these credentials {doing} ({name}): use others, or have them allowed it."
        )
    said = " ".join(str(error.response.get("Error", {}).get("Message", "")).split())[:300].rstrip(".")
    return LaunchpadError(f"{cloud} did not {doing} ({': '.join(filter(None, (name, said)))}).")


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200].rstrip(".")
