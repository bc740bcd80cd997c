"""MongoDB Atlas, as far as its keys are concerned: whether there are any, and whether they open the project."""

from __future__ import annotations

import os

import httpx

from tutor_launchpad.core.errors import Forbidden, LaunchpadError, NotFound, Unreachable

URL = "https://cloud.mongodb.com"
KEYS = ("MONGODB_ATLAS_PUBLIC_KEY", "MONGODB_ATLAS_PRIVATE_KEY")
"""Whence Terraform's provider has them too."""
FORM = "application/vnd.atlas.2023-01-01+json"


def check_atlas(project: str) -> None:
    """Raise `NotFound`, `Forbidden` or `Unreachable` where Terraform could not work in this project."""
    missing = [name for name in KEYS if not os.environ.get(name)]
    if missing:
        raise NotFound(f"{' and '.join(missing)} is not set: make an API key for the project in Atlas, and set it.")
    base = os.environ.get("MONGODB_ATLAS_BASE_URL") or URL
    login = httpx.DigestAuth(*(os.environ[name] for name in KEYS))
    try:
        address = f"{base.rstrip('/')}/api/atlas/v2/groups/{project}"
        status = httpx.get(address, auth=login, headers={"Accept": FORM}, timeout=30).status_code
    except httpx.HTTPError as error:
        raise Unreachable(f"MongoDB Atlas cannot be reached: {type(error).__name__}.") from error
    if status == 401:
        raise Forbidden(f"MongoDB Atlas refuses the key in {KEYS[0]}: make another one, and set it.")
    if status in (403, 404):
        raise Forbidden(
            f"The key in {KEYS[0]} does not open the project {project} of MongoDB Atlas from here: give it the role Project "
            "Owner, and this address a place in its access list."
        )
    if status != 200:
        raise LaunchpadError(f"MongoDB Atlas did not show the project {project} (status {status}): try again later.")
