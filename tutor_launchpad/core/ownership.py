"""Whose an object in the cluster is: every one that a deploy makes outside of Git carries its Tutor root's `ID`."""

from __future__ import annotations

from tutor_launchpad.core.types import Object

ID_ANNOTATION = "launchpad.openedx.org/id"
MANAGED_LABEL = "app.kubernetes.io/managed-by"
MANAGER = "launchpad"


def owner(live: Object) -> str:
    """The ID of the Tutor root that made it; empty where nothing says so."""
    annotations = live.get("metadata", {}).get("annotations") or {}
    return str(annotations.get(ID_ANNOTATION, ""))


def is_managed(live: Object) -> bool:
    """Whether Launchpad made it, for whichever instance."""
    labels = live.get("metadata", {}).get("labels") or {}
    return labels.get(MANAGED_LABEL) == MANAGER
