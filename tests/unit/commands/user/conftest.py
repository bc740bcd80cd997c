"""A root, a cluster in memory with Argo CD, and the verbs on its users, in process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.unit.fake_kubernetes import FakeApi
from tests.unit.fake_login import Logins, argo_cd
from tutor_launchpad.commands import launchpad
from tutor_launchpad.commands.user import session
from tutor_launchpad.core.users.argo_workflows import account_name
from tutor_launchpad.steps.users import Users as AllUsers


@dataclass
class Users:
    """Runs verbs, and looks at what they leave in the cluster."""

    root: Path
    api: FakeApi
    logins: Logins

    def run(self, *words: str, stdin: str = "") -> Result:
        """`tutor launchpad user …`"""
        return CliRunner().invoke(launchpad, ["user", *words], obj=SimpleNamespace(root=self.root), input=stdin)

    def json(self, *words: str, stdin: str = "") -> dict[str, Any]:
        """What a program reads of it."""
        content: dict[str, Any] = json.loads(self.run(*words, "--output", "json", stdin=stdin).stdout)
        return content

    def create(self, *words: str, stdin: str = "") -> dict[str, Any]:
        """A user is made without a question."""
        return self.json("create", *words, "--yes", stdin=stdin)

    def data(self, name: str) -> dict[str, str]:
        """What one of Argo CD's ConfigMaps or its Secret holds."""
        plural = "secrets" if name == "argocd-secret" else "configmaps"
        content: dict[str, str] = self.api.read(plural, "argocd", name)["data"]
        return content

    def rules(self, name: str) -> list[Any]:
        """The rules of a user's Role."""
        return list(self.api.read("roles", "launchpad", account_name(name))["rules"])

    def has(self, plural: str, name: str) -> bool:
        """Whether a user has this object in Launchpad's namespace."""
        return (plural, "launchpad", account_name(name)) in self.api.objects


@pytest.fixture
def users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Users:
    api = FakeApi(*argo_cd())
    logins = Logins(api)
    api.answer = logins.answer
    monkeypatch.setattr(session, "open_users", lambda *given, **named: AllUsers.of(api.cluster, "argocd", "launchpad"))
    return Users(tmp_path, api, logins)
