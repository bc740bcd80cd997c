"""The clouds on which a cluster repository's Terraform works."""

from __future__ import annotations

from tutor_launchpad.core.cluster.answers import Answers
from tutor_launchpad.core.errors import LaunchpadError, Refused
from tutor_launchpad.core.infrastructure.clouds import Cloud


def open_cloud(answers: Answers) -> Cloud:
    """The cloud of a cluster, with the credentials of this environment; nothing is asked of it yet."""
    if answers.provider == "existing":
        raise Refused([
            f"Cluster {answers.cluster} is of the provider existing: its repository has no Terraform, and leaves the cloud "
            "alone."
        ])  # fmt: skip
    try:
        return _opened(answers)
    except ImportError as error:
        raise LaunchpadError(
            f"The cloud's library {error.name} is missing: install it with `pip install 'tutor-launchpad[cloud]'`."
        ) from error


def _opened(answers: Answers) -> Cloud:
    if answers.provider == "aws":
        from tutor_launchpad.adapters.clouds.aws import Aws

        return Aws.of(answers)
    from tutor_launchpad.adapters.clouds.digitalocean import DigitalOcean

    return DigitalOcean.of(answers)
