from __future__ import annotations

from launchpad_workflows.credentials import MappingCredentials
from launchpad_workflows.fingerprint import fingerprint
from launchpad_workflows.requests import Request

from tests.unit.launchpad_workflows.fake_server import ChoosingResource
from tests.unit.launchpad_workflows.fakes import fake_request

CREDENTIALS = MappingCredentials({}, {"FAKE_PASSWORD": "canary", "OTHER": "x"})


def test_claims_and_unused_passwords_do_not_count() -> None:
    same = fake_request(claims={"thing/thing": "ours"})
    more = MappingCredentials({}, {"FAKE_PASSWORD": "canary", "OTHER": "y"})

    assert fingerprint(fake_request(), CREDENTIALS, "key") == fingerprint(same, more, "key")


def test_password_request_and_key_count() -> None:
    other = MappingCredentials({}, {"FAKE_PASSWORD": "changed"})
    prints = {
        fingerprint(fake_request(), CREDENTIALS, "key"),
        fingerprint(fake_request(), other, "key"),
        fingerprint(fake_request(), CREDENTIALS, "another key"),
        fingerprint(fake_request(names=("more",)), CREDENTIALS, "key"),
    }

    assert len(prints) == 4


def test_what_a_provider_chose_counts() -> None:
    resource = ChoosingResource(server="main", username="alpha")
    request = Request(instance="alpha", resources=(resource,))
    prints = {
        fingerprint(request, MappingCredentials({}, values), "key")
        for values in ({}, {"FAKE_PASSWORD.1": "one"}, {"FAKE_PASSWORD.1": "two"}, {"FAKE_PASSWORD.2": "one"})
    }

    assert len(prints) == 3
