"""Which role may do what in Argo CD: what its engine must say offline, and its server on a cluster."""

from __future__ import annotations

ACTIONS = {
    ("applications", "get", "moon/moon"): "admin developer readonly",
    ("projects", "get", "moon"): "admin developer readonly",
    ("applications", "sync", "moon/moon"): "admin developer",
    ("logs", "get", "moon/moon"): "admin developer",
    ("applications", "sync", "cluster/traefik"): "admin",
    ("applications", "create", "moon/moon"): "admin",
    ("applications", "update", "moon/moon"): "admin",
    ("applications", "override", "moon/moon"): "admin",
    ("applications", "delete", "moon/moon"): "admin",
    ("projects", "update", "moon"): "admin",
    ("repositories", "create", "x"): "admin",
    ("clusters", "update", "x"): "admin",
    ("accounts", "update", "admin"): "admin",
    ("exec", "create", "moon/moon"): "admin",
}
"""Resource, action and object → the roles that may."""
