"""Names of databases, users and buckets on a shared server, derived from an instance and a purpose.

Pure and injective: no two (instance, purpose) pairs get one name on purpose or by cutting. Two shapes exist:

- plain, `<instance>__<purpose>`: only where both sides can be read back from it;
- hashed, `<start of both>_x<12 hex digits>`: everywhere else (too long, doubled separators). It holds no doubled
  separator, so that it never equals a plain one.
"""

from __future__ import annotations

import hashlib
import re

__all__ = [
    "access_key",
    "bucket",
    "cut",
    "generation",
    "mongodb_database",
    "mongodb_user",
    "mysql_database",
    "mysql_user",
    "plain",
]

MYSQL_SCHEMA = 64
MYSQL_USER = 32
MONGODB_DATABASE = 63
MONGODB_USER = 64
BUCKET = 63
ACCESS_KEY = 63
PLAIN = 64
_DIGITS = 12
_RESERVED_BUCKETS = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_ENDINGS = ("-s3alias", "--ol-s3", "--x-s3", "--table-s3")


def mysql_database(instance: str, purpose: str) -> str:
    """A schema's name; letters, digits and `_`, as Tutor's own scripts do not quote it."""
    return _derive(instance, purpose, MYSQL_SCHEMA, "_")


def mysql_user(instance: str, purpose: str) -> str:
    """A user's name, at most 32 characters."""
    return _derive(instance, purpose, MYSQL_USER, "_")


def mongodb_database(instance: str, purpose: str) -> str:
    """A database's name, in lower case: the server takes names that differ in case alone for one."""
    return _derive(instance, purpose, MONGODB_DATABASE, "_")


def mongodb_user(instance: str, purpose: str) -> str:
    """A user's name in the authentication database."""
    return _derive(instance, purpose, MONGODB_USER, "_")


def bucket(instance: str, purpose: str) -> str:
    """A bucket's name: a DNS label that no provider reserves."""
    return _derive(instance, purpose, BUCKET, "-")


def access_key(instance: str, purpose: str) -> str:
    """The public half of a storage key, where the provider lets us choose it."""
    return _derive(instance, purpose, ACCESS_KEY, "-")


def plain(instance: str, purpose: str) -> str:
    """A name on a server that takes letters, digits and `_`, at most 64 characters."""
    return _derive(instance, purpose, PLAIN, "_")


def generation(name: str, number: int, limit: int, separator: str = "_") -> str:
    """A user's name in its first or second generation; the second is told from all derived names by its ending."""
    if number == 1:
        return name
    tail = f"{separator * 2}{number}"
    if len(name) + len(tail) <= limit:
        return name + tail
    digest = f"{separator}x{_digest(name)}"
    return name[: limit - len(digest) - len(tail)].rstrip(separator) + digest + tail


def cut(text: str, limit: int) -> str:
    """The text itself, or its start and a digest of all of it: for names of objects in the cluster."""
    if len(text) <= limit:
        return text
    return f"{text[: limit - _DIGITS - 1].rstrip('-')}-{_digest(text)}"


def _derive(instance: str, purpose: str, limit: int, separator: str) -> str:
    if not instance or not purpose:
        raise ValueError("a name is derived from an instance and a purpose, neither of them empty")
    plain = f"{_words(instance, separator)}{separator * 2}{_words(purpose, separator)}"
    if len(plain) <= limit and _readable(instance, purpose, separator) and not _reserved(plain, separator):
        return plain
    tail = f"{separator}x{_digest(f'{instance}/{purpose}')}"
    head = re.sub(f"[{separator}]+", separator, plain)[: limit - len(tail)].strip(separator)
    return f"i{separator}{head}"[: limit - len(tail)].rstrip(separator) + tail


def _words(text: str, separator: str) -> str:
    return re.sub(r"[^a-z0-9]", separator, text.lower())


def _readable(instance: str, purpose: str, separator: str) -> bool:
    """Whether nothing was lost: each side is in the target alphabet, with its separators one by one, inside."""
    dashed = re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", instance)
    worded = re.fullmatch(rf"[a-z0-9]+({separator}[a-z0-9]+)*", purpose)
    return bool(dashed and worded)


def _reserved(name: str, separator: str) -> bool:
    return separator == "-" and (name.startswith(_RESERVED_BUCKETS) or name.endswith(_RESERVED_ENDINGS))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
