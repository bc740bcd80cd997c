"""Argo CD reads the repository with a key that nobody else sees, and believes only calls with its secret."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest

from tests.unit.fake_installation import HTTPS, MANIFESTS, SSH, World, definition, make_repository
from tutor_launchpad.core.argocd import RepositoryCredentials, repository_secret, repository_secret_name
from tutor_launchpad.core.cluster.webhooks import WEBHOOK_KEYS
from tutor_launchpad.core.errors import Conflict
from tutor_launchpad.core.types import Object


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(make_repository(tmp_path, url=SSH))


def _secret(world: World, url: str) -> Object | None:
    return world.api.objects.get(("secrets", "argocd", repository_secret_name(url)))


def _text(secret: Object, key: str) -> str:
    return base64.b64decode(secret["data"][key]).decode()


def test_ssh_repository_gets_a_key_whose_public_half_is_told(world: World, tmp_path: Path) -> None:
    result = world.install()

    secret = _secret(world, SSH)
    assert secret is not None
    key = tmp_path / "key"
    key.write_text(_text(secret, "sshPrivateKey"))
    key.chmod(0o600)
    public = subprocess.run(["ssh-keygen", "-y", "-f", str(key)], capture_output=True, text=True, check=True).stdout
    assert f"add this key to the repository's deploy keys, for reading only: {public.strip()} argocd" in result.next
    assert secret["metadata"]["labels"]["argocd.argoproj.io/secret-type"] == "repository"


def test_second_installation_keeps_the_key(world: World) -> None:
    world.install()
    before = _secret(world, SSH)

    result = world.install()

    assert _secret(world, SSH) == before
    assert not result.changed


def test_key_is_told_again_where_argo_cd_cannot_read(world: World) -> None:
    world.errors = {"base": "handshake failed: unable to authenticate"}
    world.install()

    result = world.install()

    assert len([text for text in result.next if "deploy keys" in text]) == 1


def test_given_credentials_are_taken(world: World, tmp_path: Path) -> None:
    world.path = make_repository(tmp_path / "https")

    world.install(credentials=RepositoryCredentials("argocd", "s3cret"))

    secret = _secret(world, HTTPS)
    assert secret is not None
    assert (_text(secret, "username"), _text(secret, "password")) == ("argocd", "s3cret")


def test_public_repository_needs_no_secret(tmp_path: Path) -> None:
    world = World(make_repository(tmp_path))

    world.install()

    assert _secret(world, HTTPS) is None


def test_secret_that_somebody_made_for_the_address_is_enough(world: World) -> None:
    own = repository_secret(SSH, RepositoryCredentials(ssh_private_key="x"), "argocd")
    world.api.put({**own, "metadata": {**own["metadata"], "name": "mine"}})

    result = world.install()

    assert _secret(world, SSH) is None
    assert any("Argo CD knows" in text for text in world.said)
    assert not [text for text in result.next if "deploy keys" in text]


def test_foreign_secret_of_our_name_is_not_overwritten(world: World) -> None:
    own = repository_secret(SSH, None, "argocd")
    del own["metadata"]["labels"]
    world.api.put(own)

    with pytest.raises(Conflict, match="was not made by Launchpad"):
        world.install()


def test_webhook_secret_is_one_for_every_kind_of_host_and_never_said(world: World) -> None:
    result = world.install()

    data = world.api.read("secrets", "argocd", "argocd-secret")["data"]
    values = {data[key] for key in WEBHOOK_KEYS}
    assert len(values) == 1
    secret = base64.b64decode(values.pop()).decode()
    assert len(secret) >= 32
    assert secret not in "".join([*world.said, *result.next, *(one.detail for one in result.steps)])
    assert any("https://argocd.learn.example.com/api/webhook" in text for text in result.next)


def test_webhook_secret_that_is_there_stays_and_serves_the_other_kinds(world: World) -> None:
    known = {**MANIFESTS["argo-cd"][5], "data": {"webhook.github.secret": "a25vd24="}}
    world.api.put({**known, "metadata": {"name": "argocd-secret", "namespace": "argocd"}})

    world.install()

    data = world.api.read("secrets", "argocd", "argocd-secret")["data"]
    assert {data[key] for key in WEBHOOK_KEYS} == {"a25vd24="}


def test_foreign_argo_cd_gets_the_key_and_keeps_its_settings(world: World) -> None:
    world.make_foreign(definition("applications.argoproj.io"))
    world.api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}})

    world.install(components=frozenset({"argo-cd"}))

    assert _secret(world, SSH) is not None
    assert ("secrets", "argocd", "argocd-secret") not in world.api.objects
