"""Render, build, seal: from the Tutor root to the record that the repository is to hold. Nothing outside changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import metadata

from tutor_launchpad import hooks
from tutor_launchpad.__about__ import __version__
from tutor_launchpad.adapters import kustomize, tutor
from tutor_launchpad.adapters.files import OWN, scratch
from tutor_launchpad.adapters.plugins import pinned_requirements, plugin_files, plugins_code
from tutor_launchpad.core.argocd import application_objects
from tutor_launchpad.core.creation import without_creation
from tutor_launchpad.core.data.places import to_record
from tutor_launchpad.core.errors import LaunchpadError, Refused, refuse
from tutor_launchpad.core.host_names import setting_problems
from tutor_launchpad.core.hosts import caddy_hosts, extra_hosts, host_problems, ingress_hosts
from tutor_launchpad.core.instance import Contents, make_record
from tutor_launchpad.core.job_settings import share_settings
from tutor_launchpad.core.jobs import assign_waves, become_ordinary_jobs, name_jobs
from tutor_launchpad.core.manifests import images, instance_objects, keep_claims
from tutor_launchpad.core.objects import form_problems
from tutor_launchpad.core.private import seal_key, settings_secret, split_settings
from tutor_launchpad.core.rendered import manifest_problems, object_problems
from tutor_launchpad.core.seal import Mask, scan, seal
from tutor_launchpad.core.secrets import find_secrets, hidden_secrets
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps import data
from tutor_launchpad.steps.deployment import Deployment

CADDYFILE = "apps/caddy/Caddyfile"


def configure(deployment: Deployment) -> str:
    """The configuration with what Launchpad sets in it, and which of it is secret; returns the rendered Caddyfile."""
    if deployment.overrides:
        deployment.loaded = tutor.load_configuration(deployment.root, deployment.overrides)
    loaded, config = deployment.loaded, deployment.config
    find_private(deployment)
    refuse(setting_problems(config, loaded.templates))
    caddyfile = tutor.render_template(config, CADDYFILE)
    config["DRYDOCK_INGRESS_EXTRA_HOSTS"] = extra_hosts(config, caddyfile)
    return caddyfile


def find_private(deployment: Deployment) -> None:
    """Which of the configuration is secret, and what of it Git may hold."""
    loaded, config = deployment.loaded, deployment.config
    with plugins_code("the hooks SECRET_SETTINGS and PUBLIC_SETTINGS"):
        added: list[str] = hooks.SECRET_SETTINGS.apply(list(deployment.settings.secret_settings))
        removed: list[str] = hooks.PUBLIC_SETTINGS.apply(list(deployment.settings.public_settings))
    secrets = find_secrets(config, loaded.templates, added, removed)
    own = find_secrets(loaded.user, loaded.templates, added, removed)
    deployment.public, deployment.private = split_settings(loaded.user, {*secrets, *own})
    deployment.secrets = secrets | hidden_secrets(own, secrets)
    deployment.mask = Mask(deployment.secrets)


def prepare(deployment: Deployment) -> None:
    """Fill in what follows `config`. Raises `Refused` with every reason for which the result must not be recorded."""
    caddyfile, secrets = configure(deployment), deployment.secrets
    deployment.hosts = tuple(caddy_hosts(caddyfile))
    objects = _objects(deployment)
    served = ingress_hosts(objects)
    if deployment.config.get("DRYDOCK_INGRESS"):
        refuse(host_problems(deployment.hosts, served))
    refuse(object_problems(objects, deployment.config, secrets))
    deployment.objects = objects
    key, instance = deployment.settings.seal_key, deployment.settings.instance
    sealed = seal(objects, secrets, key, instance)
    deployment.sealed = share_settings(sealed, hooks.DISPLAYED_SETTINGS.apply([]), key, instance)
    deployment.mask = Mask(deployment.sealed.found)
    deployment.application = application_objects(_template_renderer(deployment))
    _record(deployment)


def _template_renderer(deployment: Deployment) -> Callable[[str], str]:
    address = deployment.settings.repository or deployment.repository.address
    return partial(tutor.render_template, {**deployment.config, **deployment.settings.public, "LAUNCHPAD_URL": address})


def _objects(deployment: Deployment) -> list[Object]:
    built, instance = _build(deployment), deployment.settings.instance
    refuse(form_problems(built, instance))
    with plugins_code("the hook MANIFESTS"):
        objects = list(hooks.MANIFESTS.apply(instance_objects(built), deployment.config))
    refuse(form_problems(objects, instance))
    objects = keep_claims(objects)
    ordinary = become_ordinary_jobs(objects, deployment.settings.job_deadline)
    servers = {} if deployment.resources is None else {one.resource: one.name for one in deployment.resources.servers}
    return assign_waves(without_creation(ordinary, servers))


def _build(deployment: Deployment) -> list[Object]:
    with scratch(deployment.root / OWN) as folder:
        rendered = tutor.render_environment(deployment.config, folder)
        refuse(manifest_problems(kustomize.manifest_texts(rendered), deployment.config, deployment.secrets))
        try:
            return kustomize.build(rendered)
        except LaunchpadError:  # perhaps a plugin's kustomization reads what was left out
            rendered = tutor.render_environment(deployment.config, folder, whole=True)
        try:
            return kustomize.build(rendered)
        except Refused:
            raise
        except LaunchpadError as error:  # it may quote what it could not read
            assert deployment.mask is not None
            raise LaunchpadError(deployment.mask(str(error))) from None


def _record(deployment: Deployment) -> None:
    assert deployment.sealed is not None
    settings, private = deployment.settings, deployment.private
    copy = settings_secret(private, settings.instance, seal_key(deployment.loaded.user, settings.seal_key))
    sealed = replace(deployment.sealed, secrets=(*deployment.sealed.secrets, copy))
    deployment.sealed = sealed
    manifests = name_jobs(list(sealed.public))
    enabled = list(deployment.config["PLUGINS"])
    about = {
        "id": deployment.config["ID"],
        "versions": {"launchpad": __version__, **{name: metadata.version(dist) for name, dist in _VERSIONED.items()}},
        "hosts": sorted(deployment.hosts),
        "images": images(manifests),
        "data": to_record(data.places(deployment)),
        **({"formerly": former} if (former := data.formerly(deployment)) else {}),
        "secrets": sorted(item["metadata"]["name"] for item in sealed.secrets),
        "secret_settings": sorted(deployment.secrets),
        "private_settings": {"names": sorted(private), "secret": copy["metadata"]["name"]},
    }
    deployment.record = make_record(
        Contents(
            public_user=deployment.public,
            requirements=pinned_requirements(enabled),
            plugin_files=plugin_files(enabled),
            application=deployment.application,
            manifests=manifests,
            masked=sealed.masked,
            about=about,
        )
    )
    refuse(scan(deployment.record.files, sealed.found))


_VERSIONED = {"tutor": "tutor", "drydock": "tutor-contrib-drydock"}
