"""Rules for single answers. Each returns what is wrong, as the end of a sentence, or an empty text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from tutor_launchpad.core.settings import BRANCH

_LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_SPACES = ("ams3", "blr1", "fra1", "lon1", "nyc3", "sfo2", "sfo3", "sgp1", "syd1", "tor1")
"""Those that the modules of Harmony take."""


def short_label(value: str, most: int) -> str:
    """Part of the names of cloud resources, which are short."""
    if re.fullmatch(r"[a-z][-a-z0-9]*", value) and not value.endswith("-") and len(value) <= most:
        return ""
    return f"is to be at most {most} lower-case letters, digits and -, from a letter to a letter or digit"


def unique(value: str) -> str:
    """Part of the names of buckets."""
    return "" if re.fullmatch(r"[0-9a-f]{8}", value) else "is not what was written there: restore it with Git"


def domain(value: str) -> str:
    """The domain below which Argo CD and others get their hosts."""
    if re.fullmatch(rf"({_LABEL}\.)+[a-z]([-a-z0-9]*[a-z0-9])?", value) and len(value) <= 200:
        return ""
    return "is not a domain such as learn.example.com, in lower case"


def one_of(value: str, choices: Iterable[str]) -> str:
    """A choice."""
    return "" if value in choices else f"is not one of {', '.join(choices)}"


def shown(value: str) -> str:
    """The value as it may be told: without what may be a password in an address."""
    return re.sub(r"(://|^)[^/\s]*:[^/\s]*@|(?<=://)[^/\s]*@", r"\1…@", value)


def repository(value: str) -> str:
    """The address that Argo CD reads and deploys push to."""
    scp = re.fullmatch(r"[\w.-]+@[\w.-]+:(?!/)[^\s'\"]+", value)
    if scp:
        return ""
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        return "is not an address"
    if parts.password or (parts.username and parts.scheme != "ssh"):
        return "has credentials in it: keep them in a file, or in Git's credential helper"
    if parts.scheme in ("https", "http", "ssh") and host and parts.path.strip("/") and not re.search(r"[\s'\"]", value):
        return ""
    return "is not an address such as https://git.example.com/team/cluster.git"


def branch(value: str) -> str:
    """What Git takes for a branch, and a shell for a word."""
    if BRANCH.fullmatch(value) and not re.search(r"['\"`$&;|<>(){}!#]", value):
        return ""
    return "is not a branch name that Git takes and that needs no quotes"


def email(value: str) -> str:
    """Where Let's Encrypt writes to."""
    return "" if re.fullmatch(r"[^\s@'\"<>]+@[^\s@'\"<>]+\.[^\s@'\"<>]+", value) else "is not a mail address"


def kubernetes(value: str) -> str:
    """A minor version, as clouds offer them."""
    return "" if re.fullmatch(r"1\.(3[1-9]|[4-9]\d)", value) else "is not a version such as 1.34, of 1.31 or later"


def region(value: str, provider: str) -> str:
    """Where the cloud puts the cluster."""
    if provider == "existing":
        return "is for the clouds: leave it out with --provider existing" if value else ""
    if provider == "digitalocean":
        return one_of(value, _SPACES)
    return "" if re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", value) else "is not a region such as eu-central-1"


def bucket(value: str) -> str:
    """A bucket of the user's own."""
    return "" if re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", value) else "is not a bucket's name"


def endpoint(value: str) -> str:
    """The store of that bucket."""
    return (
        ""
        if re.fullmatch(r"https?://[\w.-]+(:\d{1,5})?/?", value)
        else "is not an address such as https://s3.example.com"
    )
