"""Secrets inside command, args and env: what stays readable, what is sealed whole, what the container gets."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.unit.core.seal import pod_view
from tests.unit.core.seal.objects import (
    PASSWORD,
    SECRETS,
    TOKEN,
    Object,
    container,
    everything,
    pod_spec,
    sealed,
    workload,
)
from tutor_launchpad.core.errors import Refused

OPAQUE = {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}


def _sealed_container(secrets: dict[str, str] | None = None, **fields: Any) -> tuple[Object, dict[str, str]]:
    """The container of the public object, and the sealed values; what it sees is compared on the way."""
    objects = [workload("Job", pod_spec(container(**fields)))]

    result = sealed(*objects, secrets=secrets)

    assert pod_view.views(everything(result)) == pod_view.views(objects)
    values = [base64.b64decode(value).decode() for item in result.secrets for value in item["data"].values()]
    names = [name for item in result.secrets for name in item["data"]]
    return result.public[0]["spec"]["template"]["spec"]["containers"][0], dict(zip(names, values, strict=True))


@pytest.mark.parametrize(
    ("text", "public", "values"),
    [
        (PASSWORD, "$(LAUNCHPAD_SEALED_0)", [PASSWORD]),
        (f"mysql -p{PASSWORD} -h db", "mysql -p$(LAUNCHPAD_SEALED_0) -h db", [PASSWORD]),
        (f"{PASSWORD} {PASSWORD}", "$(LAUNCHPAD_SEALED_0) $(LAUNCHPAD_SEALED_0)", [PASSWORD]),
        (f"{PASSWORD} {TOKEN}", "$(LAUNCHPAD_SEALED_0) $(LAUNCHPAD_SEALED_1)", [PASSWORD, TOKEN]),
        (f"echo $(date) {PASSWORD}", "echo $(date) $(LAUNCHPAD_SEALED_0)", [PASSWORD]),
        (f"echo $$(POD) {PASSWORD}", "echo $$(POD) $(LAUNCHPAD_SEALED_0)", [PASSWORD]),
        (f"echo ${{HOME}} {PASSWORD}", "echo ${HOME} $(LAUNCHPAD_SEALED_0)", [PASSWORD]),
        (f"$(POD) {PASSWORD}", "$(POD) $(LAUNCHPAD_SEALED_0)", [PASSWORD]),
        (f"{PASSWORD}$", "$(LAUNCHPAD_SEALED_0)$", [PASSWORD]),
        (f"cost $ {PASSWORD}", "cost $ $(LAUNCHPAD_SEALED_0)", [PASSWORD]),
        (f"${PASSWORD}", "$(LAUNCHPAD_SEALED_0)", [f"${PASSWORD}"]),
        (f"$$${PASSWORD} x", "$(LAUNCHPAD_SEALED_0)", [f"$${PASSWORD} x"]),
        (f"$(echo {PASSWORD})", "$(LAUNCHPAD_SEALED_0)", [f"$(echo {PASSWORD})"]),
        (f"a $(mysql -p{PASSWORD}) b", "$(LAUNCHPAD_SEALED_0)", [f"a $(mysql -p{PASSWORD}) b"]),
        (f"$(POD) ${PASSWORD} $(POD)", "$(POD)$(LAUNCHPAD_SEALED_0)$(POD)", [f" ${PASSWORD} "]),
        (f"$(x {PASSWORD} $(POD) y", "$(LAUNCHPAD_SEALED_0)", [f"$(x {PASSWORD} $(POD) y"]),
    ],
    ids=[
        "alone", "inside", "twice", "two", "shell", "doubled", "braces", "variable", "dollar-after", "dollar-apart",
        "after-dollar", "after-dollars", "in-shell", "inside-shell", "opaque", "unclosed",
    ],
)  # fmt: skip
def test_secret_in_an_argument(text: str, public: str, values: list[str]) -> None:
    found, sealed_values = _sealed_container(args=["sh", text], env=[OPAQUE])

    assert found["args"] == ["sh", public]
    assert list(sealed_values.values()) == values


@pytest.mark.parametrize("secret", ["a$(HOME)b-7fK", "pa$$word-7fK", "a$(LMS_SERVICE_HOST)7fK", "$(POD)-7fK", "7fK-x$"])
@pytest.mark.parametrize("form", ["{}", "-p{} x", "$({})", "${}", "{}$(POD)", "{}(POD)"])
@pytest.mark.parametrize("env", [[], [OPAQUE], [{"name": "HOME", "value": "/root"}]], ids=["none", "opaque", "known"])
def test_secret_with_dollars_is_given_as_before(secret: str, form: str, env: list[Object]) -> None:
    found, _ = _sealed_container({"PLAIN": secret}, args=[form.format(secret)], env=env)

    assert "7fK" not in json.dumps(found)


def test_reference_that_env_from_may_replace_stays_one() -> None:
    source: Object = {"envFrom": [{"configMapRef": {"name": "variables"}}]}
    variables = {
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "variables"}, "data": {"HOME": "/srv"}
    }  # fmt: skip
    objects = [variables, workload("Job", pod_spec(container(args=["a$(HOME)b-7fK", "$x$a$(HOME)b-7fK"], **source)))]

    result = sealed(*objects, secrets={"PLAIN": "a$(HOME)b-7fK"})

    assert pod_view.views(everything(result)) == pod_view.views(objects)
    assert "b-7fK" not in json.dumps(result.public)


def test_sealed_variables_stand_first() -> None:
    env = [{"name": "URL", "value": f"https://joe:{PASSWORD}@host"}, {"name": "AGAIN", "value": "$(URL)/x"}]

    found, _ = _sealed_container(env=env, args=["$(AGAIN)"])

    assert [entry["name"] for entry in found["env"]] == ["LAUNCHPAD_SEALED_0", "URL", "AGAIN"]
    assert found["env"][1]["value"].count("$(LAUNCHPAD_SEALED_0)") == 1
    assert found["env"][2]["value"] == "$(URL)/x"


def test_equal_secrets_share_a_variable() -> None:
    secrets = {"A_PASSWORD": PASSWORD, "B_PASSWORD": PASSWORD}
    env = [{"name": "ONE", "value": PASSWORD}, {"name": "TWO", "value": PASSWORD}]

    found, values = _sealed_container(secrets, env=env, command=["run", PASSWORD], args=[f"x {PASSWORD}"])

    assert values == {"LAUNCHPAD_SEALED_0": PASSWORD}
    assert found["command"] == ["run", "$(LAUNCHPAD_SEALED_0)"]


@pytest.mark.parametrize("text", ["{long}", "{short}", "{long} {short}", "{short}{long}", "{short}{short}{short}"])
def test_secret_that_is_part_of_another(text: str) -> None:
    short, long = "Xq7kW2", "aaXq7kW2bb"

    found, _ = _sealed_container({"SHORT": short, "LONG": long}, args=[text.format(short=short, long=long)])

    assert short not in json.dumps(found)
    assert "aa" not in json.dumps(found["args"])


def test_secrets_that_overlap_leave_nothing_of_either() -> None:
    found, _ = _sealed_container({"ONE": "abcdXYZ9", "TWO": "XYZ9efgh"}, args=["x abcdXYZ9efgh y"])

    assert found["args"] == ["x $(LAUNCHPAD_SEALED_0) y"]


@pytest.mark.parametrize(
    ("name", "value", "public"),
    [
        ("ADMIN_PASSWORD", "from-a-template", "$(LAUNCHPAD_SEALED_0)"),
        ("apiToken", "from-a-template", "$(LAUNCHPAD_SEALED_0)"),
        ("ADMIN_PASSWORD", "pw", "$(LAUNCHPAD_SEALED_0)"),
        ("ADMIN_PASSWORD", "a$$b $(UNKNOWN)", "$(LAUNCHPAD_SEALED_0)"),
        ("ADMIN_PASSWORD", "pre-$(POD)-post", "$(LAUNCHPAD_SEALED_0)$(POD)$(LAUNCHPAD_SEALED_1)"),
        ("ADMIN_PASSWORD", "$(POD)", "$(POD)"),
        ("ADMIN_PASSWORD", "", ""),
        ("ADMIN_PASSWORD", "true", "true"),
        ("ADMIN_PASSWORD_FILE", "/run/secrets/admin", "/run/secrets/admin"),
        ("PASSWORD_MIN_LENGTH", "12", "12"),
        ("ADMIN_NAME", "from-a-template", "from-a-template"),
    ],
)
def test_literal_variable_under_a_secret_name(name: str, value: str, public: str) -> None:
    found, _ = _sealed_container({}, env=[OPAQUE, {"name": name, "value": value}], args=[f"$({name})"])

    assert {entry["name"]: entry.get("value") for entry in found["env"]}[name] == public


def test_literal_variable_is_sealed_where_it_stands_again() -> None:
    found, _ = _sealed_container(
        {}, env=[{"name": "ADMIN_PASSWORD", "value": "hidden-Value-7"}], args=["hidden-Value-7"]
    )

    assert "hidden-Value-7" not in json.dumps(found)


def test_containers_do_not_share_their_variables() -> None:
    spec = pod_spec(container("a", args=[PASSWORD]), container("b", args=[TOKEN]), container("c", args=["none"]))

    result = sealed(workload("Job", spec))

    assert [item["data"] for item in result.secrets] == [
        {"LAUNCHPAD_SEALED_0": base64.b64encode(PASSWORD.encode()).decode()},
        {"LAUNCHPAD_SEALED_0": base64.b64encode(TOKEN.encode()).decode()},
    ]
    assert "env" not in result.public[0]["spec"]["template"]["spec"]["containers"][2]


def test_same_arguments_of_two_workloads_share_a_secret() -> None:
    spec = pod_spec(container(args=[PASSWORD]))

    result = sealed(workload("Job", spec, "one"), workload("Job", spec, "two"))

    assert len(result.secrets) == 1
    assert result.secrets[0]["metadata"]["name"].startswith("sealed-arguments-")


@pytest.mark.parametrize("text", [base64.b64encode(f"joe:{PASSWORD}".encode()).decode(), PASSWORD.encode().hex()])
def test_encoded_secret_is_sealed_with_all_of_its_encoding(text: str) -> None:
    found, values = _sealed_container(args=[f"--header=Basic {text}"])

    assert found["args"] == ["--header=Basic $(LAUNCHPAD_SEALED_0)"]
    assert values == {"LAUNCHPAD_SEALED_0": text}


@pytest.mark.parametrize(
    "fields",
    [{"env": [{"name": "LAUNCHPAD_SEALED_0", "value": "x"}]}, {"args": ["$(LAUNCHPAD_SEALED_0)"]}],
    ids=["variable", "reference"],
)
def test_name_of_ours_is_refused(fields: Object) -> None:
    with pytest.raises(Refused) as refused:
        sealed(workload("Job", pod_spec(container(**fields))))

    assert "begin with LAUNCHPAD_SEALED_ are Launchpad's own" in str(refused.value)


def test_long_argument_list_of_many_secrets_is_sealed_in_one() -> None:
    secrets = {**SECRETS, **{f"MORE_{number}": f"more-{number:04}-Kq7" for number in range(50)}}

    _, values = _sealed_container(secrets, args=list(secrets.values()))

    assert len(values) == 52
