from __future__ import annotations

import pytest
from launchpad_workflows.client import Client
from launchpad_workflows.errors import Absent, Forbidden, ProvisioningError, Refused, Unavailable
from launchpad_workflows.kube import KubernetesClient, _translate

from tutor_launchpad.adapters.kubernetes import Cluster


def accept(client: Client) -> Client:
    """What mypy checks here is that both clients have the shape that the library asks for."""
    return client


def test_both_clients_fit_the_protocol() -> None:
    checks = (lambda one: accept(KubernetesClient(one)), lambda one: accept(Cluster(one)))

    assert len(checks) == 2


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, Absent),
        (401, Forbidden),
        (403, Forbidden),
        (0, Unavailable),
        (503, Unavailable),
        (409, Refused),
        (422, Refused),
    ],
)
def test_every_answer_of_the_cluster_has_its_error(status: int, error: type[ProvisioningError]) -> None:
    assert type(_translate("get Pod x", status, "reason")) is error
