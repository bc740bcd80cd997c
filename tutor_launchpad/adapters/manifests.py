"""Manifests of releases, from where they are published or from a mirror on this machine; never one with another sha256."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from tutor_launchpad.core.cluster.pins import Pin
from tutor_launchpad.core.errors import Forbidden, LaunchpadError, NotFound, Refused, Unreachable

LARGEST = 32 * 2**20
TIMEOUT = 30.0
"""Seconds without a byte."""


@dataclass(frozen=True)
class Manifests:
    """`mirror`: a folder with the files; None: they are downloaded."""

    mirror: Path | None = None
    timeout: float = TIMEOUT

    def get(self, pin: Pin) -> bytes:
        """The manifest that the pin means; raises `Refused` where what is there has another sha256."""
        content, place = self._read(self.mirror, pin) if self.mirror else (self._download(pin), pin.url)
        found = hashlib.sha256(content).hexdigest()
        if found != pin.sha256:
            raise Refused([
                f"{place} has the sha256 {found}, but {pin.name} {pin.version} is pinned to {pin.sha256}: nothing of it was "
                f"applied. If the version was changed on purpose, compare the new sha256 with one that you trust, and "
                f"write it into cluster/{pin.name}/kustomization.yml; else the file is not what was released."
            ])  # fmt: skip
        return content

    def _read(self, mirror: Path, pin: Pin) -> tuple[bytes, Path]:
        for name in pin.files:
            path = mirror / name
            try:
                return path.read_bytes(), path
            except FileNotFoundError:
                continue
            except OSError as error:
                raise LaunchpadError(f"Cannot read {path}: {error.strerror}.") from error
        raise NotFound(
            f"{mirror} has neither {' nor '.join(pin.files)}: put the file of {pin.url} there under one of these names."
        )

    def _download(self, pin: Pin) -> bytes:
        import httpx

        try:
            with httpx.stream("GET", pin.url, follow_redirects=True, timeout=self.timeout) as response:
                if response.status_code != httpx.codes.OK:
                    raise _refusal(response.status_code, pin)
                content = bytearray()
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > LARGEST:
                        raise LaunchpadError(f"{pin.url} is larger than {LARGEST >> 20} MiB: that is no manifest.")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(
                f"{pin.url} cannot be downloaded ({_reason(error)}): look at the network and at HTTPS_PROXY, or give the "
                "file with --manifests."
            ) from error
        return bytes(content)


def _refusal(status: int, pin: Pin) -> LaunchpadError:
    if status in (404, 410):
        return NotFound(f"{pin.url} does not exist: is there a release {pin.version} of {pin.name}?")
    if status in (401, 403):
        return Forbidden(f"{pin.url} may not be downloaded from here (HTTP {status}): give the file with --manifests.")
    return Unreachable(f"{pin.url} answers HTTP {status}: try again in a minute, or give the file with --manifests.")


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
