"""From `server add` to the end of a rotation, as an operator works without a cluster."""

from __future__ import annotations

import pytest

from tests.conftest import Root
from tests.unit.launchpad_workflows.aws.server import Amazon


@pytest.mark.slow
def test_instance_has_a_bucket_of_aws_from_the_command_line(root: Root, aws: Amazon) -> None:
    key, secret = aws.administrator
    options = ["--provider", "s3", "--region", "eu-central-1", "--endpoint", aws.url, "--addressing", "path"]
    login = ["--option", f"iam_endpoint={aws.url}", "--user", key, "--password-file", "-", "--no-cluster"]
    assert root.tutor("launchpad", "server", "add", "storage", "aws", *options, *login, stdin=secret).status == 0
    root.set(LAUNCHPAD_STORAGE_SERVER="aws")

    def run(*words: str) -> tuple[int, object]:
        ran = root.launchpad(*words, "--local", "--resource", "storage", "--yes")
        assert secret not in ran.stdout + ran.stderr
        return ran.status, root.config.get("LAUNCHPAD_STORAGE_ACCESS_KEY")

    made, again = run("provision"), run("provision")
    tags = aws.client("iam").get_user(UserName="openedx--openedx")["User"]["Tags"]
    rotated, retired = run("rotate"), run("rotate", "--deployed")
    removed = run("deprovision", "--delete-data")

    assert [ran[0] for ran in (made, again, rotated, retired, removed)] == [0] * 5
    assert made[1] == again[1] != rotated[1] == retired[1]
    assert {one["Value"] for one in tags} == {"openedx", root.config["ID"]}
    assert aws.client("iam").list_users(PathPrefix="/launchpad/")["Users"] == []
