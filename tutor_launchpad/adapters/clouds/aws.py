"""AWS, with the credentials that its own command line would use."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import boto3
import botocore.exceptions as botocore
from botocore.config import Config

from tutor_launchpad.adapters.clouds import aws_leftovers
from tutor_launchpad.adapters.clouds.atlas import check_atlas
from tutor_launchpad.adapters.clouds.aws_errors import asked, code
from tutor_launchpad.adapters.clouds.state_bucket import StateBucket, empty
from tutor_launchpad.core.cluster.answers import Answers
from tutor_launchpad.core.cluster.values import bucket_name
from tutor_launchpad.core.errors import NotFound
from tutor_launchpad.core.infrastructure.clouds import Connection, Found, Say
from tutor_launchpad.core.infrastructure.kubeconfigs import Endpoint, executed

LOGIN = (
    "log in with `aws sso login` or `aws configure`, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
)
GONE = ("DBClusterNotFoundFault", "DBInstanceNotFound", "NoSuchBucket")
_PROTECTED = {
    "aws_db_instance": ("rds", "instance"),
    "aws_docdb_cluster": ("docdb", "cluster"),
    "aws_rds_cluster": ("rds", "cluster"),
}
"""Type → the service that has its protection, and what it calls such a server."""
CONFIG = Config(connect_timeout=10, read_timeout=60, retries={"mode": "standard", "total_max_attempts": 5})


@dataclass(frozen=True)
class Aws:
    """See `Cloud`."""

    answers: Answers
    session: Any

    @classmethod
    def of(cls, answers: Answers) -> Aws:
        """With the session of this environment."""
        with asked("AWS", "start", LOGIN):
            return cls(answers, boto3.Session(region_name=answers.region))

    def who(self) -> str:
        """See `Cloud`."""
        with self._asked("say whose they are"):
            told = self._client("sts").get_caller_identity()
        if self.answers.mongodb == "atlas":
            check_atlas(self.answers.atlas_project)
        return f"{told['Arn']} (account {told['Account']})"

    def has_state(self) -> bool:
        """See `Cloud`."""
        return self._state().exists()

    def keep_state(self, say: Say) -> None:
        """See `Cloud`."""
        self._state().keep(say)

    def environment(self) -> Mapping[str, str]:
        """None: both read what the command line reads."""
        return {}

    def without(self) -> Sequence[str]:
        """See `Cloud`."""
        return ()

    def connection(self) -> Connection | None:
        """See `Cloud`."""
        name = self.answers.cluster
        with self._asked(f"describe the cluster {name}"):
            try:
                told = self._client("eks").describe_cluster(name=name)["cluster"]
            except botocore.ClientError as error:
                if code(error) == "ResourceNotFoundException":
                    return None
                raise
        if not shutil.which("aws"):
            raise NotFound(
                "The program `aws`, which gives kubectl its tokens, is not on the PATH: install the AWS CLI, version 2."
            )
        profile = {"AWS_PROFILE": self.session.profile_name} if self.session.profile_name != "default" else {}
        command = [
            "aws",
            "eks",
            "get-token",
            "--cluster-name",
            name,
            "--region",
            self.answers.region,
            "--output",
            "json",
        ]
        endpoint = Endpoint(name, told["endpoint"], told["certificateAuthority"]["data"])
        return Connection(executed(endpoint, command, profile))

    def load_balancers(self) -> list[Found]:
        """See `Cloud`."""
        with self._asked("list load balancers"):
            return aws_leftovers.load_balancers(self._client, self.answers)

    def unprotect(self, kind: str, name: str, say: Say) -> None:
        """See `Cloud`. What somebody has removed by hand needs nothing any more."""
        with self._asked(f"make {name} ready to be destroyed"):
            try:
                if kind == "aws_s3_bucket":
                    say(f"emptying the bucket {name}")
                    empty(self._client("s3"), name)
                elif kind in _PROTECTED:
                    self._unprotect(*_PROTECTED[kind], name, say)
            except botocore.ClientError as error:
                if code(error) not in GONE:
                    raise

    def _unprotect(self, service: str, what: str, name: str, say: Say) -> None:
        client, which = self._client(service), {f"DB{what.title()}Identifier": name}
        (found,) = getattr(client, f"describe_db_{what}s")(**which)[f"DB{what.title()}s"]
        if found.get("DeletionProtection"):
            say(f"taking the protection off {name}")
            getattr(client, f"modify_db_{what}")(**which, DeletionProtection=False, ApplyImmediately=True)

    def leftovers(self) -> list[Found]:
        """See `Cloud`."""
        with self._asked("list what is left"):
            return aws_leftovers.leftovers(self._client, self.answers)

    def _state(self) -> StateBucket:
        name = bucket_name(self.answers, "state")
        return StateBucket(self._client("s3"), name, self.answers.region, self._asked)

    def _client(self, service: str) -> Any:
        return self.session.client(service, config=CONFIG)

    def _asked(self, doing: str) -> AbstractContextManager[None]:
        return asked("AWS", doing, LOGIN)
