"""For small resources: names and users on a server that is administered by an HTTP API with a user and a password.

Its libraries are imported at the first request: Tutor's process, which only plans, loads the class without them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from launchpad_workflows.errors import BadCredentials
from launchpad_workflows.provisioners.base import Provisioner
from launchpad_workflows.requests import Plain

if TYPE_CHECKING:
    from launchpad_workflows.provisioners.http import Api


class HttpProvisioner(Provisioner[Plain]):
    """`ask` speaks to the API as the administrator, `ask_as` as one of the instance's users.

    `code_key`, `reason_key`: where the API's errors, JSON objects, have their name and their text.
    """

    model = Plain
    code_key: ClassVar[str] = "error"
    reason_key: ClassVar[str] = "reason"

    def ask(self, method: str, *path: str, body: object = None) -> Any:
        """The answer's JSON. None where it has no content, and where a GET or a DELETE finds nothing."""
        return _ask(self._api, method, path, body)

    def ask_as(self, user: str, method: str, *path: str, body: object = None) -> Any:
        """The same with the user's password."""
        with self._connected(user, self.secret(user)) as api:
            return _ask(api, method, path, body)

    def opens(self, user: str, *path: str) -> bool:
        """Whether our password, if we have one, lets the user in there."""
        key = self.resource.key_of(user)
        if not key or self.password(key) is None:
            return False
        try:
            self.ask_as(user, "GET", *path)
        except BadCredentials:
            return False
        return True

    def secret(self, user: str) -> str:
        """The password of one of the instance's users; raises where it is not there."""
        return self.context.credentials.instance(self.resource.key_of(user))

    @cached_property
    def _api(self) -> Api:
        return self._connect(*self.administrator)

    @contextmanager
    def _connected(self, user: str, password: str) -> Iterator[Api]:
        api = self._connect(user, password)
        try:
            yield api
        finally:
            api.close()

    def _connect(self, user: str, password: str) -> Api:
        import httpx

        from launchpad_workflows.provisioners.http import Api

        one = self.resource
        return Api(
            f"{one.resource}/{one.server} ({one.endpoint})",
            one.endpoint,
            httpx.BasicAuth(user, password),
            code_key=self.code_key,
            reason_key=self.reason_key,
            login="user",
            ca=self.authority,
        )


def _ask(api: Api, method: str, path: tuple[str, ...], body: object) -> Any:
    from launchpad_workflows.provisioners.http import Missing, segment

    what = f"{method} /{'/'.join(path)}"
    try:
        return api.call(method, "/" + "/".join(map(segment, path)), what, body=body)
    except Missing:
        if method in ("GET", "DELETE"):
            return None
        raise
