"""DigitalOcean, with the token that doctl would use, and Spaces with a key of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import yaml
from botocore.config import Config
from launchpad_workflows.errors import BadCredentials, ProvisioningError, Unavailable
from launchpad_workflows.provisioners.http import Api, Bearer, Denied

from tutor_launchpad.adapters.clouds import digitalocean_leftovers
from tutor_launchpad.adapters.clouds.aws_errors import asked
from tutor_launchpad.adapters.clouds.state_bucket import StateBucket, empty
from tutor_launchpad.core.cluster.answers import Answers
from tutor_launchpad.core.cluster.values import bucket_name
from tutor_launchpad.core.errors import Forbidden, LaunchpadError, NotFound, Unreachable
from tutor_launchpad.core.infrastructure.clouds import Connection, Found, Say
from tutor_launchpad.core.infrastructure.kubeconfigs import Endpoint, executed, with_token

URL = "https://api.digitalocean.com"
LOGIN = "make a token in the control panel and log in with `doctl auth init`, or set DIGITALOCEAN_TOKEN"
SPACES_LOGIN = "make a key of Spaces and set SPACES_ACCESS_KEY_ID and SPACES_SECRET_ACCESS_KEY"
HOURS = 8
"""How long a token for Kubernetes is good that we fetch."""
OF_AWS = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3")
"""What would lead Terraform's backend away from Spaces."""


@dataclass(frozen=True)
class DigitalOcean:
    """See `Cloud`. `doctl`: whether doctl would find the same token by itself."""

    answers: Answers
    api: Api
    token: str
    doctl: bool
    spaces: Any

    @classmethod
    def of(cls, answers: Answers) -> DigitalOcean:
        """With the credentials of this environment; addresses may be others, by the provider's own variables."""
        token, doctl = find_token(os.environ)
        missing = [name for name in ("SPACES_ACCESS_KEY_ID", "SPACES_SECRET_ACCESS_KEY") if not os.environ.get(name)]
        if missing:
            raise NotFound(f"{' and '.join(missing)} is not set: {SPACES_LOGIN}.")
        endpoint = os.environ.get("SPACES_ENDPOINT_URL") or "https://{{.Region}}.digitaloceanspaces.com"
        spaces = boto3.Session().client(
            "s3", endpoint_url=endpoint.replace("{{.Region}}", answers.region), region_name="us-east-1",
            aws_access_key_id=os.environ["SPACES_ACCESS_KEY_ID"],
            aws_secret_access_key=os.environ["SPACES_SECRET_ACCESS_KEY"],
            config=Config(connect_timeout=10, read_timeout=60, request_checksum_calculation="when_required",
                          response_checksum_validation="when_required"),
        )  # fmt: skip
        api = Api("DigitalOcean", os.environ.get("DIGITALOCEAN_API_URL") or URL, Bearer(token))
        return cls(answers, api, token, doctl, spaces)

    def who(self) -> str:
        """See `Cloud`. The list of clusters is asked for, as a token may be one that reads no account."""
        self._cluster()
        with asked("Spaces", "list buckets", SPACES_LOGIN):
            self._state().exists()
        return f"DigitalOcean ({'from doctl' if self.doctl else 'DIGITALOCEAN_TOKEN'})"

    def has_state(self) -> bool:
        """See `Cloud`."""
        return self._state().exists()

    def keep_state(self, say: Say) -> None:
        """See `Cloud`. Whether Spaces keeps a second writer out is not in its documentation, so it is tried."""
        state = self._state()
        state.keep(say)
        if not state.locks():
            say("Spaces does not keep two applies apart here: let nobody else plan or apply meanwhile")

    def environment(self) -> Mapping[str, str]:
        """See `Cloud`."""
        return {
            "DIGITALOCEAN_TOKEN": self.token,
            "AWS_ACCESS_KEY_ID": os.environ["SPACES_ACCESS_KEY_ID"],
            "AWS_SECRET_ACCESS_KEY": os.environ["SPACES_SECRET_ACCESS_KEY"],
        }

    def without(self) -> Sequence[str]:
        """See `Cloud`."""
        return OF_AWS

    def connection(self) -> Connection | None:
        """See `Cloud`."""
        cluster = self._cluster()
        if cluster is None:
            return None
        path = f"/v2/kubernetes/clusters/{cluster['id']}/credentials"
        with _spoken():
            told = self.api.call("GET", path, "get credentials of Kubernetes", needs="kubernetes:access_cluster",
                                 query={"expiry_seconds": HOURS * 3600})  # fmt: skip
        endpoint = Endpoint(self.answers.cluster, told["server"], told["certificate_authority_data"])
        if self.doctl and shutil.which("doctl"):
            words = ["kubernetes", "cluster", "kubeconfig", "exec-credential", "--version=v1beta1", cluster["id"]]
            return Connection(executed(endpoint, ["doctl", *words], {}))
        return Connection(with_token(endpoint, told["token"]), str(told["expires_at"]))

    def load_balancers(self) -> list[Found]:
        """See `Cloud`."""
        cluster = self._cluster()
        with _spoken():
            return digitalocean_leftovers.load_balancers(self.api, cluster["id"]) if cluster else []

    def unprotect(self, kind: str, name: str, say: Say) -> None:
        """See `Cloud`. Database servers have no protection of DigitalOcean's own."""
        if kind == "digitalocean_spaces_bucket":
            say(f"emptying the bucket {name}")
            with self._asked(f"empty the bucket {name}"), contextlib.suppress(self.spaces.exceptions.NoSuchBucket):
                empty(self.spaces, name)

    def leftovers(self) -> list[Found]:
        """See `Cloud`."""
        cluster = self._cluster()
        start = f"{self.answers.cluster}-{self.answers.id}-"
        with self._asked("list buckets"):
            buckets = [one["Name"] for one in self.spaces.list_buckets()["Buckets"] if one["Name"].startswith(start)]
        with _spoken():
            found = digitalocean_leftovers.leftovers(self.api, self.answers, cluster["id"] if cluster else "")
        return [*found, *(Found("bucket", name, note=bucket_note(name)) for name in buckets)]

    def _cluster(self) -> dict[str, Any] | None:
        with _spoken():
            clusters = digitalocean_leftovers.clusters(self.api)
        return next((one for one in clusters if one["name"] == self.answers.cluster), None)

    def _state(self) -> StateBucket:
        return StateBucket(self.spaces, bucket_name(self.answers, "state"), self.answers.region, self._asked, False)

    def _asked(self, doing: str) -> AbstractContextManager[None]:
        return asked("Spaces", doing, SPACES_LOGIN)


