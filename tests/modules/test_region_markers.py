"""s3_region_markers against local AWS: every bucket keeps its own marker, regardless of replication."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import json

import pytest

from localaws.local_aws import LocalAws
from modules.runner import SITE, ModuleFailed, Modules
from modules.users import deployer

REGIONS = ["eu-north-1", "us-east-1", "ap-south-1"]


@pytest.fixture(scope="module")
def buckets(modules: Modules) -> dict[str, str]:
    names: dict[str, str] = modules.run("s3_regional_buckets", site=SITE, regions=REGIONS)["names"]
    return names


def markers(local_aws: LocalAws, buckets: dict[str, str]) -> dict[str, list[str]]:
    found = {}
    for region, bucket in buckets.items():
        s3 = local_aws.client("s3", region)
        versions = s3.list_object_versions(Bucket=bucket, Prefix="_edge/region")
        assert not versions.get("DeleteMarkers")
        bodies = [
            s3.get_object(Bucket=bucket, Key="_edge/region", VersionId=version["VersionId"])["Body"].read().decode()
            for version in versions["Versions"]
        ]
        found[region] = bodies
    return found


def replicate(local_aws: LocalAws, buckets: dict[str, str], source: str) -> None:
    iam = local_aws.client("iam")
    name = f"replication-{source}"
    trust = {
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}]
    }
    allow = {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust | {"Version": "2012-10-17"}))
    iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=json.dumps(allow | {"Version": "2012-10-17"}))
    rules = [
        {
            "ID": region,
            "Priority": number,
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "DeleteMarkerReplication": {"Status": "Enabled"},
            "Destination": {"Bucket": f"arn:aws:s3:::{bucket}"},
        }
        for number, (region, bucket) in zip(itertools.count(1), buckets.items(), strict=False)
        if region != source
    ]
    local_aws.client("s3", source).put_bucket_replication(
        Bucket=buckets[source], ReplicationConfiguration={"Role": role["Role"]["Arn"], "Rules": rules}
    )


def test_each_bucket_has_its_marker_and_keeps_it_under_replication(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str]
) -> None:
    own = {region: [region] for region in REGIONS}
    predicted = modules.run("s3_region_markers", check=True, buckets=buckets)
    assert predicted["mutating"] == []
    assert modules.run("s3_region_markers", buckets=buckets)["plan"] == predicted["plan"]
    assert markers(local_aws, buckets) == own
    assert modules.run("s3_region_markers", buckets=buckets)["mutating"] == []

    for region in REGIONS:
        replicate(local_aws, buckets, region)
    local_aws.behave(replication_seconds=0.3)
    local_aws.client("s3", "us-east-1").delete_object(Bucket=buckets["us-east-1"], Key="_edge/region")
    local_aws.client("s3", "eu-north-1").put_object(
        Bucket=buckets["eu-north-1"], Key="_edge/region", Body=b"eu-north-1"
    )
    changed = modules.run("s3_region_markers", buckets=buckets)
    assert changed["changed"]
    assert markers(local_aws, buckets) == own
    assert modules.run("s3_region_markers", buckets=buckets)["mutating"] == []


def put(local_aws: LocalAws, buckets: dict[str, str], region: str) -> None:
    """Overwrite the marker, as a run does that is killed right afterwards."""
    remove(local_aws, buckets, region)
    local_aws.client("s3", region).put_object(Bucket=buckets[region], Key="_edge/region", Body=region.encode())


def remove(local_aws: LocalAws, buckets: dict[str, str], region: str) -> None:
    s3 = local_aws.client("s3", region)
    for version in s3.list_object_versions(Bucket=buckets[region], Prefix="_edge/region").get("Versions", []):
        s3.delete_object(Bucket=buckets[region], Key="_edge/region", VersionId=version["VersionId"])


def test_the_module_waits_for_the_pending_replication_of_a_killed_run(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str]
) -> None:
    local_aws.behave(replication_seconds=3600.0)
    put(local_aws, buckets, "us-east-1")
    predicted = modules.run("s3_region_markers", check=True, buckets=buckets)
    assert predicted["plan"] == ["Keep each Region's marker in its Region only"]
    local_aws.behave(replication_seconds=0.3)
    expect_convergence(modules, local_aws, buckets)


def expect_convergence(modules: Modules, local_aws: LocalAws, buckets: dict[str, str]) -> None:
    """Two runs, because a replica may arrive between the reads of the first one."""
    for _ in range(2):
        modules.run("s3_region_markers", buckets=buckets)
    assert markers(local_aws, buckets) == {region: [region] for region in REGIONS}
    assert modules.run("s3_region_markers", buckets=buckets)["mutating"] == []


def test_a_marker_that_never_arrives_ends_with_a_message(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str]
) -> None:
    local_aws.behave(replication_seconds=3600.0)
    put(local_aws, buckets, "us-east-1")
    with pytest.raises(ModuleFailed, match=r"not ready after 0 s \(still replicated from us-east-1\).*run it again"):
        modules.run("s3_region_markers", buckets=buckets, wait_timeout=0)
    local_aws.behave()
    expect_convergence(modules, local_aws, buckets)


@pytest.mark.parametrize(
    ("action", "call"),
    [
        ("s3:DeleteObjectVersion", "DeleteObject"),
        ("s3:GetObjectVersion", "GetObject"),
        ("s3:ListBucketVersions", "ListObjectVersions"),
        ("s3:PutObject", "PutObject"),
    ],
)
def test_each_permission_is_needed_and_a_missing_one_is_reported(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str], action: str, call: str
) -> None:
    without = deployer(local_aws, action)
    local_aws.client("s3", "us-east-1").delete_object(Bucket=buckets["us-east-1"], Key="_edge/region")
    if action == "s3:PutObject":  # needed only where the marker is missing
        remove(local_aws, buckets, "us-east-1")
    with pytest.raises(ModuleFailed, match=f"AccessDenied from {call}: .*Allow the call"):
        without.run("s3_region_markers", buckets=buckets)


def test_check_mode_accepts_buckets_that_do_not_exist_yet(modules: Modules) -> None:
    result = modules.run("s3_region_markers", check=True, buckets={"eu-west-1": "shop-111122223333-eu-west-1-an"})
    assert result["plan"][0] == "Write the marker of eu-west-1 to shop-111122223333-eu-west-1-an"
