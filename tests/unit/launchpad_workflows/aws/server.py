"""AWS in this process: moto, which checks signatures and rights, behind a door that adds what moto lacks.

Nobody's requests, a bucket's policy for everybody, users' permissions boundaries, a user's two keys, and changes that are
not known at once. The door also loses requests, so that each call of an operation can be the one that fails.
"""

from __future__ import annotations

import io
import json
import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import boto3
from moto import settings
from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.base_backend import BackendDict
from moto.iam.models import iam_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

ACCOUNT = "123456789012"
_SESSION = boto3.session.Session()
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


@dataclass
class Amazon:
    """`calls`: what was asked for, such as `PutUserPolicy` or `PUT /bucket?policy`. `refuse`: an answer instead of AWS's.

    `late`: requests with a new key or new rights that AWS does not know of yet, and policies after a block was lifted.
    `blocks_public`: as an account may. `heard`: is told of each call of IAM that was done, with what was sent and answered.
    """

    url: str
    administrator: tuple[str, str]
    calls: list[str] = field(default_factory=list)
    late: int = 0
    boundaries: dict[str, str] = field(default_factory=dict)
    refuse: Callable[[str], tuple[int, str] | None] = lambda _call: None
    blocks_public: bool = False
    heard: Callable[[str, dict[str, str], str], None] = lambda _action, _form, _answer: None
    _pending: dict[str, list[str]] = field(default_factory=dict)
    _lose: tuple[int, bool, bool] | None = None

    def lose(self, number: int, *, answer: bool, stays: bool = True) -> None:
        """The request of this number from now on is lost, or its answer; all that follow too if it `stays` so."""
        self.calls.clear()
        self._lose = number, answer, stays

    def mend(self) -> bool:
        """Let all through again; whether something was lost."""
        was_lost = self._lose is not None and len(self.calls) >= self._lose[0]
        self._lose = None
        return was_lost

    def allow(self, policy: dict[str, Any]) -> None:
        """The administrator has these rights, and no others."""
        iam_backends[ACCOUNT]["aws"].put_user_policy("admin", "admin", json.dumps(policy))

    def client(self, service: str, key: tuple[str, str] | None = None) -> Any:
        """The administrator's, or another's."""
        access, secret = key or self.administrator
        return _SESSION.client(
            service,
            region_name="eu-central-1",
            endpoint_url=self.url,
            aws_access_key_id=access,
            aws_secret_access_key=secret,
        )

    def answer(self, moto: Wsgi, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        """One request."""
        request = Request(environ)
        form = {key: values[0] for key, values in parse_qs(request.get_data(as_text=True)).items()}
        action = form.get("Action", "") if request.path == "/" and request.method == "POST" else ""
        query = f"?{next(iter(request.args))}" if request.args else ""
        call = action or f"{request.method} {request.path}{query}"
        self.calls.append(call)
        lost, only_answer = self._lost()
        if lost and not only_answer:
            raise _cut(environ)
        response = self._own(request, form, action)
        if refused := self.refuse(call):
            response = error(*refused, as_iam=bool(action))
        if response is None:
            response = Response.from_app(_restored(moto, request), environ)
            self._learn(response, form, action)
        if lost:
            raise _cut(environ)
        return response(environ, start)

    def _lost(self) -> tuple[bool, bool]:
        """Whether this request is lost, and whether only its answer is."""
        number, answer, stays = self._lose or (0, False, False)
        at = len(self.calls) - number
        return bool(number) and (at == 0 or (stays and at > 0)), answer and at == 0

    def _own(self, request: Request, form: dict[str, str], action: str) -> Response | None:
        """What moto would answer wrongly."""
        who = re.search(r"Credential=([^/]+)/", request.headers.get("Authorization", ""))
        if who is None:
            return _as_nobody(request)
        if reasons := self._pending.get(who[1]):
            return error(403, reasons.pop())
        if action == "PutUserPermissionsBoundary":
            self.boundaries[form["UserName"]] = form["PermissionsBoundary"]
            return Response(f"<{action}Response/>", mimetype="text/xml")
        if "publicAccessBlock" in request.args and request.method == "PUT":
            self._pending["policy"] = ["AccessDenied"] * min(self.late, 2)
        if request.method == "PUT" and "policy" in request.args and self._pending.get("policy"):
            return error(403, self._pending["policy"].pop())
        if self.blocks_public and request.method == "PUT" and "policy" in request.args:
            return error(403, "AccessDenied")
        return None

    def _learn(self, response: Response, form: dict[str, str], action: str) -> None:
        text = response.get_data(as_text=True)
        if action and response.status_code == 200:
            self.heard(action, form, text)
        if action == "CreateAccessKey" and (key := re.search("<AccessKeyId>(.+?)</AccessKeyId>", text)):
            self._pending[key[1]] = ["AccessDenied"] * self.late + ["InvalidAccessKeyId"] * self.late
        if action == "CreateUser" and "PermissionsBoundary" in form and response.status_code == 200:
            self.boundaries[form["UserName"]] = form["PermissionsBoundary"]
        if action == "GetUser" and (boundary := self.boundaries.get(form.get("UserName", ""))):
            found = f"<PermissionsBoundary><PermissionsBoundaryArn>{boundary}</PermissionsBoundaryArn></PermissionsBoundary>"
            response.set_data(text.replace("</User>", f"{found}</User>"))


def error(status: int, code: str, *, as_iam: bool = False) -> Response:
    """An error as S3 and IAM tell it."""
    text = f"<Error><Code>{code}</Code><Message>told by the door</Message></Error>"
    headers = {"x-amz-bucket-region": "us-west-2"} if status == 301 else {}
    return Response(f"<ErrorResponse>{text}</ErrorResponse>" if as_iam else text, status, headers, mimetype="text/xml")


def _cut(environ: dict[str, Any]) -> ConnectionError:
    """End the connection; werkzeug would keep it open for a next request."""
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return ConnectionError()


class Server:
    """Listens for as long as the tests run; each test has a door, and an AWS, of its own behind it."""

    def __init__(self) -> None:
        self.door: Amazon | None = None
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=MotoRequestHandler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _answer(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        assert self.door is not None
        return self.door.answer(self._moto, environ, start)

    @contextmanager
    def amazon(self, policy: dict[str, Any]) -> Iterator[Amazon]:
        """An empty AWS whose administrator has this policy."""
        before = settings.INITIAL_NO_AUTH_ACTION_COUNT, ActionAuthenticatorMixin.request_count
        settings.INITIAL_NO_AUTH_ACTION_COUNT = ActionAuthenticatorMixin.request_count = 0
        iam = iam_backends[ACCOUNT]["aws"]
        iam.create_user("us-east-1", "admin", "/", [])
        iam.put_user_policy("admin", "admin", json.dumps(policy))
        key = iam.create_access_key("admin")
        url = f"http://127.0.0.1:{self._server.server_port}"
        self.door = Amazon(url, (key.access_key_id, key.secret_access_key))
        try:
            yield self.door
        finally:
            settings.INITIAL_NO_AUTH_ACTION_COUNT, ActionAuthenticatorMixin.request_count = before
            for backends in (iam_backends, s3_backends):
                _forget(backends)

    def close(self) -> None:
        """The end."""
        self._server.shutdown()
        self._server.server_close()


def _forget(backends: BackendDict[Any]) -> None:
    for backend in backends[ACCOUNT].values():
        backend.reset()


def _restored(moto: Wsgi, request: Request) -> Wsgi:
    """The body, which was read to see what is asked for, once more."""
    body = request.get_data()

    def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        return moto(environ, start)

    return app


def _as_nobody(request: Request) -> Response:
    """What the bucket's policy lets everybody read."""
    name, _, key = request.path.lstrip("/").partition("/")
    bucket = s3_backends[ACCOUNT]["aws"].buckets.get(name)
    if bucket is None:
        return error(404, "NoSuchBucket")
    arn = f"arn:aws:s3:::{name}/{key}"
    statements = json.loads(bucket.policy or b'{"Statement": []}')["Statement"]
    resources = [one for statement in statements if statement["Effect"] == "Allow" for one in statement["Resource"]]
    if request.method == "GET" and key and any(arn.startswith(one.rstrip("*")) for one in resources):
        return Response(bucket.keys[key].value)
    return error(403, "AccessDenied")
