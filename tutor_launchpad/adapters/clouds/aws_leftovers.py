"""What AWS has of a cluster beside what Terraform knows: made by Kubernetes, or left behind on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tutor_launchpad.core.cluster.answers import Answers
from tutor_launchpad.core.infrastructure.clouds import Found

Client = Callable[[str], Any]
AT_ONCE = 20
"""Load balancers whose tags are told in one answer."""


def load_balancers(client: Client, answers: Answers) -> list[Found]:
    """Those with Kubernetes' tag for this cluster, of both generations."""
    tag, region = f"kubernetes.io/cluster/{answers.cluster}", answers.region
    newer, older = client("elbv2"), client("elb")
    arns = {one["LoadBalancerArn"]: one["LoadBalancerName"]
            for one in _each(newer, "describe_load_balancers", "LoadBalancers")}  # fmt: skip
    found = []
    for some in _parts(list(arns)):
        for one in newer.describe_tags(ResourceArns=some)["TagDescriptions"] if some else []:
            if _tagged(one, tag) or _tagged(one, "elbv2.k8s.aws/cluster", answers.cluster):
                remove = f"aws elbv2 delete-load-balancer --load-balancer-arn {one['ResourceArn']} --region {region}"
                found.append(Found("load balancer", arns[one["ResourceArn"]], remove))
    names = [one["LoadBalancerName"] for one in _each(older, "describe_load_balancers", "LoadBalancerDescriptions")]
    for some in _parts(names):
        for one in older.describe_tags(LoadBalancerNames=some)["TagDescriptions"] if some else []:
            if _tagged(one, tag):
                name = one["LoadBalancerName"]
                remove = f"aws elb delete-load-balancer --load-balancer-name {name} --region {region}"
                found.append(Found("load balancer", name, remove))
    return found


def leftovers(client: Client, answers: Answers) -> list[Found]:
    """All that costs money and carries the cluster's name or tag."""
    found = [*load_balancers(client, answers), *_compute(client, answers), *_databases(client, answers),
             *_storage(client, answers)]  # fmt: skip
    return list(dict.fromkeys(found))


def _compute(client: Client, answers: Answers) -> Iterator[Found]:
    ec2, region, cluster = client("ec2"), answers.region, answers.cluster
    tags = [
        f"kubernetes.io/cluster/{cluster}",
        "KubernetesCluster",
        "ebs.csi.aws.com/cluster-name",
        "launchpad-cluster",
    ]
    for key in tags:
        value = "owned" if key.startswith("kubernetes.io") else cluster
        ours = [{"Name": f"tag:{key}", "Values": [value]}]
        for one in _each(ec2, "describe_volumes", "Volumes", Filters=ours):
            name = one["VolumeId"]
            yield Found(
                "volume", name, f"aws ec2 delete-volume --volume-id {name} --region {region}", f"{one['Size']} GiB"
            )
        for one in _each(ec2, "describe_snapshots", "Snapshots", Filters=ours, OwnerIds=["self"]):
            name = one["SnapshotId"]
            yield Found("snapshot", name, f"aws ec2 delete-snapshot --snapshot-id {name} --region {region}")
        for one in ec2.describe_addresses(Filters=ours)["Addresses"]:
            name = one["AllocationId"]
            yield Found("address", one["PublicIp"], f"aws ec2 release-address --allocation-id {name} --region {region}")
        for one in _each(ec2, "describe_nat_gateways", "NatGateways", Filters=ours):
            if one["State"] not in ("deleted", "deleting"):
                name = one["NatGatewayId"]
                yield Found(
                    "NAT gateway", name, f"aws ec2 delete-nat-gateway --nat-gateway-id {name} --region {region}"
                )


def _databases(client: Client, answers: Answers) -> Iterator[Found]:
    # The API of RDS lists DocumentDB's clusters and their snapshots too.
    rds, region, start = client("rds"), answers.region, f"{answers.cluster}-"
    for one in _each(rds, "describe_db_instances", "DBInstances"):
        if one["DBInstanceIdentifier"].startswith(start) and not one.get("DBClusterIdentifier"):
            yield Found("database server", one["DBInstanceIdentifier"])
    for one in _each(rds, "describe_db_clusters", "DBClusters"):
        if one["DBClusterIdentifier"].startswith(start):
            yield Found("database server", one["DBClusterIdentifier"])
    for one in _each(rds, "describe_db_snapshots", "DBSnapshots"):
        if one["DBInstanceIdentifier"].startswith(start) and one.get("SnapshotType") != "automated":
            name = one["DBSnapshotIdentifier"]
            remove = f"aws rds delete-db-snapshot --db-snapshot-identifier {name} --region {region}"
            yield Found("database snapshot", name, remove, _key(client, one))
    for one in _each(rds, "describe_db_cluster_snapshots", "DBClusterSnapshots"):
        if one["DBClusterIdentifier"].startswith(start) and one.get("SnapshotType") != "automated":
            name = one["DBClusterSnapshotIdentifier"]
            remove = f"aws rds delete-db-cluster-snapshot --db-cluster-snapshot-identifier {name} --region {region}"
            yield Found("database snapshot", name, remove, _key(client, one))


def _key(client: Client, snapshot: Any) -> str:
    """What becomes of the key that a snapshot is encrypted with: without it, nobody restores from it."""
    name = snapshot.get("KmsKeyId")
    if not name:
        return ""
    told = client("kms").describe_key(KeyId=name)["KeyMetadata"]
    if told["KeyState"] != "PendingDeletion":
        return ""
    return (
        f"readable until {told['DeletionDate']:%Y-%m-%d}, when its key goes; keep that with `aws kms cancel-key-deletion "
        f"--key-id {told['KeyId']}` and `aws kms enable-key`"
    )


def _storage(client: Client, answers: Answers) -> Iterator[Found]:
    start, region = f"{answers.cluster}-{answers.id}-", answers.region
    for one in client("s3").list_buckets()["Buckets"]:
        if one["Name"].startswith(start):
            state = one["Name"] == f"{start}state"
            note = "states of the past, with passwords" if state else ""
            yield Found("bucket", one["Name"], f"aws s3 rb --force s3://{one['Name']} --region {region}", note)
    for one in _each(
        client("logs"), "describe_log_groups", "logGroups", logGroupNamePrefix=f"/aws/eks/{answers.cluster}/"
    ):
        name = one["logGroupName"]
        yield Found("log group", name, f"aws logs delete-log-group --log-group-name {name} --region {region}")


def _each(client: Any, method: str, key: str, **given: Any) -> Iterator[Any]:
    for page in client.get_paginator(method).paginate(**given):
        yield from page.get(key, [])


def _parts(names: list[str]) -> Iterator[list[str]]:
    return (names[start : start + AT_ONCE] for start in range(0, len(names), AT_ONCE))


def _tagged(one: Any, key: str, value: str = "") -> bool:
    return any(tag["Key"] == key and value in ("", tag["Value"]) for tag in one.get("Tags", []))
