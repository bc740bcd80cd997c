"""A key that the store's provider chooses: from a pod of the cluster to the running instance, and its change."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from urllib.parse import SplitResult, urlsplit

import boto3
import pytest

from tests.cluster.environment import kubectl
from tests.cluster.instances import Whole, missing_servers
from tests.integration.digitalocean.conftest import SPACES, TOKEN
from tests.integration.digitalocean.spaces_keys import SpacesKeys
from tests.integration.digitalocean.stand_in import StandIn, running

HOST = os.environ.get("LAUNCHPAD_TEST_HOST", "")
MISSING = [*missing_servers(), *([] if HOST else ["LAUNCHPAD_TEST_HOST"])]
KEY = ("LAUNCHPAD_STORAGE_ACCESS_KEY", "LAUNCHPAD_STORAGE_SECRET_KEY")


@pytest.fixture
def api() -> Iterator[StandIn]:
    """A stand-in of DigitalOcean's API that makes keys of the store under test, where pods reach it."""
    from launchpad_workflows.provisioners.storage.client import Address
    from launchpad_workflows.provisioners.storage.users import Users

    url = urlsplit(os.environ["LAUNCHPAD_TEST_S3"])
    endpoint, administrator = _endpoint(url), (url.username or "", url.password or "")
    s3 = boto3.client("s3", "us-east-1", endpoint_url=endpoint, aws_access_key_id=administrator[0],
                      aws_secret_access_key=administrator[1])  # fmt: skip
    keys = SpacesKeys(Users(Address("main", endpoint, "us-east-1"), *administrator), s3)
    with running(StandIn(keys.routes(), {TOKEN: SPACES}), HOST) as found:
        yield found
    keys.clean()


def _endpoint(url: SplitResult) -> str:
    return f"{url.scheme}://{url.hostname}:{url.port}"


def _register(whole: Whole, server: str, api: str) -> None:
    url, folder = urlsplit(os.environ["LAUNCHPAD_TEST_S3"]), whole.root.path.parent
    (folder / "password").write_text(url.password or "")
    (folder / "token").write_text(TOKEN)
    where = [
        "--provider",
        "spaces",
        "--endpoint",
        _endpoint(url),
        "--option",
        f"api={api}",
        "--user",
        str(url.username),
    ]
    files = ["--password-file", str(folder / "password"), "--token-file", str(folder / "token")]
    ran = whole.launchpad("server", "add", "storage", server, *where, *files, "--yes")
    assert ran.status == 0, ran.stderr


def _opens(whole: Whole, key: tuple[str, str]) -> bool:
    url = urlsplit(os.environ["LAUNCHPAD_TEST_S3"])
    client = boto3.client("s3", "us-east-1", endpoint_url=_endpoint(url), aws_access_key_id=key[0],
                          aws_secret_access_key=key[1])  # fmt: skip
    try:
        client.list_objects_v2(Bucket=f"{whole.name}--openedx")
    except client.exceptions.ClientError:
        return False
    return True


def _key(whole: Whole) -> tuple[str, str]:
    access, secret = (str(whole.root.config[name]) for name in KEY)
    return access, secret


def _shown(whole: Whole) -> str:
    kinds = "workflows,workflowtemplates,workflowtaskresults,pods,events,configmaps,serviceaccounts"
    shown = kubectl("-n", "launchpad", "get", kinds, "-o", "json")
    for pod in kubectl("-n", "launchpad", "get", "pods", "-o", "name").split():
        shown += kubectl("-n", "launchpad", "logs", pod, "--all-containers", check=False)
    return shown + kubectl("-n", whole.name, "get", "configmaps,deployments,jobs,pods", "-o", "json")


@pytest.mark.slow
@pytest.mark.skipif(bool(MISSING), reason=f"no store whose keys are chosen: set {', '.join(MISSING)}")
def test_key_that_the_provider_chooses_reaches_the_instance_and_can_be_changed(
    make_whole: Callable[..., Whole], git_remote: Callable[..., str], api: StandIn, run_id: str
) -> None:
    server = f"chosen-{run_id}"
    image = os.environ["LAUNCHPAD_TEST_WORKER_IMAGE"]
    whole = make_whole(git_remote(), "", LAUNCHPAD_WORKER_IMAGE=image, LAUNCHPAD_STORAGE_SERVER=server)
    _register(whole, server, api.address)

    first = whole.deploy()
    key, steps = _key(whole), whole.steps()
    rotated = whole.launchpad("rotate", "--yes", "--timeout", "300")
    following = _key(whole)

    assert [step["status"] for step in first["steps"]] == ["done"] * 6
    assert {steps[name] for name in ("provision", "record", "sync")} == {"unchanged"}
    assert rotated.status == 0, rotated.stderr
    assert (_opens(whole, key), _opens(whole, following)) == (False, True)
    assert whole.status()["health"] == "Healthy"
    shown = _shown(whole)
    assert [secret for secret in (TOKEN, key[1], following[1]) if secret in shown] == []
    removed = whole.launchpad("deprovision", "--delete-data", "--yes")
    assert (removed.status, _opens(whole, following)) == (0, False)
    assert kubectl("-n", "launchpad", "get", "secret,sa,role", "-o", "name").count(f"chosen-{whole.name}") == 0
