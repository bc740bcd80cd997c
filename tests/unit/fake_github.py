"""A GitHub of a test's own, as far as logins by it go: <https://docs.github.com/en/enterprise-server/rest> says what it must do.

Who sits before the browser is told by its cookie `login`. Teams are listed two a page, so that whoever asks must turn it.
"""

from __future__ import annotations

import json
import secrets
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.unit.certificates import write_certificate

PAGE = 2
NEEDED = {"user:email", "read:org"}


@dataclass(frozen=True)
class Application:
    """The OAuth application that is registered. `approved`: by the organisation's owner."""

    id: str
    secret: str
    callback: str
    approved: bool = True


@dataclass(frozen=True)
class Reply:
    """Status, and content or where it leads."""

    status: int = 200
    content: object = None
    location: str = ""
    link: str = ""


NOT_FOUND = Reply(404, {"message": "Not Found"})


@dataclass
class GitHub:
    """`people`: login → its teams, as `organisation/slug`; `organisation/` for a member of no team."""

    application: Application
    people: dict[str, Sequence[str]]
    address: str = ""
    authority: str = ""
    _codes: dict[str, tuple[str, set[str]]] = field(default_factory=dict)
    _tokens: dict[str, tuple[str, set[str]]] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """With the port."""
        return urlsplit(self.address).netloc

    def authorize(self, login: str, query: dict[str, str]) -> Reply:
        """Whoever is logged in has agreed before, so that the page leads back at once."""
        if query.get("client_id") != self.application.id:
            return NOT_FOUND
        if login not in self.people:
            return Reply(200, "Sign in to GitHub")
        given = {"state": query["state"], "code": secrets.token_hex(8)}
        if query.get("redirect_uri") != self.application.callback:
            given = {"state": query["state"], "error": "redirect_uri_mismatch"}
        else:
            self._codes[given["code"]] = login, set(query.get("scope", "").replace(",", " ").split())
        return Reply(302, location=f"{self.application.callback}?{urlencode(given)}")

    def access_token(self, form: dict[str, str]) -> Reply:
        """A code is good for once. Errors have the status 200 too."""
        if (form.get("client_id"), form.get("client_secret")) != (self.application.id, self.application.secret):
            return Reply(200, {"error": "incorrect_client_credentials"})
        known = self._codes.pop(form.get("code", ""), None)
        if known is None:
            return Reply(200, {"error": "bad_verification_code"})
        token = f"gho_{secrets.token_hex(16)}"
        self._tokens[token] = known
        return Reply(200, {"access_token": token, "token_type": "bearer", "scope": ",".join(sorted(known[1]))})

    def api(self, token: str, path: str, query: dict[str, str]) -> Reply:
        """What the API tells the holder of a token."""
        login, scopes = self._tokens.get(token, ("", set()))
        if not login:
            return Reply(401, {"message": "Bad credentials"})
        if not scopes >= NEEDED:
            return Reply(403, {"message": "Resource not accessible"})
        teams = [team.split("/") for team in self.people[login]] if self.application.approved else []
        if path == "/user":
            return Reply(200, {"login": login, "id": sum(login.encode()), "name": login.title(), "email": None})
        if path == "/user/emails":
            return Reply(200, [{"email": f"{login}@example.com", "primary": True, "verified": True}])
        if path.startswith("/orgs/"):
            _, _, organization, _, asked = path.split("/")
            is_member = asked == login and organization.lower() in {one[0].lower() for one in teams}
            return Reply(204) if is_member else NOT_FOUND
        return (
            self._teams([one for one in teams if one[1]], int(query.get("page", 1)))
            if path == "/user/teams"
            else NOT_FOUND
        )

    def _teams(self, teams: list[list[str]], page: int) -> Reply:
        listed = [
            {"slug": slug, "name": slug.replace("-", " ").title(), "organization": {"login": organization}}
            for organization, slug in teams[PAGE * (page - 1) : PAGE * page]
        ]
        last, url = max(1, -(-len(teams) // PAGE)), f"{self.address}/api/v3/user/teams?page="
        link = f'<{url}{page + 1}>; rel="next", <{url}{last}>; rel="last"' if page < last else ""
        return Reply(200, listed, link=link)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    github: GitHub

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        if url.path == "/login/oauth/authorize":
            cookie = SimpleCookie(self.headers.get("Cookie", "")).get("login")
            self._answer(self.github.authorize(cookie.value if cookie else "", query))
        else:
            token = self.headers.get("Authorization", "").partition(" ")[2]
            self._answer(self.github.api(token, url.path.removeprefix("/api/v3"), query))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        form = {key: values[0] for key, values in parse_qs(body).items()}
        is_token = self.path == "/login/oauth/access_token"
        self._answer(self.github.access_token(form) if is_token else NOT_FOUND)

    def _answer(self, reply: Reply) -> None:
        body = b"" if reply.content is None else json.dumps(reply.content).encode()
        self.send_response(reply.status)
        for name, value in {"Location": reply.location, "Link": reply.link}.items():
            if value:
                self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@contextmanager
def served(github: GitHub, folder: Path, host: str = "127.0.0.1") -> Iterator[GitHub]:
    """The same with the address at which it answers, and the authority that vouches for it."""
    folder.mkdir()
    write_certificate(folder, names=(host,))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.crt", folder / "key.pem")
    server = ThreadingHTTPServer((host, 0), type("Handler", (_Handler,), {"github": github}))
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True).start()
    github.address, github.authority = f"https://{host}:{server.server_port}", str(folder / "ca.crt")
    try:
        yield github
    finally:
        server.shutdown()
        server.server_close()
