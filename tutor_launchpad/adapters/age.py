"""age, the file encryption: pyrage is loaded where a file is encrypted or opened, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from tutor_launchpad.core.errors import Refused

_SHOWN = 40
_PRIVATE = re.compile(r"AGE-SECRET-KEY-|AGE-PLUGIN-|-----BEGIN", re.IGNORECASE)
_AGE_FILE = (b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----")


def recipient_problems(recipients: Iterable[str]) -> list[str]:
    """One sentence for each entry of LAUNCHPAD_AGE_RECIPIENTS that nobody can encrypt for."""
    problems = []
    for index, text in enumerate(recipients):
        place = f"LAUNCHPAD_AGE_RECIPIENTS[{index}]"
        if _PRIVATE.match(text.strip()):
            problems.append(
                f"{place} is a private key, which would be readable in Git: make another one, and put its public key there."
            )
        elif _recipient(text) is None:
            shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
            problems.append(
                f"{place} {shown!r} is no public key that age takes: give an X25519 key (age1…), as `age-keygen -y` "
                "prints it, or an SSH key of the type ssh-ed25519 or ssh-rsa."
            )
    return problems


def encrypt(data: bytes, recipients: Iterable[str]) -> bytes:
    """The data as an age file in text form, other at each call. The recipients are those without a problem."""
    import pyrage

    return bytes(pyrage.encrypt(data, [_recipient(text) for text in recipients], armored=True))


def decrypt(data: bytes, identity: bytes, name: str, file: str) -> bytes:
    """What the age file `file` holds, opened with the identity file `name`, of which `identity` is the content."""
    import pyrage

    identities = _identities(identity, name)
    try:
        return bytes(pyrage.decrypt(data, identities))
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise Refused([
                f"Identity {name} does not open {file}: it belongs to none of the recipients that the file was encrypted for."
            ]) from error  # fmt: skip
        raise Refused([
            f"{file} is damaged ({error}): restore it with Git, or deploy again from a root that still has the settings."
        ]) from error  # fmt: skip


def _recipient(text: str) -> Any:
    """The recipient; None where the text is none."""
    import pyrage

    kind = pyrage.x25519.Recipient if text.strip().startswith("age1") else pyrage.ssh.Recipient
    try:
        return kind.from_str(text.strip())
    except pyrage.RecipientError:
        return None


def _identities(content: bytes, name: str) -> list[Any]:
    """The private keys in a file: lines as `age-keygen` writes them, or one SSH key."""
    import pyrage

    try:
        if content.lstrip().startswith(_AGE_FILE):
            raise Refused([f"Identity {name} is itself encrypted: decrypt it with `age --decrypt` first."])
        if content.lstrip().startswith(b"-----BEGIN"):
            return [pyrage.ssh.Identity.from_buffer(content)]
        lines = [line.strip() for line in content.decode().splitlines()]
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except pyrage.IdentityError as error:
        if re.search(r"must be decrypted|Encrypted", str(error)):
            raise Refused([
                f"Identity {name} is an SSH key with a passphrase: give a copy without one, as "
                "`ssh-keygen -p -N '' -f COPY` makes it."
            ]) from error  # fmt: skip
        found = []
    except UnicodeDecodeError:
        found = []
    if not found:
        raise Refused([
            f"Identity {name} is no private key that age takes: give a file of `age-keygen` or an SSH key of the type "
            "ed25519 or RSA."
        ])  # fmt: skip
    return found
