"""What each refusal of an API server becomes."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.unit.fake_kubernetes import FakeApi, status
from tutor_launchpad.adapters.kubernetes_transport import Request, Response
from tutor_launchpad.core.errors import Conflict, Contested, Forbidden, LaunchpadError, NoSuchKind, Unreachable
from tutor_launchpad.core.types import Object

WEBHOOK = "admission webhook"
POLICY = "configmaps \"one\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request"
SECRET: Object = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "a"}, "data": {}}


def always(response: Response) -> Callable[[Request], Response]:
    return lambda request: response


REFUSALS = {
    "unauthorized": (Response(401), Unreachable, "user 'operator': they have expired or are wrong"),
    "forbidden": (status(403, "Forbidden", 'User "u" cannot get'), Forbidden, 'User "u" cannot get'),
    "quota": (status(403, "Forbidden", "exceeded quota: q"), Forbidden, "refuses to get"),
    "terminating": (status(403, "Forbidden", "ns is being terminated"), Conflict, "is being deleted"),
    "conflict": (status(409, "Conflict", "conflict with kubectl"), Conflict, "conflict with kubectl"),
    "webhook": (
        status(403, "x", f'{WEBHOOK} "w" denied the request: no'),
        Forbidden,
        f'get ConfigMap alpha/one: {WEBHOOK} "w"',
    ),
    "policy": (status(422, "Invalid", f"{POLICY}: too big"), Forbidden, f"get ConfigMap alpha/one: {POLICY}: too big"),
    "webhook that is down": (
        status(500, "InternalError", 'failed calling webhook "w": connection refused'),
        Unreachable,
        'Cannot get ConfigMap alpha/one: failed calling webhook "w": connection refused: mend',
    ),
    "invalid": (status(422, "Invalid", "spec.x: no"), LaunchpadError, "spec.x: no"),
    "unavailable": (status(503, "ServiceUnavailable", "etcd"), Unreachable, "try again"),
    "proxy": (Response(302, b"<html>geheim</html>"), LaunchpadError, "proxy"),
    "nonsense": (Response(200, b"<html>geheim</html>"), LaunchpadError, "not answer as a Kubernetes API"),
    "no kind in a group": (
        status(404, "NotFound", "the server could not find the requested resource"),
        NoSuchKind,
        "no kind ConfigMap",
    ),
    "no kind": (Response(404, b"404 page not found"), NoSuchKind, "no kind ConfigMap"),
}


@pytest.mark.parametrize(("response", "error", "text"), REFUSALS.values(), ids=REFUSALS)
def test_refusal_becomes_one_sentence(response: Response, error: type[LaunchpadError], text: str) -> None:
    api = FakeApi()
    api.answer = always(response)

    with pytest.raises(error) as caught:
        api.cluster.get("v1", "ConfigMap", "one", "alpha")

    assert text in str(caught.value)
    assert "geheim" not in f"{caught.value} {caught.value.__cause__}"


ABOUT_A_SECRET = {
    "invalid": (status(422, "Invalid", 'data.key: Invalid value: "geheim"'), "apply Secret a/s: Invalid"),
    "quota": (
        status(403, "Forbidden", "exceeded quota: q, requested: secrets=1, used: secrets=5, limited: secrets=5"),
        "exceeded quota: q, requested: secrets=1, used: secrets=5, limited: secrets=5. Raise that quota",
    ),
    "webhook": (
        status(403, "x", f'{WEBHOOK} "w" denied the request: geheim'),
        f'{WEBHOOK} "w" denied the request (why',
    ),
    "policy": (
        status(422, "Invalid", "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: geheim"),
        "ValidatingAdmissionPolicy 'p' with binding 'b' denied request (why",
    ),
    "webhook that is down": (
        status(500, "x", 'failed calling webhook "w": geheim'),
        'failed calling webhook "w": mend',
    ),
}


@pytest.mark.parametrize(("response", "text"), ABOUT_A_SECRET.values(), ids=ABOUT_A_SECRET)
def test_error_about_a_secret_names_what_refused_it_and_quotes_nothing(response: Response, text: str) -> None:
    api = FakeApi()
    api.answer = always(response)

    with pytest.raises(LaunchpadError) as caught:
        api.cluster.apply(SECRET)

    assert text in str(caught.value)
    assert "Secret a/s" in str(caught.value)
    assert "geheim" not in f"{caught.value} {caught.value.__cause__!r}"


@pytest.mark.parametrize("kind", ["Secret", "ConfigMap"])
def test_contested_fields_are_named_with_who_set_them(kind: str) -> None:
    cause = {"reason": "FieldManagerConflict", "message": 'conflict with "kubectl-edit" using v1', "field": ".data.key"}
    body = {"kind": "Status", "reason": "Conflict", "message": "geheim", "details": {"causes": [cause]}}
    api = FakeApi()
    api.answer = always(Response(409, json.dumps(body).encode()))

    with pytest.raises(Contested) as caught:
        api.cluster.apply({**SECRET, "kind": kind})

    assert caught.value.fields == {"data.key": "kubectl-edit"}
    assert f"Cannot apply {kind} a/s: others have set fields of it otherwise: data.key (by kubectl-edit)" in str(
        caught.value
    )
    assert f"`kubectl get {kind.lower()} -n a s -o yaml --show-managed-fields` shows who set what" in str(caught.value)
    assert "geheim" not in str(caught.value)
