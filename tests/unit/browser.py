"""A browser's way through a login: it keeps cookies, follows redirects, and finds hosts that no DNS knows."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path

import httpx

STEPS = 12


class _Routes(httpx.BaseTransport):
    """Sends what is for an origin to where it is served. TLS expects the origin's own name."""

    def __init__(self, routes: Mapping[str, str], authorities: str) -> None:
        self._routes = {origin: httpx.URL(address) for origin, address in routes.items()}
        self._inner = httpx.HTTPTransport(
            verify=ssl.create_default_context(cadata=authorities) if authorities else False
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Host and cookies are those of the origin."""
        url = request.url
        target = self._routes.get(f"{url.scheme}://{url.netloc.decode()}")
        if target is None:
            return self._inner.handle_request(request)
        moved = httpx.Request(
            request.method,
            url.copy_with(scheme=target.scheme, host=target.host, port=target.port),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": url.host},
        )
        return self._inner.handle_request(moved)


class Browser(httpx.Client):
    """One person's. `login`: who is logged in at GitHub. `routes`: origin → where it is served.

    Without authorities it takes every certificate.
    """

    last: httpx.Response
    """The page at which a login ended."""

    def __init__(self, login: str, github: str, routes: Mapping[str, str], *authorities: str) -> None:
        told = "".join(Path(one).read_text() for one in authorities)
        super().__init__(transport=_Routes(routes, told), trust_env=False, timeout=20)
        self.cookies.set("login", login, domain=httpx.URL(github).host)

    def go(self, url: str, until: str = "") -> httpx.Response:
        """Where a page leads in the end; not further than a redirect to an address that begins like `until`."""
        answer = self.get(url)
        for _ in range(STEPS):
            following = answer.next_request
            if following is None or (until and str(following.url).startswith(until)):
                return answer
            answer = self.get(following.url)
        raise AssertionError(f"{url} leads on and on, at last to {answer.url}")
