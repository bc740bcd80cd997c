"""DigitalOcean: where the token comes from, Spaces for the state, credentials that end, what is left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.unit.cluster_repositories import answers_of
from tests.unit.played_digitalocean import CLUSTER, TOKEN, Ocean, played_digitalocean
from tests.unit.small_infrastructure import played_aws
from tutor_launchpad.adapters.clouds import open_cloud
from tutor_launchpad.adapters.clouds.digitalocean import find_token
from tutor_launchpad.core.errors import Forbidden, LaunchpadError, NotFound, Unreachable
from tutor_launchpad.core.infrastructure.clouds import Cloud

ANSWERS = answers_of("digitalocean-default")


@dataclass
class World:
    """The cloud as it is seen, and as it is."""

    cloud: Cloud
    ocean: Ocean


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[World]:
    with played_aws(monkeypatch) as spaces, played_digitalocean() as ocean:
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
        monkeypatch.delenv("DIGITALOCEAN_ACCESS_TOKEN", raising=False)
        given = {"DIGITALOCEAN_TOKEN": TOKEN, "DIGITALOCEAN_API_URL": ocean.address, "SPACES_ENDPOINT_URL": spaces,
                 "SPACES_ACCESS_KEY_ID": "spaces", "SPACES_SECRET_ACCESS_KEY": "spaces-secret"}  # fmt: skip
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        yield World(open_cloud(ANSWERS), ocean)


def _cluster(name: str = "moon-production", identity: str = CLUSTER) -> dict[str, object]:
    return {"id": identity, "name": name, "region": "nyc3", "status": {"state": "running"}}


def test_state_is_kept_in_spaces_with_the_key_of_spaces(world: World) -> None:
    said: list[str] = []
    assert not world.cloud.has_state()

    world.cloud.keep_state(said.append)

    assert world.cloud.has_state()
    assert said == [f"{start} the bucket moon-production-{ANSWERS.id}-state{end}"
                    for start, end in (("making", " for the state"), ("turning versions on in", ""))]  # fmt: skip
    assert world.cloud.environment() == {"DIGITALOCEAN_TOKEN": TOKEN, "AWS_ACCESS_KEY_ID": "spaces",
                                         "AWS_SECRET_ACCESS_KEY": "spaces-secret"}  # fmt: skip
    assert "AWS_PROFILE" in world.cloud.without()


def test_store_that_ignores_the_lock_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr("tutor_launchpad.adapters.clouds.state_bucket.StateBucket.locks", lambda self: False)

    world.cloud.keep_state(said.append)

    assert said[-1] == "Spaces does not keep two applies apart here: let nobody else plan or apply meanwhile"


def test_refused_token_and_missing_right_and_nobody_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert world.cloud.who() == "DigitalOcean (DIGITALOCEAN_TOKEN)"
    world.ocean.refused = {"/v2/kubernetes/clusters"}
    with pytest.raises(Forbidden, match=r"does not let this token list clusters .* It needs kubernetes:read"):
        world.cloud.who()
    monkeypatch.setenv("DIGITALOCEAN_TOKEN", "another")
    with pytest.raises(Forbidden, match="DigitalOcean refuses the token: make a token in the control panel"):
        open_cloud(ANSWERS).who()
    monkeypatch.setenv("DIGITALOCEAN_API_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with pytest.raises(Unreachable, match="DigitalOcean cannot be reached"):
        open_cloud(ANSWERS).who()


def test_missing_key_of_spaces_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPACES_SECRET_ACCESS_KEY")

    with pytest.raises(NotFound, match=r"^SPACES_SECRET_ACCESS_KEY is not set: make a key of Spaces"):
        open_cloud(ANSWERS)


@pytest.mark.parametrize(
    ("config", "token"),
    [
        ("access-token: plain\ncontext: default\n", "plain"),
        ("access-token: plain\ncontext: work\nauth-contexts:\n  work: other\n", "other"),
    ],
)
def test_token_of_doctl_is_found(tmp_path: Path, config: str, token: str) -> None:
    (tmp_path / "doctl").mkdir()
    (tmp_path / "doctl" / "config.yaml").write_text(config)

    assert find_token({"XDG_CONFIG_HOME": str(tmp_path)}) == (token, True)


def test_no_token_and_config_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no token for DigitalOcean"):
        find_token({"XDG_CONFIG_HOME": str(tmp_path)})
    (tmp_path / "doctl").mkdir()
    (tmp_path / "doctl" / "config.yaml").write_text("a: [")
    with pytest.raises(LaunchpadError, match="Cannot read doctl's"):
        find_token({"XDG_CONFIG_HOME": str(tmp_path)})


def test_bucket_that_somebody_removed_by_hand_is_no_obstacle(world: World) -> None:
    said: list[str] = []

    world.cloud.unprotect("digitalocean_spaces_bucket", "moon-gone", said.append)
    world.cloud.unprotect("digitalocean_database_cluster", "moon-production-mysql", said.append)

    assert said == ["emptying the bucket moon-gone"]


def test_connection_has_a_token_that_ends(world: World) -> None:
    assert world.cloud.connection() is None
    world.ocean.kubernetes_clusters = [_cluster("sun-production", "other"), _cluster()]

    connection = world.cloud.connection()

    assert connection is not None
    assert connection.kubeconfig["users"][0]["user"] == {"token": "short-lived"}
    assert connection.until == "2026-11-25T08:00:00Z"
    assert "short-lived" not in repr(connection)


def test_leftovers_are_those_of_this_cluster_and_of_gone_ones(world: World) -> None:
    ocean = world.ocean
    ocean.kubernetes_clusters = [_cluster("sun-production", "alive")]
    sizes = {"region": {"slug": "nyc3"}, "size_gigabytes": 8}
    ocean.volumes = [
        {"id": tag, "name": f"pvc-{tag}", "tags": [f"k8s:{tag}", "k8s"], **sizes} for tag in ("gone", "alive")
    ]
    ocean.volumes.append({"id": "own", "name": "somebody's", "tags": [], **sizes})
    ocean.snapshots = [
        {"id": place, "name": place, "regions": [place], "tags": ["k8s:gone"]} for place in ("nyc3", "ams3")
    ]
    ocean.databases = [{"id": name, "name": f"{name}-production-mysql"} for name in ("moon", "sun")]
    ocean.registry = {"name": "learning"}

    found = world.cloud.leftovers()

    assert [str(one) for one in found] == [
        "volume pvc-gone (8 GiB)",
        "snapshot nyc3",
        "database server moon-production-mysql",
        "registry learning (the whole account's)",
    ]


def test_load_balancers_are_those_that_the_cluster_would_take_along(world: World) -> None:
    assert world.cloud.load_balancers() == []
    world.ocean.kubernetes_clusters = [_cluster()]
    world.ocean.load_balancers = [{"id": "4de7ac8b", "name": "traefik"}]

    (found,) = world.cloud.load_balancers()

    assert (found.name, found.remove) == ("traefik", "doctl compute load-balancer delete 4de7ac8b")
