"""The worker's image as it is named. Pure."""

from __future__ import annotations


def unpinned(image: str) -> str:
    """Why an image may change by itself; empty where its digest is named."""
    if not image or "@sha256:" in image:
        return ""
    return (
        f"LAUNCHPAD_WORKER_IMAGE names {image} by a tag alone, which may move, and which nodes do not pull again: name its "
        f"digest too, {image}@sha256:…"
    )
