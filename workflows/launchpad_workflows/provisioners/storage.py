"""Buckets of an S3-compatible store and the one key that may use them.

With MinIO the order is: look at everything, refuse before anything is made; then policy → user → bucket. A bucket
that is new therefore never exists without our key being let in to it, which shows after an interrupted run that it is
ours. Other stores get no key from us: there a tag on the bucket names the instance.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from launchpad_workflows import credentials as secrets
from launchpad_workflows.errors import BadCredentials, NotIsolated, ProvisioningError, Refused
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.provisioners import buckets
from launchpad_workflows.provisioners.base import PROBE, Context, Report, foreign
from launchpad_workflows.provisioners.minio_users import User, Users, policy_for, same_policy
from launchpad_workflows.provisioners.s3_client import Address, Denied, Missing, connected, translated
from launchpad_workflows.requests import Storage

_REMEDY = "choose another name, or remove it if a run of this instance left it there."
_NEIGHBOUR = f"{PROBE}-neighbour".replace("_", "-")


class _Storage:
    """What both providers share."""

    def __init__(self, resource: Storage, context: Context) -> None:
        self.resource = resource
        self.context = context
        self.report = Report(context)

    def verify(self) -> Outcome:
        """As the key: its own buckets can be used, another cannot."""
        if self.resource.buckets:
            with connected(self._address, *self._own) as own, connected(self._address, "", "") as nobody:
                for bucket in self.resource.buckets:
                    buckets.use(own, self._address, bucket.name)
                    self.report.note(f"key {self.resource.access_key} can use bucket {bucket.name}")
                    buckets.look_as_nobody(own, nobody, self._address, bucket, self.report)
                self._stay_out(own)
        return self.report.outcome(self.resource)

    @cached_property
    def _address(self) -> Address:
        one = self.resource
        ca = secrets.optional(self.context.credentials, "storage", one.server, secrets.CA)
        return Address(one.server, one.endpoint.rstrip("/"), one.region, one.addressing, ca)

    @cached_property
    def _administrator(self) -> tuple[str, str]:
        read = self.context.credentials.admin
        server = self.resource.server
        return read("storage", server, secrets.USERNAME), read("storage", server, secrets.PASSWORD)

    @cached_property
    def _own(self) -> tuple[str, str]:
        return self.resource.access_key, self.context.credentials.instance(self.resource.secret_key_key)

    def _stay_out(self, own: Any) -> None:
        raise NotImplementedError


class MinioProvisioner(_Storage):
    """Buckets, a policy for them alone and a user with that policy."""

    def provision(self) -> Outcome:
        """Converge, then verify."""
        with connected(self._address, *self._administrator) as admin:
            user = self._users.find(self.resource.access_key)
            opens = user is not None and self._opens()
            existing = {one.name for one in self.resource.buckets if buckets.exists(admin, self._address, one.name)}
            self._refuse_foreign(user, opens=opens, existing=existing)
            self._converge_key(user, opens=opens)
            for bucket in self.resource.buckets:
                buckets.converge(admin, self._address, bucket, self.report, is_there=bucket.name in existing)
        return self.verify()

    def check(self) -> str:
        """The server's version."""
        return f"MinIO {self._users.version()}"

    @cached_property
    def _users(self) -> Users:
        return Users(self._address, *self._administrator)

    @property
    def _policy(self) -> str:
        return f"launchpad-{self.resource.access_key}"

    def _opens(self) -> bool:
        """Whether our secret is the user's; a refused call is an answer too, as it was signed rightly."""
        try:
            with connected(self._address, *self._own) as own:
                own.list_buckets()
        except BadCredentials:
            return False
        except Denied:
            return True
        return True

    def _holds(self, bucket: str) -> bool:
        """Whether our key is let in to a bucket."""
        try:
            with connected(self._address, *self._own) as own:
                own.list_objects_v2(Bucket=bucket, MaxKeys=1)
        except (Denied, Missing, BadCredentials):
            return False
        return True

    def _refuse_foreign(self, user: User | None, *, opens: bool, existing: set[str]) -> None:
        name = self.resource.access_key
        if name == self._administrator[0]:
            raise Refused(f"Key {name} is the administrator of {self._address}: choose another name.")
        if user is not None and not opens and self.resource.claim("user", name) == "new":
            raise foreign(f"User {name}", str(self._address), _REMEDY)
        for bucket in sorted(existing):
            if self.resource.claim("bucket", bucket) == "new" and not (opens and self._holds(bucket)):
                raise foreign(f"Bucket {bucket}", str(self._address), _REMEDY)

    def _converge_key(self, user: User | None, *, opens: bool) -> None:
        name, secret = self._own
        wanted = policy_for([bucket.name for bucket in self.resource.buckets])
        found = self._users.policy(self._policy)
        if found is None or not same_policy(found, wanted):
            self._users.put_policy(self._policy, wanted)
            if user is not None:
                self.report.repaired(f"policy {self._policy}")
        if user is None:
            self._users.put(name, secret)
            self.report.created(f"user {name}")
        elif not user.enabled:
            self._users.enable(name)
            self.report.repaired(f"user {name}, which was disabled")
        if user is not None and user.enabled and not opens:
            self._users.put(name, secret)
            self.report.repaired(f"secret of user {name}")
        policies = user.policies if user else frozenset()
        if policies != {self._policy}:
            self._users.set_policies(name, frozenset({self._policy}), policies)
            if user is not None:
                self.report.repaired(f"policies of user {name}")

    def _stay_out(self, own: Any) -> None:
        """MinIO answers AccessDenied before it looks whether a bucket exists, so that none is needed to try."""
        key = self.resource.access_key
        for verb, attempt in buckets.attempts(own, _NEIGHBOUR).items():
            try:
                with translated(self._address, key):
                    attempt()
            except Denied:
                continue
            except Missing:
                pass
            raise NotIsolated(
                f"Key {key} of store {self._address} may {verb} in buckets that are not its own: look for policies of "
                "its groups or for bucket policies that let everybody in."
            )
        self.report.isolated = True
        self.report.note(f"key {key} can reach no other bucket")


