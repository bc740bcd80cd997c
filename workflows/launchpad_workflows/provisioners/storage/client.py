"""A client of an S3-compatible store, with the library's errors turned into ours."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

import botocore.exceptions
import botocore.session
from botocore import UNSIGNED
from botocore.config import Config

from launchpad_workflows.errors import BadCredentials, ProvisioningError, Refused, Unavailable, Unsupported
from launchpad_workflows.provisioners import clocks
from launchpad_workflows.provisioners.base import file_of

_LOCK = Lock()
_UNKNOWN = {"InvalidAccessKeyId", "InvalidClientTokenId"}
_LOGIN = {"SignatureDoesNotMatch", "InvalidSecurity", *_UNKNOWN}
_CLOCK = {"RequestTimeTooSkewed", "RequestExpired"}
_DENIED = {"AccessDenied", "AllAccessDisabled", "403", "Forbidden"}
_ELSEWHERE = {"301", "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"}
_ABSENT = {
    "404",
    "NoSuchBucket",
    "NoSuchBucketPolicy",
    "NoSuchCORSConfiguration",
    "NoSuchEntity",
    "NoSuchKey",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "NoSuchTagSet",
    "NoSuchUpload",
    "NotFound",
    "ServerSideEncryptionConfigurationNotFoundError",
}
_REFUSES = {400, 401, 403}
_UNSUPPORTED = {"NotImplemented", "MethodNotAllowed", "MalformedXML", "XNotImplemented", "InvalidRequest"}
MAY_PASS = {
    "ConcurrentModification",
    "EntityTemporarilyUnmodifiable",
    "ServiceFailure",
    "InternalError",
    "ServiceUnavailable",
    "SlowDown",
    "RequestTimeout",
    "OperationAborted",
    "XMinioServerNotInitialized",
    "Throttling",
    "ThrottlingException",
}


class UnknownKey(BadCredentials):
    """Nobody has this key; a new one may be told of before all of a cloud knows it."""


class Elsewhere(Refused):
    """The bucket is in another region."""


class Denied(Refused):
    """The key may not do that."""


class Missing(Refused):
    """There is no such bucket (`code` says so), or nothing of the kind is set on it."""

    def __init__(self, text: str, code: str) -> None:
        self.code = code
        super().__init__(text)


class Taken(Refused):
    """A thing of this name exists already."""


class TakenByUs(Taken):
    """A bucket of this name exists already, and is the caller's."""


_TAKEN = {"BucketAlreadyOwnedByYou": TakenByUs, "BucketAlreadyExists": Taken, "EntityAlreadyExists": Taken}


@dataclass(frozen=True)
class Address:
    """Where the store is and how it is spoken to. `partition`: the part of AWS in which its names (ARNs) begin."""

    name: str
    endpoint: str
    region: str
    addressing: str = "path"
    ca: str = ""
    partition: str = "aws"

    def __str__(self) -> str:
        return f"{self.name} ({self.endpoint})"

    @property
    def tls_context(self) -> ssl.SSLContext | None:
        """Checks the server's certificate against its own authority; None: the system's."""
        return ssl.create_default_context(cadata=self.ca) if self.ca else None


@contextmanager
def connected(address: Address, key: str, secret: str, service: str = "s3", *, attempts: int = 3) -> Iterator[Any]:
    """A client for one key, nobody's where it is empty; errors inside are ours. It sends nothing before its first call."""
    with file_of(address.ca) as ca, translated(address, key or "of nobody"):
        client = _make_client(
            service,
            endpoint_url=address.endpoint or None,
            region_name=address.region,
            aws_access_key_id=key or "nobody",  # an empty one would be looked for elsewhere
            aws_secret_access_key=secret or "nobody",
            verify=ca,
            config=Config(
                signature_version=("s3v4" if service == "s3" else "v4") if key else UNSIGNED,
                s3={"addressing_style": address.addressing},
                connect_timeout=10,
                read_timeout=60,
                retries={"total_max_attempts": attempts, "mode": "standard"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )
        try:
            yield client
        finally:
            client.close()


@cache
def _session() -> Any:
    """One for the process, as each reads its description of the service anew, which takes a third of a second."""
    return botocore.session.get_session()


def _make_client(service: str, **options: Any) -> Any:
    with _LOCK:  # a session is not for several threads at a time, its clients are
        return _session().create_client(service, **options)


@contextmanager
def translated(address: Address, key: str) -> Iterator[None]:
    """The library's errors as ours."""
    try:
        yield
    except botocore.exceptions.ClientError as error:
        raise _translate(address, key, error) from None
    except (botocore.exceptions.HTTPClientError, botocore.exceptions.ConnectionError) as error:
        if why := clocks.distrust(error, clocks.now()):
            raise Refused(f"Store {address} cannot be used: {why}.") from None
        raise Unavailable(f"Store {address} cannot be reached: {type(error).__name__}.") from None
    except botocore.exceptions.BotoCoreError as error:
        raise Refused(f"Store {address} cannot be used as configured: {type(error).__name__}.") from None


def skewed(address: Address, times: str) -> Refused:
    """The error for a clock that is off."""
    told = times or f"this machine's clock says {clocks.show(clocks.now())}"
    return Refused(
        f"Store {address} takes no request that is signed at another time than its own ({told}): set the clock of this "
        "machine, in the cluster of its node, or the store's."
    )


def _translate(address: Address, key: str, error: botocore.exceptions.ClientError) -> ProvisioningError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    call = error.operation_name
    date = str(error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", ""))
    times = clocks.apart(date, clocks.now()) if status in _REFUSES else ""  # an answer to HEAD has no code
    if code == clocks.SKEWED or times:
        return skewed(address, times)
    if code in _LOGIN:
        kind = UnknownKey if code in _UNKNOWN else BadCredentials
        return kind(
            f"Store {address} refuses key {key} ({code}): register the server again if this is the administrator's."
        )
    if code in _CLOCK:
        return Refused(f"Store {address} refuses {call}, as the clock here is wrong ({code}): set it right.")
    if code in _ELSEWHERE:
        return Elsewhere(
            f"Store {address} has this bucket in another region ({call}: {code}): register the server with that region, "
            "or choose another name."
        )
    if code in _DENIED:
        return Denied(f"Store {address} does not let key {key} call {call} ({code}).")
    if code in _ABSENT:
        return Missing(f"Store {address} has nothing to answer to {call} with ({code}).", code)
    if code in _TAKEN:
        return _TAKEN[code](f"Store {address} has that already ({call}: {code}).")
    if code in ("LimitExceeded", "TooManyBuckets"):
        return Refused(
            f"Store {address} takes no more ({call}: {code}): have the account's limit raised, or remove what nobody needs."
        )
    if code in _UNSUPPORTED or status == 501:
        return Unsupported(f"Store {address} does not know {call} ({code}).")
    if code in MAY_PASS or status in (429, 500, 502, 503, 504):
        return Unavailable(f"Store {address} cannot be used at the moment ({call}: {code}).")
    return Refused(f"Store {address} refused {call} for key {key} ({code}).")
