"""s3_regional_buckets with one permission less than docs/deployer has: the message names the missing permission."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest

from demo.site import deployer_policy
from localaws.local_aws import LocalAws
from modules.runner import SITE, ModuleFailed
from modules.users import deployer

MODULE = "s3_regional_buckets"
ACCOUNT = "111122223333"
# A bucket to create, and an existing one in which every setting differs.
NEW, THERE = "us-east-1", "eu-north-1"
NAMES = {region: f"{SITE}-{ACCOUNT}-{region}-an" for region in (NEW, THERE)}

# Action → the call that needs it, where the names differ.
PRESENT = {
    "ec2:DescribeRegions": "DescribeRegions",
    "kms:DescribeKey": "DescribeKey",
    "s3:CreateBucket": "CreateBucket",
    "s3:GetBucketOwnershipControls": "GetBucketOwnershipControls",
    "s3:GetBucketPolicy": "GetBucketPolicy",
    "s3:GetBucketPublicAccessBlock": "GetPublicAccessBlock",
    "s3:GetBucketTagging": "GetBucketTagging",
    "s3:GetBucketVersioning": "GetBucketVersioning",
    "s3:GetEncryptionConfiguration": "GetBucketEncryption",
    "s3:GetLifecycleConfiguration": "GetBucketLifecycleConfiguration",
    "s3:ListBucket": "HeadBucket",
    "s3:ListBucketVersions": "ListObjectVersions",
    "s3:PutBucketOwnershipControls": "PutBucketOwnershipControls",
    "s3:PutBucketPolicy": "PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock": "PutPublicAccessBlock",
    "s3:PutBucketTagging": "PutBucketTagging",
    "s3:TagResource": "CreateBucket",
    "s3:PutBucketVersioning": "PutBucketVersioning",
    "s3:PutEncryptionConfiguration": "PutBucketEncryption",
    "s3:PutLifecycleConfiguration": "PutBucketLifecycleConfiguration",
}
ABSENT = {
    "s3:DeleteBucket": "DeleteBucket",
    "s3:ListBucketMultipartUploads": "ListMultipartUploads",
    "s3:ListMultiRegionAccessPoints": "ListMultiRegionAccessPoints",
    "s3:GetReplicationConfiguration": "GetBucketReplication",
    "s3:PutReplicationConfiguration": "DeleteBucketReplication",
    "s3:DeleteObjectVersion": "DeleteObjects",
    "s3:AbortMultipartUpload": "AbortMultipartUpload",
}


@pytest.fixture(scope="module")
def keys(local_aws: LocalAws) -> dict[str, str]:
    return {region: local_aws.client("kms", region).create_key()["KeyMetadata"]["Arn"] for region in NAMES}


@pytest.fixture
def buckets(local_aws: LocalAws) -> None:
    for region, name in NAMES.items():
        _remove(local_aws.client("s3", region), name)
    s3, name = local_aws.client("s3", THERE), NAMES[THERE]
    where = {"LocationConstraint": THERE}
    s3.create_bucket(Bucket=name, ObjectOwnership="ObjectWriter", CreateBucketConfiguration=where)
    s3.delete_public_access_block(Bucket=name)


def _remove(s3: Any, name: str) -> None:
    try:
        listed = s3.list_object_versions(Bucket=name)
    except s3.exceptions.ClientError:
        return
    for item in listed.get("Versions", []):
        s3.delete_object(Bucket=name, Key=item["Key"], VersionId=item["VersionId"])
    s3.delete_bucket(Bucket=name)


def test_every_action_of_the_buckets_statements_is_tested_here() -> None:
    statements = {statement["Sid"]: statement["Action"] for statement in deployer_policy(SITE, ACCOUNT)["Statement"]}
    named = {action for sid in ("Buckets", "DeletionOfBuckets", "DeletionOfObjects") for action in statements[sid]}
    assert named <= PRESENT.keys() | ABSENT.keys()


@pytest.mark.parametrize(("action", "call"), PRESENT.items())
def test_each_permission_to_create_buckets_is_needed(
    local_aws: LocalAws, keys: dict[str, str], buckets: None, action: str, call: str
) -> None:
    # Loaded only where they are needed: the model of EC2 is the largest of all.
    regions = [*NAMES, *["af-south-1"] * action.startswith("ec2:")]
    kms_keys = keys if "Encryption" in action or action.startswith("kms:") else {}
    with pytest.raises(ModuleFailed) as refusal:
        deployer(local_aws, action).run(MODULE, site=SITE, regions=regions, kms_keys=kms_keys)
    assert call in str(refusal.value)


@pytest.mark.parametrize(("action", "call"), ABSENT.items())
def test_each_permission_to_delete_buckets_is_needed(
    local_aws: LocalAws, buckets: None, action: str, call: str
) -> None:
    s3, name = local_aws.client("s3", THERE), NAMES[THERE]
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "multiregion-edge", "Value": SITE}]})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    _replicate(local_aws)
    for key in ("r/1/index.html", "r/1/about.html"):
        s3.put_object(Bucket=name, Key=key, Body=b"x")
    s3.create_multipart_upload(Bucket=name, Key="r/1/large.bin")
    with pytest.raises(ModuleFailed) as refusal:
        deployer(local_aws, action).run(MODULE, site=SITE, regions=[THERE], state="absent", force_empty=True)
    assert call in str(refusal.value)


def _replicate(local_aws: LocalAws) -> None:
    """Replicate to a bucket of no site, so that only the source is checked."""
    iam, target = local_aws.client("iam"), local_aws.client("s3", "us-west-2")
    if "elsewhere" not in {bucket["Name"] for bucket in target.list_buckets()["Buckets"]}:
        trust = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        iam.create_role(RoleName="replicator", AssumeRolePolicyDocument=document)
        target.create_bucket(Bucket="elsewhere", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
        target.put_bucket_versioning(Bucket="elsewhere", VersioningConfiguration={"Status": "Enabled"})
    rule = {
        "ID": "all",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": "none/"},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": "arn:aws:s3:::elsewhere"},
    }
    local_aws.client("s3", THERE).put_bucket_replication(
        Bucket=NAMES[THERE],
        ReplicationConfiguration={"Role": f"arn:aws:iam::{ACCOUNT}:role/replicator", "Rules": [rule]},
    )
