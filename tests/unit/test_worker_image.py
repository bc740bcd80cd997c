"""What the page on the worker's image lists is what its Dockerfile installs; releases name the image by its digest."""

from __future__ import annotations

import re
from importlib.metadata import requires
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from docs import pin_worker_image, worker_image
from tutor_launchpad.core.worker_image import unpinned

PROJECT = Path(__file__).parents[2]
DIGEST = f"sha256:{'a' * 64}"
OTHERS = {"cffi", "pip", "pycparser", "tutor-launchpad"}
"""Also in the image: pip, this project, and what others are compiled with on some machines."""


def closure(wanted: list[str]) -> set[str]:
    """The distributions that are installed with some requirements, with the image's Python."""
    image = {"python_version": worker_image.python(), "python_full_version": f"{worker_image.python()}.0"}
    found: set[str] = set()
    left = [Requirement(one) for one in wanted]
    while left:
        one = left.pop()
        found.add(canonicalize_name(one.name))
        inner = [Requirement(text) for text in requires(one.name) or []]
        extras = [{**image, "extra": extra} for extra in ("", *one.extras)]
        needed = [each for each in inner if each.marker is None or any(map(each.marker.evaluate, extras))]
        left += [each for each in needed if canonicalize_name(each.name) not in found]
    return found


def test_page_lists_what_the_dockerfile_installs() -> None:
    listed = {canonicalize_name(name) for name in worker_image.listed()}

    assert listed - OTHERS == closure(worker_image.requirements()) - OTHERS, "run `python -m docs.worker_image`"
    assert not listed & {"tutor", "kubernetes", "hera-workflows", "boto3"}


def test_release_s_default_is_its_image() -> None:
    text = pin_worker_image.ABOUT.read_text(encoding="utf-8")
    image = f"ghcr.io/moon/launchpad-worker:0.1.0@{DIGEST}"

    pinned = pin_worker_image.pin(text, image)

    assert (re.findall('^WORKER_IMAGE = "(.*)"$', text, re.MULTILINE), f'WORKER_IMAGE = "{image}"\n' in pinned) == (
        [""],
        True,
    )
    assert pinned.replace(image, "") == text


@pytest.mark.parametrize("image", ["moon/worker:1", "moon/worker@sha256:abc", f'moon/worker@{DIGEST}"; x = "'])
def test_image_without_a_digest_is_no_release(image: str) -> None:
    with pytest.raises(SystemExit, match="is no image with a digest"):
        pin_worker_image.pin('WORKER_IMAGE = ""\n', image)


def test_release_pins_the_image_before_it_builds_the_wheel() -> None:
    jobs = yaml.safe_load((PROJECT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8"))["jobs"]
    steps = "\n".join(step.get("run", "") for step in jobs["release"]["steps"])

    assert (jobs["image"]["needs"], jobs["release"]["needs"]) == ("tests", "image")
    order = ["imagetools create", "docs.pin_worker_image", "python -m build", "gh release create"]
    assert sorted(map(steps.index, order)) == list(map(steps.index, order))


@pytest.mark.parametrize(("image", "told"), [("", False), ("w:1", True), (f"w:1@{DIGEST}", False)])
def test_image_by_its_tag_alone_is_told(image: str, told: bool) -> None:
    assert (f"{image}@sha256:…" in unpinned(image)) == told
