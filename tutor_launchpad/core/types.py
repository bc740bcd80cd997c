"""Names for the data that enters from YAML and JSON."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]
"""A Kubernetes object as `kubectl kustomize` prints it."""

Config = dict[str, Any]
"""Tutor's rendered configuration: setting name → value."""
