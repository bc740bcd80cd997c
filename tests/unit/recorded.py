"""A cluster repository that holds small instances, as deploys would have recorded them, and somebody who checks out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

import pyrage
import yaml

from tests.unit.fake_deployment import Lines
from tutor_launchpad.adapters import age, plugins
from tutor_launchpad.adapters.repositories import open_repository
from tutor_launchpad.core.instance import Contents, Record, make_record, with_file
from tutor_launchpad.core.private import AGE_FILE, age_digest, private_text, settings_secret
from tutor_launchpad.core.results import CheckoutResult
from tutor_launchpad.core.settings import Place
from tutor_launchpad.core.types import Config, Object
from tutor_launchpad.steps.checkout import Order, check_out

KEY = pyrage.x25519.Identity.generate()
PUBLIC: Config = {"ID": "AbC", "K8S_NAMESPACE": "alpha", "PLUGINS": ["launchpad", "moon"], "PLATFORM_NAME": "Moon"}
PRIVATE: Config = {
    "LAUNCHPAD_SEAL_KEY": "seal-key-of-tests",
    "SMTP_PASSWORD": "canary-of-smtp",
    "MYSQL_ROOT_PASSWORD": "r00t",
}


@dataclass(frozen=True)
class Small:
    """What may differ between instances and revisions."""

    public: Config = field(default_factory=lambda: dict(PUBLIC))
    private: Config = field(default_factory=lambda: dict(PRIVATE))
    pins: tuple[str, ...] = ()
    plugins: Mapping[str, bytes] = field(default_factory=lambda: {"moon.py": b"# moon\n"})
    recipient: str = str(KEY.to_public())
    about: Mapping[str, Any] = field(default_factory=dict)

    def secret(self, name: str = "alpha") -> Object:
        """The Secret in the namespace."""
        return settings_secret(self.private, name, str(self.private.get("LAUNCHPAD_SEAL_KEY")))

    def record(self, name: str = "alpha", url: str = "") -> Record:
        """Its folder's content."""
        application: Object = {"kind": "Application", "spec": {"source": {"repoURL": url}}}
        private = {"names": sorted(self.private), "secret": self.secret(name)["metadata"]["name"]}
        record = make_record(
            Contents(
                public_user=self.public,
                requirements=self.pins,
                plugin_files=self.plugins,
                application=[application],
                manifests=[],
                masked={},
                about={"id": self.public["ID"], "private_settings": private, **self.about},
            )
        )
        if not self.recipient:
            return record
        recipients = [self.recipient]
        data = age.encrypt(private_text(self.private), recipients)
        digest = age_digest(self.private, recipients, data, str(self.private["LAUNCHPAD_SEAL_KEY"]))
        return with_file(record, AGE_FILE, data, {"age": {"digest": digest, "recipients": recipients}})


@dataclass(frozen=True)
class Shelf:
    """The repository."""

    path: Path

    def put(self, small: Small, name: str = "alpha") -> str:
        """Record an instance; returns the commit."""
        files = small.record(name, str(self.path)).files
        repository = open_repository(Place(str(self.path)), self.path)
        return repository.record(PurePosixPath("instances", name), files, "test", lambda parent: None)[0]


@dataclass
class Desk:
    """Somebody who checks out of a repository into a root."""

    root: Path
    shelf: Shelf
    order: Order
    said: Lines

    def check_out(self, **changes: Any) -> CheckoutResult:
        """Run it."""
        return check_out(replace(self.order, **changes), self.said)

    @property
    def config(self) -> Config:
        """What the root's config.yml says."""
        found: Config = yaml.safe_load((self.root / "config.yml").read_text())
        return found

    def write(self, config: Config) -> None:
        """Give the root a config.yml."""
        (self.root / "config.yml").write_text(yaml.safe_dump(config))

    def left(self) -> list[str]:
        """Names in the root but Launchpad's own folder, and below the plugins' root."""
        folders = (self.root, Path(plugins.PLUGINS_ROOT))
        return sorted(path.name for folder in folders for path in folder.iterdir() if path.name != "launchpad")
