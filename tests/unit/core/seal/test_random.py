"""Random containers: whatever stands in them, they see the same and nothing is left in public."""

from __future__ import annotations

import json
import random

import pytest

from tests.unit.core.seal import pod_view
from tests.unit.core.seal.objects import Object, config_map, container, everything, pod_spec, sealed, workload
from tutor_launchpad.core.errors import Refused

SECRETS = {
    "A_PASSWORD": "Xq7kW2pLm9Tz",
    "B_PASSWORD": "kW2pLm",
    "C_PASSWORD": "Lm9TzAAbb",
    "D_PASSWORD": "a$(HOME)b-7fK",
    "E_PASSWORD": "pa$$word-$x",
    "F_PASSWORD": "$(POD)$(9xQ",
    "G_PASSWORD": "x)-(8Kq$",
}
PARTS = (
    *SECRETS.values(),
    "$",
    "$$",
    "$(HOME)",
    "$(POD)",
    "$(FROM)",
    "$(LATER)",
    "$(echo ",
    ")",
    "(",
    " ",
    "a",
    "x\n",
    "$(",
)
ENV: tuple[Object, ...] = (
    {"name": "HOME", "value": "/root"},
    {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
)


def _text(choose: random.Random) -> str:
    return "".join(choose.choices(PARTS, k=choose.randint(1, 6)))


def _container(choose: random.Random) -> Object:
    env = [entry for entry in ENV if choose.random() < 0.5]
    env += [
        {"name": f"{choose.choice(['PLAIN', 'MY_TOKEN', 'LATER'])}{number}", "value": _text(choose)}
        for number in range(2)
    ]
    fields: Object = {"env": env, "args": [_text(choose) for _ in range(3)], "command": [_text(choose)]}
    if choose.random() < 0.5:
        fields["envFrom"] = [{"configMapRef": {"name": choose.choice(["plain", "secret"])}}]
    return container(**fields)


@pytest.mark.parametrize("seed", range(200))
def test_random_container_sees_the_same(seed: int) -> None:
    choose = random.Random(seed)
    maps = [config_map("plain", {"FROM": "there"}), config_map("secret", {"FROM": f"x{SECRETS['A_PASSWORD']}"})]
    objects = [*maps, workload("Job", pod_spec(_container(choose)))]

    try:
        result = sealed(*objects, secrets=SECRETS)
    except Refused:
        pytest.skip("`$(secret)` where envFrom may have a variable of such a name")

    assert pod_view.views(everything(result)) == pod_view.views(objects)
    public = json.dumps(result.public)
    assert not [name for name, value in SECRETS.items() if json.dumps(value)[1:-1] in public]