class CompatibleProvisioner(_Storage):
    """Buckets made by the administrator's key, to be used with a key that the operator made for the instance."""

    def provision(self) -> Outcome:
        """Converge, then verify."""
        with connected(self._address, *self._administrator) as admin:
            existing = {one.name for one in self.resource.buckets if buckets.exists(admin, self._address, one.name)}
            for name in sorted(existing):
                owner = buckets.owner(admin, self._address, name)
                is_new = self.resource.claim("bucket", name) == "new"
                if owner not in ("", self.context.instance) or (is_new and not owner):
                    raise foreign(f"Bucket {name}", str(self._address), _REMEDY)
            for bucket in self.resource.buckets:
                is_there = bucket.name in existing
                buckets.converge(admin, self._address, bucket, self.report, is_there=is_there)
                if not is_there:
                    buckets.mark(admin, self._address, bucket.name, self.context.instance, self.report)
        return self.verify()

    def check(self) -> str:
        """That the key is accepted; S3 tells no version."""
        with connected(self._address, *self._administrator) as admin:
            return f"S3-compatible store with {len(admin.list_buckets().get('Buckets', []))} buckets"

    def _stay_out(self, own: Any) -> None:
        """Tries what the key is shown. That is no proof, as buckets may be open without being listed."""
        try:
            with translated(self._address, self.resource.access_key):
                listed = {str(one["Name"]) for one in own.list_buckets().get("Buckets", [])}
        except Denied:
            self.report.note("isolation not verified: the key may not list buckets, so there was none to try")
            return
        except ProvisioningError:
            self.report.note("isolation not verified: the store does not list buckets")
            return
        for name in sorted(listed - {bucket.name for bucket in self.resource.buckets}):
            if buckets.opens(own, self._address, name):
                self.report.note(f"isolation not verified: the key also opens bucket {name}; give the instance its own")
                return
        self.report.isolated = True
        self.report.note(f"key {self.resource.access_key} opens no other bucket that it is shown")
