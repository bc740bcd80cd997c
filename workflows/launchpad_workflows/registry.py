"""Which code makes which resource with which provider.

Other packages announce theirs as entry points of the group `launchpad_workflows.providers`, which is how the worker in a
pod finds them: `rabbitmq = vhosts:Vhosts`, or `rabbitmq.cloud = …` for one of several providers of a resource. The class
names its model. Code is loaded at its first use, so that a pod for MySQL never imports MongoDB's library.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from launchpad_workflows.provisioners.base import Provisioner
    from launchpad_workflows.requests import Resource

GROUP = "launchpad_workflows.providers"
_REQUESTS = "launchpad_workflows.requests"
_CODE = "launchpad_workflows.provisioners"


@dataclass(frozen=True)
class Provider:
    """Where the model and the provisioner of a resource are: `module:Name`."""

    resource: str
    name: str
    model: str
    provisioner: str

    def load_model(self) -> type[Resource]:
        """The request's part for this resource."""
        return cast("type[Resource]", _load(self.model))

    def load_provisioner(self) -> type[Provisioner[Any]]:
        """The class that makes it."""
        return cast("type[Provisioner[Any]]", _load(self.provisioner))


_BUILT_IN = (
    Provider("mysql", "direct", f"{_REQUESTS}:MySQL", f"{_CODE}.mysql.provisioner:MySQLProvisioner"),
    Provider(
        "mysql",
        "digitalocean",
        f"{_REQUESTS}:ManagedMySQL",
        f"{_CODE}.mysql.digitalocean:DigitalOceanMySQLProvisioner",
    ),
    Provider("mysql", "existing", f"{_REQUESTS}:MySQL", f"{_CODE}.mysql.existing:ExistingMySQLProvisioner"),
    Provider("mongodb", "direct", f"{_REQUESTS}:MongoDB", f"{_CODE}.mongodb.provisioner:MongoDBProvisioner"),
    Provider(
        "mongodb",
        "digitalocean",
        f"{_REQUESTS}:ManagedMongoDB",
        f"{_CODE}.mongodb.digitalocean:DigitalOceanMongoDBProvisioner",
    ),
    Provider("mongodb", "existing", f"{_REQUESTS}:MongoDB", f"{_CODE}.mongodb.existing:ExistingMongoDBProvisioner"),
    Provider("mongodb", "atlas", f"{_REQUESTS}:AtlasMongoDB", f"{_CODE}.mongodb.atlas:AtlasMongoDBProvisioner"),
    Provider("storage", "minio", f"{_REQUESTS}:Storage", f"{_CODE}.storage.minio:MinioProvisioner"),
    Provider("storage", "s3", f"{_REQUESTS}:AmazonStorage", f"{_CODE}.storage.s3:S3Provisioner"),
    Provider("storage", "compatible", f"{_REQUESTS}:Storage", f"{_CODE}.storage.compatible:CompatibleProvisioner"),
    Provider("storage", "spaces", f"{_REQUESTS}:Spaces", f"{_CODE}.storage.spaces:SpacesProvisioner"),
    Provider("storage", "existing", f"{_REQUESTS}:Storage", f"{_CODE}.storage.existing:ExistingStorageProvisioner"),
)
DEFAULT = "direct"
"""The provider of an entry point that names none."""
NONE = "none"
"""The provider of any resource that an instance does without."""
_providers: dict[tuple[str, str], Provider] = {(one.resource, one.name): one for one in _BUILT_IN}
_announced: list[bool] = []


def register(provider: Provider) -> None:
    """Add a provider; ValueError where another one has its place."""
    place = provider.resource, provider.name
    if _providers.get(place, provider) != provider:
        raise ValueError(f"resource {provider.resource} has a provider {provider.name} already")
    _providers[place] = provider


def find(resource: str, name: str = "") -> Provider:
    """The provider; without a name the resource's first. ValueError names those that exist."""
    if name == NONE:
        return Provider(resource, NONE, f"{_REQUESTS}:Nothing", f"{_CODE}.nothing:NothingProvisioner")
    found = _find(resource, name)
    if found is None and not _announced:
        _announced.append(True)
        for entry in entry_points(group=GROUP):
            register(announced(entry))
        found = _find(resource, name)
    if found is None:
        known = ", ".join(f"{one.resource}/{one.name}" for one in _providers.values())
        raise ValueError(f"no provider {name or 'at all'} for resource {resource}; known: {known}")
    return found


def announced(entry: EntryPoint) -> Provider:
    """What a package announces; ValueError where it is no provisioner."""
    from launchpad_workflows.provisioners.base import Provisioner

    try:
        made = entry.load()
    except (ImportError, AttributeError) as error:
        raise ValueError(f"entry point {entry.name} of {GROUP} cannot be loaded: {error}") from error
    if not (isinstance(made, type) and issubclass(made, Provisioner) and hasattr(made, "model")):
        raise ValueError(f"entry point {entry.name} of {GROUP}: {entry.value} is no class of provisioners with a model")
    resource, _, name = entry.name.partition(".")
    return Provider(resource, name or DEFAULT, f"{made.model.__module__}:{made.model.__qualname__}", entry.value)


def _find(resource: str, name: str) -> Provider | None:
    candidates = (one for one in _providers.values() if one.resource == resource and name in ("", one.name))
    return next(candidates, None)


def _load(place: str) -> Any:
    module, name = place.split(":")
    return getattr(import_module(module), name)
