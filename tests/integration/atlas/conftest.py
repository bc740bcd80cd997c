"""A project of Atlas: its API as a stand-in, whose users are really made on the server of the other tests, behind TLS."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("httpx")

from launchpad_workflows import names
from launchpad_workflows.patience import Patience
from launchpad_workflows.provisioners.mongodb.atlas import AtlasMongoDBProvisioner
from launchpad_workflows.requests import AtlasMongoDB
from pymongo import MongoClient

from tests.integration.atlas.stand_in import ACCOUNT, CLUSTER, PROJECT, Atlas
from tests.integration.conftest import Runner, assert_hidden, named_server
from tests.integration.digitalocean.stand_in import running
from tests.integration.digitalocean.tls import before, make_authority


@dataclass
class Project:
    """An instance's resource on the cluster, what runs it, the stand-in, and the server's administrator."""

    runner: Runner
    resource: AtlasMongoDB
    atlas: Atlas
    admin: Any

    def run(self, *arguments: Any, **more: Any) -> Any:
        outcome = self.runner.run(self.resource, *arguments, login=ACCOUNT, **more)
        assert_hidden(outcome.model_dump_json(), ACCOUNT[1], *self.atlas.issued)
        return outcome

    @property
    def user(self) -> str:
        return self.resource.users()[0]

    def there(self) -> set[str]:
        """The instance's databases on the server."""
        return set(self.admin.list_database_names()) & set(self.resource.databases)


@pytest.fixture
def atlas() -> Iterator[Atlas]:
    with running(Atlas()) as found:
        assert isinstance(found, Atlas)
        yield found


@pytest.fixture
def project(
    atlas: Atlas,
    instance: str,
    tmp_path: Path,
    cleanups: list[Callable[[], object]],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Project]:
    server = named_server("LAUNCHPAD_TEST_MONGODB", "mongodb")
    user, password = server.administrator
    admin: Any = MongoClient(server.host, server.port, username=user, password=password)
    atlas.command = admin.admin.command
    cleanups += [admin.close, atlas.clean]
    monkeypatch.setattr(AtlasMongoDBProvisioner, "patience", Patience(sleep=lambda _seconds: time.sleep(0.05)))
    monkeypatch.setattr(AtlasMongoDBProvisioner, "brief", Patience(attempts=4, sleep=lambda _seconds: None))
    authority = make_authority(tmp_path)
    with before(server.host, server.port, authority, mysql=False) as port:
        resource = AtlasMongoDB(
            server="main",
            host="127.0.0.1",
            port=port,
            srv=False,
            ca=authority.certificate,
            project=PROJECT,
            cluster=CLUSTER,
            api=atlas.address,
            databases=tuple(names.mongodb_database(instance, purpose) for purpose in ("openedx", "forum")),
            username=names.mongodb_user(instance, "openedx"),
            password_key="P",
        )
        found = Project(Runner(server, instance), resource, atlas, admin)
        yield found
    for name in found.there():
        admin.drop_database(name)
