"""Names and secrets of every allowed form: all operations on each."""

from __future__ import annotations

from typing import Any

import pytest
from launchpad_workflows.requests import Bucket, Storage

from tests.integration.awkward import hardest_passwords
from tests.integration.conftest import Runner
from tests.integration.storage.conftest import user_of

pytestmark = pytest.mark.slow
FORMS = {
    "dots and underscores": ("a.b-c.{}", "A_b.{}"),
    "63 characters": ("{}-" + "x" * 51, "k" * 52 + "{}"),
    "digits first": ("0-{}", "0-{}"),
}


@pytest.mark.parametrize(("bucket", "key"), list(FORMS.values()), ids=list(FORMS))
def test_all_operations_take_every_form_of_name(
    runner: Runner, resource: Storage, s3: Any, bucket: str, key: str
) -> None:
    names = {"access_key": key.format(runner.instance), "buckets": (Bucket(name=bucket.format(runner.instance)),)}
    part = Storage.model_validate(resource.model_copy(update=names).model_dump())

    made, again = runner.run(part, "new"), runner.run(part)
    prepared = runner.run(part, operation="rotate", step="prepare")
    removed = runner.run(part, operation="deprovision", delete_data=True)

    statuses = [one.status for one in (made, again, prepared, removed)]
    assert statuses == ["created", "unchanged", "prepared", "removed"]
    assert user_of(part) != user_of(part, 2)


@hardest_passwords
def test_secret_may_hold_every_printable_character(
    runner: Runner, resource: Storage, s3: Any, users: Any, password: str
) -> None:
    runner.run(resource, "new")
    runner.password = password

    changed = runner.run(resource)

    assert (changed.status, runner.run(resource).status) == ("repaired", "unchanged")
