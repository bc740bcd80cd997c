"""Whether anything that a run depends on has changed since the last one."""

from __future__ import annotations

import hashlib
import hmac
import json

from launchpad_workflows.credentials import Credentials
from launchpad_workflows.errors import Absent
from launchpad_workflows.requests import Request


def fingerprint(request: Request, credentials: Credentials, key: str) -> str:
    """A keyed digest of the request and of the passwords that it names; what is known of claims does not count.

    Also of those that a provider chose: where the caller has others than the last run left, there is something to do.
    Nor do fields with their defaults, so that a new one, which nobody uses yet, starts no run after an upgrade.
    Keyed, as a plain digest would let a short password be guessed from where the digest is kept.
    """
    content = request.sparse()
    for one in content["resources"]:
        one.pop("claims", None)
    names = sorted({name for resource in request.resources for name in resource.password_keys()})
    values = {name: credentials.instance(name) for name in names}
    values |= {name: _chosen(credentials, name) for one in request.resources for name in one.chosen_keys()}
    text = json.dumps([content, values], sort_keys=True)
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def _chosen(credentials: Credentials, key: str) -> str:
    """Empty where nothing has been chosen yet."""
    try:
        return credentials.instance(key)
    except Absent:
        return ""
