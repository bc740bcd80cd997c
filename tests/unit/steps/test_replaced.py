"""A password in config.yml that provisioning would set while the running instance uses the former one."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.unit.fake_deployment import ROOT_ID, make_deployment
from tests.unit.fake_kubernetes import FakeApi
from tests.unit.steps.test_provision import RESOURCES
from tutor_launchpad.commands.planning import describe_plan
from tutor_launchpad.commands.provisioning import refuse_replaced
from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.results import PlanResult
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.consent import confirm
from tutor_launchpad.steps.deployment import Deployment, Options
from tutor_launchpad.steps.passwords import find_replaced

KEY = "OPENEDX_MYSQL_PASSWORD"
PRESENT = RESOURCES.passwords[KEY]


def secret(**data: str) -> Object:
    metadata = {
        "name": "launchpad-instance-alpha",
        "namespace": "launchpad",
        "annotations": {"launchpad.openedx.org/id": ROOT_ID},
    }
    encoded = {key.replace("_next", ".next"): base64.b64encode(value.encode()).decode() for key, value in data.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": encoded}


def find(*objects: Object, deployed: bool = True, resources: Any = RESOURCES) -> tuple[str, ...]:
    api = FakeApi(*objects)
    deployment = make_deployment(api)
    if deployed:
        deployment.neighbours["alpha"] = {}
    return find_replaced(deployment, api.cluster, resources)


def test_other_password_than_the_instance_uses_is_found() -> None:
    assert find(secret(**{KEY: "former"})) == (KEY,)


@pytest.mark.parametrize(
    "data",
    [{KEY: PRESENT}, {KEY: "former", f"{KEY}_next": PRESENT}, {"OTHER": "former"}],
    ids=["the same", "let in by a rotation", "a plugin's that is new"],
)
def test_password_that_the_server_lets_in_is_none(data: dict[str, str]) -> None:
    assert find(secret(**data)) == ()


def test_nobody_uses_one_before_the_first_deploy() -> None:
    assert find(secret(**{KEY: "former"}), deployed=False) == find() == ()


def test_passwords_of_the_operators_own_users_are_never_set() -> None:
    part = RESOURCES.request.resources[0].model_copy(update={"provider": "existing"})
    request = RESOURCES.request.model_copy(update={"resources": (part,)})
    resources = type(RESOURCES)(RESOURCES.servers, request, RESOURCES.passwords)

    assert find(secret(**{KEY: "former"}), resources=resources) == ()


def replaced(options: Options) -> Deployment:
    deployment = make_deployment(None, options=options)
    deployment.replaced = (KEY,)
    return deployment


def test_it_is_not_set_unasked() -> None:
    with pytest.raises(Refused) as refused:
        confirm(replaced(Options()))

    assert str(refused.value).splitlines() == [
        f"{KEY} has another password than the running alpha uses. It would be set on the server before alpha is deployed "
        "with it: until then alpha could not log in.",
        "Nothing was changed. `tutor launchpad rotate` changes passwords without that: put the former one back, then run "
        "it; deploy with --yes to set it all the same.",
    ]


def test_it_is_set_where_that_was_asked_for() -> None:
    confirm(replaced(Options(yes=True)))


def test_plan_tells_it_first() -> None:
    plan = PlanResult("alpha", "r", True, (), (), replaced=(KEY,))

    assert describe_plan(plan, "instances/alpha").startswith(f"{KEY} has another password than the running alpha uses.")


def test_provision_alone_refuses_as_no_deploy_follows() -> None:
    deployment = make_deployment(FakeApi(secret(**{KEY: "former"})))
    deployment.neighbours["alpha"] = {}

    with pytest.raises(Refused, match=r"Nothing was changed\. `tutor launchpad rotate`"):
        refuse_replaced(deployment, RESOURCES)
