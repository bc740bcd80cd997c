"""The small Open edX in this process, and the script run in it as a pod runs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from launchpad_workflows.people import in_lms
from launchpad_workflows.people.model import PeopleOutcome, PeopleRequest
from launchpad_workflows.people.template import script

from tests.unit import open_edx

PROJECT = Path(open_edx.__file__).parent


@pytest.fixture(scope="session")
def _django() -> None:
    """Set up once; its apps are found by the names that they have in Open edX."""
    import django
    from django.core.management import call_command

    sys.path.insert(0, str(PROJECT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)


@dataclass(frozen=True)
class OpenEdx:
    """Runs the script, and looks at what it left."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def run(self, action: str, secret: str = "", /, **given: Any) -> PeopleOutcome:
        """What became of a request, as the pod tells it."""
        from django.core.management import call_command

        request = PeopleRequest.model_validate({"action": action, **given})
        (self.folder / "password").write_text(secret)
        outcome = self.folder / "outcome.json"
        self.monkeypatch.setenv(in_lms.REQUEST, request.to_json())
        self.monkeypatch.setenv(in_lms.OUTCOME, str(outcome))
        text = script().replace("/launchpad/person/password", str(self.folder / "password"))
        with suppress(SystemExit):
            call_command("shell", command=text)
        told = outcome.read_text()
        assert not secret or secret not in told or secret in request.to_json()
        return PeopleOutcome.model_validate_json(told)

    def create(self, secret: str = "", /, **given: Any) -> PeopleOutcome:
        """The user ann."""
        chosen = {"password": "given"} if secret else {}
        return self.run("create", secret, **{"username": "ann", "email": "ann@x.org", **chosen, **given})

    def user(self, name: str = "ann") -> Any:
        """From the database."""
        from django.contrib.auth.models import User

        return User.objects.get(username=name)

    def model(self, app: str, name: str) -> Any:
        """One of the project's models."""
        from django.apps import apps

        return apps.get_model(app, name)


@pytest.fixture
def edx(_django: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenEdx]:
    from django.db import transaction

    with transaction.atomic():
        yield OpenEdx(tmp_path, monkeypatch)
        transaction.set_rollback(True)
