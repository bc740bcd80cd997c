"""Real servers, named by settings; a test whose server is not named is skipped and says which setting it misses."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import pytest
from launchpad_workflows.credentials import MappingCredentials
from launchpad_workflows.items import Claim
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.requests import Request, Resource
from launchpad_workflows.running import run_resource


@dataclass(frozen=True)
class Server:
    """Where a test's server is and who administers it."""

    resource: str
    url: SplitResult

    @property
    def host(self) -> str:
        return self.url.hostname or ""

    @property
    def port(self) -> int:
        return self.url.port or {"mysql": 3306, "mongodb": 27017, "storage": 9000}[self.resource]

    @property
    def administrator(self) -> tuple[str, str]:
        return self.url.username or "", self.url.password or ""

    @property
    def endpoint(self) -> str:
        return f"{self.url.scheme}://{self.host}:{self.port}"


@dataclass
class Runner:
    """Runs one resource as the worker would. `password` is what the instance's Secret says, `following` the next one.

    `token`: for a cloud's API. `kept`: what a provider chose, from one run to the next.
    """

    server: Server
    instance: str
    password: str = 'it\'s 100% "new" \\ pass_word'
    following: str = "following"
    lines: list[str] = field(default_factory=list)
    token: str = ""
    kept: dict[str, str] = field(default_factory=dict)

    def run(
        self,
        resource: Resource,
        claim: Claim = "ours",
        *,
        operation: str = "provision",
        administrator: str = "",
        login: tuple[str, str] | None = None,
        stores: Mapping[str, Mapping[str, str]] | None = None,
        **more: Any,
    ) -> Outcome:
        """`login`: of another administrator than the server's. `stores`: credentials of stores for copies.

        Nothing that is told may hold a password.
        """
        user, password = login or self.server.administrator
        admin = {"username": user, "password": administrator or password}
        admin |= {"token": self.token} if self.token else {}
        admins = {("storage", name): values for name, values in (stores or {}).items()}
        credentials = MappingCredentials(
            {**admins, (self.server.resource, "main"): admin}, {"P": self.password, "P.next": self.following}, self.kept
        )
        items = [*resource.items(), *resource.other_generation().items()]
        claimed = resource.model_copy(update={"claims": {**resource.claims, **{item.key: claim for item in items}}})
        content = {"instance": self.instance, "operation": operation, "resources": [claimed], **more}
        request = Request.model_validate(content)
        outcome = run_resource(request, request.resources[0], credentials, self.lines.append)
        secrets = [self.password, self.following, password, *self.kept.values()]
        assert_hidden(outcome.model_dump_json() + "".join(self.lines), *secrets, *filter(None, [self.token]))
        return outcome


def assert_hidden(text: str, *secrets: str) -> None:
    """None of them stands in a text, nor as JSON writes it."""
    for secret in secrets:
        assert secret not in text
        assert json.dumps(secret)[1:-1] not in text


def named_server(setting: str, resource: str) -> Server:
    """The server of a setting such as `mysql://user:password@host:3306`, else a skip."""
    url = os.environ.get(setting)
    if not url:
        pytest.skip(f"{setting} is not set: no {resource} server to test with")
    return Server(resource, urlsplit(url))


@pytest.fixture
def instance() -> str:
    """An instance of this test alone."""
    return f"it-{secrets.token_hex(4)}"


@pytest.fixture
def cleanups() -> Iterator[list[Callable[[], object]]]:
    """What a test wants done at its end, last first."""
    actions: list[Callable[[], object]] = []
    yield actions
    for action in reversed(actions):
        action()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They may share a server's limits: all of this folder in one process under xdist."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("integration"))
