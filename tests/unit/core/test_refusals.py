"""Events of what could not be made, and whether what they say still holds."""

from __future__ import annotations

import pytest

from tutor_launchpad.core.refusals import Refusal, read_refusals, still_exceeds
from tutor_launchpad.core.types import Object

FULL = 'pods "lms-1" is forbidden: exceeded quota: launchpad, requested: pods=1,cpu=500m, used: pods=3,cpu=1, limited: pods=3'


def event(message: str, name: str = "lms-1", version: str = "1") -> Object:
    about = {"kind": "ReplicaSet", "name": name}
    return {"metadata": {"uid": name, "resourceVersion": version}, "involvedObject": about, "message": message}


def quota(name: str = "launchpad", hard: str = "3", used: str = "3") -> Object:
    return {
        "metadata": {"name": name},
        "spec": {"hard": {"pods": hard, "cpu": "8"}},
        "status": {"used": {"pods": used}},
    }


def test_refusals_are_those_of_quotas_and_policies_each_once() -> None:
    denied = 'admission webhook "w" denied the request: no'
    events = [event(FULL), event(FULL, version="2"), event(denied, "b"), event("serviceaccount not found", "c")]

    assert [str(one) for one in read_refusals(events)] == [f"ReplicaSet b: {denied}", f"ReplicaSet lms-1: {FULL}"]


@pytest.mark.parametrize(
    ("message", "lasts"),
    [
        ("ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no", True),
        ('pods "x" is forbidden: violates PodSecurity "baseline:latest": host namespaces', True),
        ("pods is forbidden: maximum cpu usage per Container is 2", True),
        (FULL, False),
    ],
)
def test_only_what_no_repetition_mends_lasts(message: str, lasts: bool) -> None:
    assert [one.lasts for one in read_refusals([event(message)])] == [lasts]


QUOTAS = {
    "as full as before": ([quota()], True),
    "raised": ([quota(hard="4")], False),
    "emptied": ([quota(used="2")], False),
    "raised to less than is needed": ([quota(hard="5", used="5")], True),
    "gone": ([quota("other")], False),
}


@pytest.mark.parametrize(("quotas", "exceeds"), QUOTAS.values(), ids=QUOTAS)
def test_quota_counts_as_it_is_now(quotas: list[Object], exceeds: bool) -> None:
    assert still_exceeds(Refusal("ReplicaSet lms-1", FULL, "u", "1"), quotas) is exceeds


def test_quota_message_of_another_form_is_believed() -> None:
    assert still_exceeds(Refusal("Job x", "exceeded quota somehow", "u", "1"), [])
