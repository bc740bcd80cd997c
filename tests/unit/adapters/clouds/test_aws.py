"""AWS: whose credentials these are, the bucket for the state, what keeps data from being destroyed, what is left."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.scripted_server import Reply, served
from tests.unit.small_infrastructure import ANSWERS, BUCKET, client, played_aws
from tutor_launchpad.adapters.clouds import open_cloud
from tutor_launchpad.core.errors import Forbidden, NotFound, Refused, Unreachable
from tutor_launchpad.core.infrastructure.clouds import Cloud


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    with played_aws(monkeypatch):
        yield open_cloud(ANSWERS)


def test_credentials_tell_whose_they_are(cloud: Cloud) -> None:
    assert cloud.who() == "arn:aws:sts::123456789012:user/moto (account 123456789012)"


def test_no_credentials_is_told_with_what_to_do(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    with pytest.raises(NotFound, match=r"There are no credentials for AWS: log in with `aws sso login`"):
        open_cloud(ANSWERS).who()


def test_profile_that_is_none_is_told(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "moon")

    with pytest.raises(NotFound, match="There are no credentials for AWS"):
        open_cloud(ANSWERS)


def test_refused_credentials_are_told(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    body = "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>It has expired</Message></Error></ErrorResponse>"
    with served(Reply(403, body, {"Content-Type": "text/xml"})) as script:
        monkeypatch.setenv("AWS_ENDPOINT_URL", script.address)

        with pytest.raises(Forbidden, match=r"AWS refuses the credentials \(ExpiredToken\): log in with"):
            open_cloud(ANSWERS).who()


def test_nobody_there_is_unreachable(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")

    with pytest.raises(Unreachable, match="AWS cannot be reached to say whose they are"):
        open_cloud(ANSWERS).who()


def test_bucket_is_made_once_and_put_right_again(cloud: Cloud) -> None:
    first: list[str] = []
    second: list[str] = []
    third: list[str] = []
    assert not cloud.has_state()

    cloud.keep_state(first.append)
    cloud.keep_state(second.append)
    client("s3").delete_public_access_block(Bucket=BUCKET)
    cloud.keep_state(third.append)

    assert first[0] == f"making the bucket {BUCKET} for the state"
    assert cloud.has_state()
    assert (second, third) == ([], [f"closing the bucket {BUCKET} to the public"])


def test_bucket_of_somebody_else_is_refused(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moto.s3.responses.S3Response.head_bucket", lambda self: (403, {}, ""))

    with pytest.raises(Forbidden, match="for the state is another account's, or these credentials may not open it"):
        cloud.has_state()


def test_protection_goes_and_buckets_are_emptied(cloud: Cloud) -> None:
    s3, rds = client("s3"), client("rds")
    s3.create_bucket(Bucket="moon-velero")
    s3.put_bucket_versioning(Bucket="moon-velero", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"old", b"new"):
        s3.put_object(Bucket="moon-velero", Key="backup", Body=body)
    s3.delete_object(Bucket="moon-velero", Key="backup")
    s3.create_multipart_upload(Bucket="moon-velero", Key="begun")
    rds.create_db_cluster(DBClusterIdentifier="moon-mongodb", Engine="aurora-mysql", MasterUsername="launchpad",
                          MasterUserPassword="testing-password", DeletionProtection=True)  # fmt: skip

    cloud.unprotect("aws_s3_bucket", "moon-velero", print)
    cloud.unprotect("aws_docdb_cluster", "moon-mongodb", print)

    s3.delete_bucket(Bucket="moon-velero")
    assert not rds.describe_db_clusters()["DBClusters"][0]["DeletionProtection"]


@pytest.mark.parametrize("kind", ["aws_s3_bucket", "aws_docdb_cluster", "aws_db_instance", "aws_efs_file_system"])
def test_what_somebody_removed_by_hand_is_no_obstacle(cloud: Cloud, kind: str) -> None:
    said: list[str] = []

    cloud.unprotect(kind, "moon-gone", said.append)

    assert not [text for text in said if "protection" in text]


def test_leftovers_are_those_of_this_cluster(cloud: Cloud) -> None:
    ec2, rds = client("ec2"), client("rds")
    for cluster in ("moon-production", "sun-production"):
        volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=8)["VolumeId"]
        snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
        tags = [
            {"Key": f"kubernetes.io/cluster/{cluster}", "Value": "owned"},
            {"Key": "KubernetesCluster", "Value": cluster},
        ]
        ec2.create_tags(Resources=[volume, snapshot], Tags=tags)
        rds.create_db_instance(DBInstanceIdentifier=f"{cluster}-mysql", Engine="mysql", DBInstanceClass="db.m6g.large",
                               AllocatedStorage=20, MasterUsername="root", MasterUserPassword="testing-password")  # fmt: skip
        rds.create_db_snapshot(DBInstanceIdentifier=f"{cluster}-mysql", DBSnapshotIdentifier=f"{cluster}-last")
        client("logs").create_log_group(logGroupName=f"/aws/eks/{cluster}/cluster")
    cloud.keep_state(print)

    found = cloud.leftovers()

    kinds = ["volume", "snapshot", "database server", "database snapshot", "bucket", "log group"]
    assert [one.kind for one in found] == kinds
    assert not any("sun" in one.name for one in found)
    assert (
        found[3].remove == "aws rds delete-db-snapshot --db-snapshot-identifier moon-production-last --region us-east-1"
    )


def test_snapshot_whose_key_goes_is_told_with_the_day(cloud: Cloud) -> None:
    kms, rds = client("kms"), client("rds")
    key = kms.create_key()["KeyMetadata"]
    rds.create_db_instance(DBInstanceIdentifier="moon-production-mysql", Engine="mysql", DBInstanceClass="db.m6g.large",
                           AllocatedStorage=20, MasterUsername="root", MasterUserPassword="testing-password",
                           StorageEncrypted=True, KmsKeyId=key["Arn"])  # fmt: skip
    rds.create_db_snapshot(DBInstanceIdentifier="moon-production-mysql", DBSnapshotIdentifier="moon-last")
    before = [one.note for one in cloud.leftovers() if one.kind == "database snapshot"]
    day = kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=30)["DeletionDate"]

    (note,) = [one.note for one in cloud.leftovers() if one.kind == "database snapshot"]

    assert before == [""]
    assert note.startswith(
        f"readable until {day:%Y-%m-%d}, when its key goes; keep that with `aws kms cancel-key-deletion"
    )


def test_load_balancers_of_both_generations(cloud: Cloud) -> None:
    vpc = client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = client("ec2").create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/20")["Subnet"]["SubnetId"]
    tags = [{"Key": "kubernetes.io/cluster/moon-production", "Value": "owned"}]
    client("elbv2").create_load_balancer(Name="newer", Subnets=[subnet], Type="network", Tags=tags)
    client("elbv2").create_load_balancer(Name="other", Subnets=[subnet], Type="network")
    listener = {"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 80}
    client("elb").create_load_balancer(LoadBalancerName="older", Listeners=[listener], Subnets=[subnet], Tags=tags)

    assert [one.name for one in cloud.load_balancers()] == ["newer", "older"]


def test_connection_is_by_tokens_of_the_command_line(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cloud.connection() is None
    role = "arn:aws:iam::123456789012:role/eks"
    client("eks").create_cluster(name="moon-production", roleArn=role, resourcesVpcConfig={"subnetIds": []})
    (tmp_path / "aws").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    connection = cloud.connection()

    assert connection is not None
    user = connection.kubeconfig["users"][0]["user"]["exec"]
    assert [user["command"], *user["args"]][:5] == ["aws", "eks", "get-token", "--cluster-name", "moon-production"]
    assert connection.kubeconfig["current-context"] == "moon-production"
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(NotFound, match="install the AWS CLI, version 2"):
        cloud.connection()


def test_existing_cluster_has_no_cloud_of_ours() -> None:
    from tests.unit.cluster_repositories import answers_of

    with pytest.raises(Refused, match="is of the provider existing: its repository has no Terraform"):
        open_cloud(answers_of("existing-default"))
