"""Images that run beside images that Git names."""

from __future__ import annotations

from typing import Any

import pytest

from tutor_launchpad.core.status.images import mixed_images, stale_images
from tutor_launchpad.core.status.model import StaleImage
from tutor_launchpad.core.types import Object

GIT: list[Object] = [
    {
        "kind": "Deployment",
        "metadata": {"name": "lms"},
        "spec": {"template": {"spec": {"containers": [{"name": "lms", "image": "openedx:2"}]}}},
    }
]


def pod(image: str = "openedx:2", digest: str = "", **changes: Any) -> Object:
    metadata = {
        "name": "lms-abc-1",
        "labels": {"pod-template-hash": "abc"},
        "ownerReferences": [{"kind": "ReplicaSet", "name": "lms-abc"}],
        **changes.pop("metadata", {}),
    }
    status = {
        "phase": "Running",
        "containerStatuses": [{"name": "lms", "imageID": digest}],
        **changes.pop("status", {}),
    }
    containers = [{"name": "lms", "image": image}, *changes.pop("more", [])]
    return {"metadata": metadata, "spec": {"containers": containers}, "status": status}


@pytest.mark.parametrize(
    "fresh",
    [
        pytest.param(pod(), id="same"),
        pytest.param(pod("openedx:1", status={"phase": "Succeeded"}), id="finished"),
        pytest.param(pod("openedx:1", metadata={"deletionTimestamp": "now"}), id="on its way out"),
        pytest.param(pod(more=[{"name": "istio-proxy", "image": "istio:1"}]), id="injected"),
        pytest.param(pod("x", metadata={"ownerReferences": [{"kind": "Job", "name": "lms"}]}), id="another workload"),
        pytest.param(pod("x", metadata={"ownerReferences": None, "labels": None}), id="nobody's"),
    ],
)
def test_what_git_names_or_does_not_know_is_not_stale(fresh: Object) -> None:
    assert stale_images([fresh], GIT) == ()


def test_stale_pods_are_counted_by_workload() -> None:
    found = stale_images([pod("openedx:1"), pod("openedx:1", status={"phase": "Pending"}), pod()], GIT)

    assert found == (StaleImage("Deployment lms", "lms", "openedx:1", "openedx:2", 2),)


@pytest.mark.parametrize(
    ("digests", "mixed"),
    [
        pytest.param(["r/openedx@sha256:a", "mirror/openedx@sha256:a"], [], id="one"),
        pytest.param(["r/openedx@sha256:a", "r/openedx@sha256:b"], ["sha256:a", "sha256:b"], id="pushed again"),
        pytest.param(["r/openedx@sha256:a", ""], [], id="not pulled yet"),
    ],
)
def test_tag_with_several_digests_is_told(digests: list[str], mixed: list[str]) -> None:
    found = mixed_images([pod(digest=digest) for digest in digests])

    assert found == ({"openedx:2": tuple(mixed)} if mixed else {})