def bucket_note(name: str) -> str:
    """What to know before a bucket is removed."""
    states = ", holds states of the past with their passwords" if name.endswith("-state") else ""
    return f"empty it with all versions to remove it{states}"


def find_token(environment: Mapping[str, str]) -> tuple[str, bool]:
    """The token, and whether doctl finds it too."""
    if token := environment.get("DIGITALOCEAN_TOKEN", ""):
        return token, token == environment.get("DIGITALOCEAN_ACCESS_TOKEN")
    if token := environment.get("DIGITALOCEAN_ACCESS_TOKEN", "") or _doctl_token(environment):
        return token, True
    raise NotFound(f"There is no token for DigitalOcean: {LOGIN}.")


def _doctl_token(environment: Mapping[str, str]) -> str:
    home = Path(environment.get("HOME", "~")).expanduser()
    usual = home / "Library" / "Application Support" if sys.platform == "darwin" else home / ".config"
    path = Path(environment.get("XDG_CONFIG_HOME") or usual) / "doctl" / "config.yaml"
    try:
        content = yaml.safe_load(path.read_bytes()) or {}
    except FileNotFoundError:
        return ""
    except (OSError, yaml.YAMLError) as error:
        raise LaunchpadError(f"Cannot read doctl's {path}: set DIGITALOCEAN_TOKEN.") from error
    context = str(content.get("context") or "default")
    contexts = content.get("auth-contexts") or {}
    return str((contexts.get(context) if context != "default" else content.get("access-token")) or "")


@contextmanager
def _spoken() -> Iterator[None]:
    try:
        yield
    except BadCredentials as error:
        raise Forbidden(f"DigitalOcean refuses the token: {LOGIN}.") from error
    except Denied as error:
        raise Forbidden(str(error).replace("register the server again with another one", "use another one")) from error
    except Unavailable as error:
        raise Unreachable(str(error)) from error
    except ProvisioningError as error:
        raise LaunchpadError(str(error)) from error
