"""DigitalOcean's API as far as it is needed: who logs in, lists of several pages, what is there already.

Written from its public description (github.com/digitalocean/openapi). It does not say how it answers where something exists
already, so that callers look first, and look again where a creation is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from launchpad_workflows.credentials import TOKEN, Credentials
from launchpad_workflows.provisioners.http import Api, Bearer
from launchpad_workflows.requests import Resource

_PER_PAGE = 200
"""The most that a page may have."""


@contextmanager
def connected(resource: Resource, url: str, credentials: Credentials) -> Iterator[Api]:
    """The API with the server's token; it sends nothing before its first call."""
    token = credentials.admin(resource.resource, resource.server, TOKEN)
    api = Api("DigitalOcean's API", url, Bearer(token))
    try:
        yield api
    finally:
        api.close()


def pages(
    api: Api, path: str, what: str, *, key: str, needs: str, query: Mapping[str, str] | None = None
) -> Iterator[dict[str, Any]]:
    """All entries of a list. The next page is asked for by its number: the links in answers may lead elsewhere."""
    number = 1
    while True:
        asked: dict[str, str | int] = {**(query or {}), "per_page": _PER_PAGE, "page": number}
        found = api.call("GET", path, what, needs=needs, query=asked)
        yield from found.get(key) or []
        if not ((found.get("links") or {}).get("pages") or {}).get("next"):
            return
        number += 1
