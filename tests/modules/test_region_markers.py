"""s3_region_markers against local AWS: every bucket keeps its own, whatever replicates."""

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


def said(local_aws: LocalAws, buckets: dict[str, str]) -> dict[str, list[str]]:
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


def test_each_bucket_says_its_region_and_goes_on_to_when_all_replicate(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str]
) -> None:
    own = {region: [region] for region in REGIONS}
    foretold = modules.run("s3_region_markers", check=True, buckets=buckets)
    assert foretold["mutating"] == []
    assert modules.run("s3_region_markers", buckets=buckets)["plan"] == foretold["plan"]
    assert said(local_aws, buckets) == own
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
    assert said(local_aws, buckets) == own
    assert modules.run("s3_region_markers", buckets=buckets)["mutating"] == []


def put(local_aws: LocalAws, buckets: dict[str, str], region: str) -> None:
    """In place of the one that is there, as a run does that is killed right afterwards."""
    remove(local_aws, buckets, region)
    local_aws.client("s3", region).put_object(Bucket=buckets[region], Key="_edge/region", Body=region.encode())


def remove(local_aws: LocalAws, buckets: dict[str, str], region: str) -> None:
    s3 = local_aws.client("s3", region)
    for version in s3.list_object_versions(Bucket=buckets[region], Prefix="_edge/region").get("Versions", []):
        s3.delete_object(Bucket=buckets[region], Key="_edge/region", VersionId=version["VersionId"])


def test_what_a_killed_run_left_to_be_replicated_is_waited_for(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str]
) -> None:
    local_aws.behave(replication_seconds=3600.0)
    put(local_aws, buckets, "us-east-1")
    foretold = modules.run("s3_region_markers", check=True, buckets=buckets)
    assert foretold["plan"] == ["Keep each Region's marker in its Region only"]
    local_aws.behave(replication_seconds=0.3)
    expect_convergence(modules, local_aws, buckets)


def expect_convergence(modules: Modules, local_aws: LocalAws, buckets: dict[str, str]) -> None:
    """In two runs, for a replica may arrive between the reads of the first one."""
    for _ in range(2):
        modules.run("s3_region_markers", buckets=buckets)
    assert said(local_aws, buckets) == {region: [region] for region in REGIONS}
    assert modules.run("s3_region_markers", buckets=buckets)["mutating"] == []


def test_what_never_gets_there_ends_with_a_sentence(
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
def test_each_right_is_needed_and_its_lack_is_told(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str], action: str, call: str
) -> None:
    without = deployer(local_aws, action)
    local_aws.client("s3", "us-east-1").delete_object(Bucket=buckets["us-east-1"], Key="_edge/region")
    if action == "s3:PutObject":  # needed only where there is none
        remove(local_aws, buckets, "us-east-1")
    with pytest.raises(ModuleFailed, match=f"AccessDenied from {call}: .*Allow the call"):
        without.run("s3_region_markers", buckets=buckets)


def test_buckets_that_will_be_made_are_foretold(modules: Modules) -> None:
    result = modules.run("s3_region_markers", check=True, buckets={"eu-west-1": "shop-111122223333-eu-west-1-an"})
    assert result["plan"][0] == "Write the marker of eu-west-1 to shop-111122223333-eu-west-1-an"
