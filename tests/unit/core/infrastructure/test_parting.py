"""What a destruction takes and what it leaves, and how that is told."""

from __future__ import annotations

from typing import Any

from tutor_launchpad.core.infrastructure.changes import Change, Planned
from tutor_launchpad.core.infrastructure.clouds import Found
from tutor_launchpad.core.infrastructure.farewell import describe_destroyed, describe_parting
from tutor_launchpad.core.infrastructure.inside import Inside, left_over
from tutor_launchpad.core.infrastructure.parting import Held, divide, read_state
from tutor_launchpad.core.infrastructure.results import DestroyResult

NET = ("module.vpc.aws_vpc.this", "module.vpc.aws_subnet.private")
BUCKETS = ("velero", "backups")


def _one(address: str, *needs: str, **values: str) -> dict[str, Any]:
    kind = address.split("[")[0].split(".")[-2]
    return {"address": address, "mode": "managed", "type": kind, "values": values, "depends_on": list(needs)}


RESOURCES = [
    _one("random_password.mongodb"),
    _one(
        "aws_docdb_cluster.mongodb",
        *NET,
        "random_password.mongodb",
        "data.aws_vpc.x",
        cluster_identifier="moon-mongodb",
    ),
    _one("aws_docdb_cluster_instance.mongodb[0]", *NET, "random_password.mongodb", "aws_docdb_cluster.mongodb"),
    _one("aws_security_group_rule.mongodb", *NET, "module.eks.aws_eks_cluster.this", "aws_docdb_cluster.mongodb"),
    *[_one(f'aws_s3_bucket.this["{key}"]', bucket=f"moon-{key}") for key in BUCKETS],
    *[_one(f'aws_s3_bucket_versioning.this["{key}"]', "aws_s3_bucket.this") for key in BUCKETS],
    {**_one("aws_vpc.x"), "mode": "data"},
]
STATE = {"values": {"root_module": {"resources": RESOURCES, "child_modules": [
    {"resources": [_one(NET[0]), _one(NET[1], NET[0])]},
    {"resources": [_one("module.eks.aws_eks_cluster.this", *NET)]},
]}}}  # fmt: skip
HELD = read_state(STATE)


def test_data_stays_with_its_ground_and_what_guards_it() -> None:
    division = divide(HELD, [])

    assert [one.name for one in division.kept] == ["moon-mongodb", "moon-velero", "moon-backups"]
    assert division.targets == ("aws_security_group_rule.mongodb", "module.eks.aws_eks_cluster.this")
    assert division.parted == ("aws_security_group_rule.mongodb",)


def test_named_data_goes_and_what_belongs_to_other_data_stays() -> None:
    division = divide(HELD, ["moon-mongodb", "moon-velero"])

    assert [one.name for one in division.kept] == ["moon-backups"]
    assert {'aws_s3_bucket.this["velero"]', 'aws_s3_bucket_versioning.this["velero"]', NET[0]} <= {
        *(division.targets or ())
    }
    assert not [address for address in (division.targets or ()) if "backups" in address]


def test_all_goes_where_all_data_is_named() -> None:
    division = divide(HELD, ["moon-mongodb", "moon-velero", "moon-backups"])

    assert (division.kept, division.targets, len(division.lost)) == ((), None, 3)


def test_state_that_is_empty_has_nothing() -> None:
    assert read_state({"format_version": "1.0"}) == []
    assert divide([], []).targets is None


def test_secrets_of_the_state_stay_there() -> None:
    (held,) = read_state({"values": {"root_module": {"resources": [_one("aws_vpc.a", password="hidden")]}}})

    assert held == Held("aws_vpc.a", "aws_vpc", "", "", frozenset())


def test_parting_tells_data_first_and_what_stays_unguarded() -> None:
    division = divide(HELD, ["moon-velero"])
    gone = [
        Change(one.address, "destroy", one.holds, one.name) for one in HELD if one.address in (division.targets or ())
    ]
    shared = Change('aws_s3_bucket_versioning.this["backups"]', "destroy")

    text = describe_parting("moon", Inside(), division, Planned((*gone, shared)))

    assert text.splitlines()[1:6] == [
        "DATA WOULD BE LOST:",
        '  bucket moon-velero (aws_s3_bucket.this["velero"])',
        "Stays, with the network that it is in, and costs money (--delete-data NAME lets it go):",
        "  database server moon-mongodb",
        "  bucket moon-backups",
    ]
    belongs = text.partition("Goes, though it belongs to what stays:\n")[2].partition("Destroyed:")[0]
    assert belongs == '  aws_security_group_rule.mongodb\n  aws_s3_bucket_versioning.this["backups"]\n'


def test_volume_that_stays_is_told_before_and_in_the_bill() -> None:
    spec = {"persistentVolumeReclaimPolicy": "Retain", "csi": {"volumeHandle": "vol-1"},
            "claimRef": {"name": "data", "namespace": "harmony"}}  # fmt: skip
    volume = {"kind": "PersistentVolume", "metadata": {"name": "pvc-1"}, "spec": spec}
    plain = {
        "kind": "PersistentVolume",
        "metadata": {"name": "host"},
        "spec": {"persistentVolumeReclaimPolicy": "Retain"},
    }
    inside = Inside(volumes=(volume, plain))

    text = describe_parting("moon", inside, divide(HELD, []), Planned(()))
    left = left_over([Found("volume", "vol-1", "aws ec2 delete-volume", "8 GiB"), Found("bucket", "b")], inside.staying)

    line = "  PersistentVolume pvc-1 (vol-1, of claim data in namespace harmony)"
    assert f"\nVolumes that stay, and cost money:\n{line}" in text
    note = "8 GiB, of claim data in namespace harmony"
    assert left == (Found("volume", "vol-1", "aws ec2 delete-volume", note), Found("bucket", "b"))


def test_destruction_that_only_cleared_kubernetes_says_so() -> None:
    text = describe_destroyed(DestroyResult("moon", True, (), ("vol-1",), ()))

    assert text.startswith("Cluster moon: what Kubernetes made in the cloud is deleted.")


def test_bill_tells_what_is_left_with_its_remedy() -> None:
    left = (Found("bucket", "moon-backups"), Found("volume", "vol-1", "aws ec2 delete-volume", "8 GiB"))

    text = describe_destroyed(DestroyResult("moon", True, ("a", "b"), ("moon-backups",), left))

    assert text == (
        "Cluster moon: 2 objects are destroyed.\nStill there, and costs money:\n"
        "  bucket moon-backups  <- kept, as nobody named it\n"
        "  volume vol-1 (8 GiB)\n      aws ec2 delete-volume"
    )
    nothing = describe_destroyed(DestroyResult("moon", False, (), (), ()))
    assert nothing.endswith("Nothing of it is left in the cloud that this command knows.")
