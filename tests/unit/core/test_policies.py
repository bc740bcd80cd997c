"""What surrounds an instance: default deny with its exceptions, counts, and compute only when asked for."""

from __future__ import annotations

from typing import Any

from tests.unit.fake_deployment import make_settings
from tutor_launchpad.core.flows import Flow, own_flows
from tutor_launchpad.core.policies import bounds, namespace, network_policies
from tutor_launchpad.core.settings import Settings


def settings(**changes: Any) -> Settings:
    return make_settings(**{"ingress_namespaces": ("harmony",), **changes})


def test_namespace_carries_its_owner_and_pod_security() -> None:
    found = namespace(settings(), "AbC")

    assert found["metadata"]["annotations"] == {"launchpad.openedx.org/id": "AbC"}
    assert found["metadata"]["labels"] == {
        "launchpad.openedx.org/instance": "alpha",
        "pod-security.kubernetes.io/enforce": "baseline",
        "pod-security.kubernetes.io/warn": "restricted",
    }


def test_bounds_count_objects_and_leave_compute_alone() -> None:
    (quota,) = bounds(settings())

    hard = quota["spec"]["hard"]
    assert hard["services.nodeports"] == hard["services.loadbalancers"] == "0"
    assert not any("cpu" in name or "memory" in name for name in hard)


def test_bounds_with_a_quota_add_defaults_for_containers() -> None:
    quota, limits = bounds(settings(quota={"requests.cpu": 8, "pods": 50}, limits={"default": {"memory": "1Gi"}}))

    assert quota["spec"]["hard"]["requests.cpu"] == "8"
    assert quota["spec"]["hard"]["pods"] == "50"
    assert limits["spec"]["limits"] == [
        {
            "type": "Container",
            "default": {"cpu": "2", "memory": "1Gi"},
            "defaultRequest": {"cpu": "50m", "memory": "128Mi"},
        }
    ]


def test_network_policies_are_exactly_these() -> None:
    flows = [*own_flows({"RUN_SMTP": True}), Flow("mysql main", ("10.0.0.5/32",), (3306,))]

    specs = {one["metadata"]["name"]: one["spec"] for one in network_policies(settings(), flows)}

    ingress_namespaces = {
        "namespaceSelector": {
            "matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["harmony"]}]
        }
    }
    near = [{"podSelector": {}}, ingress_namespaces]
    anywhere = [
        {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]}},
        {"ipBlock": {"cidr": "::/0", "except": ["fe80::/10"]}},
    ]

    def egress(to: Any, port: int) -> dict[str, Any]:
        rule = {"to": to, "ports": [{"protocol": "TCP", "port": port}]}
        return {"podSelector": {}, "policyTypes": ["Egress"], "egress": [rule]}

    assert specs == {
        "launchpad-ingress": {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": near}]},
        "launchpad-egress": {
            "podSelector": {},
            "policyTypes": ["Egress"],
            "egress": [
                {"ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]},
                {"to": near},
            ],
        },
        "launchpad-flow-web": egress(anywhere, 443),
        "launchpad-flow-mail": egress(anywhere, 25),
        "launchpad-flow-mysql-main": egress([{"ipBlock": {"cidr": "10.0.0.5/32"}}], 3306),
    }


def test_mail_goes_to_the_configured_port_where_no_relay_runs() -> None:
    flows = own_flows({"RUN_SMTP": False, "SMTP_PORT": 587})

    assert {flow.name: flow.ports for flow in flows} == {"web": (443,), "mail": (587,)}


def test_network_policies_can_be_turned_off() -> None:
    assert network_policies(settings(network_policies=False), own_flows({})) == []


def test_flow_without_addresses_opens_nothing() -> None:
    names = [one["metadata"]["name"] for one in network_policies(settings(), [Flow("none", ())])]

    assert names == ["launchpad-ingress", "launchpad-egress"]


def test_flows_of_one_name_share_a_policy() -> None:
    flows = [Flow("db", ("10.0.0.1/32",), (1,)), Flow("db", ("10.0.0.2/32",), (2,), protocol="UDP")]

    (policy,) = [one for one in network_policies(settings(), flows) if one["metadata"]["name"] == "launchpad-flow-db"]

    assert len(policy["spec"]["egress"]) == 2
