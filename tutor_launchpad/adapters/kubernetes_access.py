"""Asks the API server what its user may do."""

from __future__ import annotations

from collections.abc import Iterable

from tutor_launchpad.adapters.kubernetes_api import Api
from tutor_launchpad.core.access import Permission
from tutor_launchpad.core.types import Object

REVIEWS = "authorization.k8s.io/v1"


def denied(api: Api, permissions: Iterable[Permission]) -> list[Permission]:
    """Those that the user has not.

    The rules of a namespace, read in one request, grant most; what they do not grant is asked for one by one, as
    rules may be incomplete and are silent on cluster-scoped kinds.
    """
    asked = list(permissions)
    places = {permission.namespace for permission in asked if permission.namespace}
    rules = {namespace: _rules(api, namespace) for namespace in sorted(places)}
    unsure = [one for one in asked if not any(_grants(rule, one) for rule in rules.get(one.namespace, []))]
    return [permission for permission in unsure if not _allowed(api, permission)]


def _rules(api: Api, namespace: str) -> list[Object]:
    answer = _review(api, "SelfSubjectRulesReview", {"namespace": namespace})
    return list(answer.get("status", {}).get("resourceRules") or [])


def _allowed(api: Api, one: Permission) -> bool:
    attributes = {"verb": one.verb, "group": one.group, "resource": one.resource}
    attributes |= {"namespace": one.namespace} if one.namespace else {}
    attributes |= {"subresource": one.subresource} if one.subresource else {}
    answer = _review(api, "SelfSubjectAccessReview", {"resourceAttributes": attributes})
    return bool(answer.get("status", {}).get("allowed"))


def _review(api: Api, kind: str, spec: Object) -> Object:
    return api.post({"apiVersion": REVIEWS, "kind": kind, "spec": spec})


def _grants(rule: Object, one: Permission) -> bool:
    name = f"{one.resource}/{one.subresource}" if one.subresource else one.resource
    names = {name, "*"} | ({f"*/{one.subresource}"} if one.subresource else set())
    return (
        not rule.get("resourceNames")
        and not {one.verb, "*"}.isdisjoint(rule.get("verbs") or [])
        and not {one.group, "*"}.isdisjoint(rule.get("apiGroups") or [])
        and not names.isdisjoint(rule.get("resources") or [])
    )
