"""Makes an image the default of LAUNCHPAD_WORKER_IMAGE, before a release is built: `python -m docs.pin_worker_image IMAGE`.

Sources name none, as the image is made from them. An image without a digest is refused: its tag may move.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ABOUT = Path(__file__).parents[1] / "tutor_launchpad" / "__about__.py"
PINNED = r"[a-z0-9.:/_-]+@sha256:[0-9a-f]{64}"


def pin(text: str, image: str) -> str:
    """The module's text with this image."""
    if not re.fullmatch(PINNED, image):
        raise SystemExit(f"{image} is no image with a digest, such as registry.example.com/launchpad-worker@sha256:…")
    changed, count = re.subn(r'^WORKER_IMAGE = ".*"$', f'WORKER_IMAGE = "{image}"', text, flags=re.MULTILINE)
    if count != 1:
        raise SystemExit(f"{ABOUT.name} has {count} lines WORKER_IMAGE instead of one")
    return changed


if __name__ == "__main__":
    ABOUT.write_text(pin(ABOUT.read_text(encoding="utf-8"), sys.argv[1]), encoding="utf-8")
