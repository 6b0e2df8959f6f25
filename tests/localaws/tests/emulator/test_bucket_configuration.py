"""Buckets: delayed configuration, conflicts, and refusals of creation and deletion."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from localaws.reference.deployment import Deployment
from localaws.tests.emulator.mesh import ENABLED, Config, Mesh, allow, behaving
from localaws.tests.emulator.wire import code_of

A, B = "us-east-1", "eu-west-1"
LATE = 3600
ALGORITHM = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": True}
EXPIRY = {
    "ID": "old",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "NoncurrentVersionExpiration": {"NoncurrentDays": 9},
}
BLOCK = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), False)


def statement(bucket: str) -> str:
    everyone = {**allow(["s3:GetObject"], [f"arn:aws:s3:::{bucket}/*"]), "Principal": {"AWS": "111122223333"}}
    return json.dumps({"Version": "2012-10-17", "Statement": [everyone]})


def parts(s3: Any, mesh: Mesh) -> dict[str, tuple[Callable[[], object], Callable[[], Any]]]:
    """The call that changes each part of the configuration, and the call that reads it."""
    bucket = {"Bucket": mesh.buckets[A]}

    def put(name: str, **parameters: Any) -> Callable[[], object]:
        return lambda: getattr(s3, f"put_{name}")(**bucket, **parameters)

    def get(name: str, key: str) -> Callable[[], Any]:
        return lambda: getattr(s3, f"get_{name}")(**bucket).get(key)

    replication = {"Role": mesh.role, "Rules": [mesh.rule(B)]}
    ownership = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    encryption = {"Rules": [ALGORITHM]}
    tags = {"TagSet": [{"Key": "a", "Value": "b"}]}
    rules = {"Rules": [EXPIRY]}
    return {
        "replication": (
            put("bucket_replication", ReplicationConfiguration=replication),
            get("bucket_replication", "ReplicationConfiguration"),
        ),
        "policy": (put("bucket_policy", Policy=statement(mesh.buckets[A])), get("bucket_policy", "Policy")),
        "block": (
            put("public_access_block", PublicAccessBlockConfiguration=BLOCK),
            get("public_access_block", "PublicAccessBlockConfiguration"),
        ),
        "ownership": (
            put("bucket_ownership_controls", OwnershipControls=ownership),
            get("bucket_ownership_controls", "OwnershipControls"),
        ),
        "encryption": (
            put("bucket_encryption", ServerSideEncryptionConfiguration=encryption),
            get("bucket_encryption", "ServerSideEncryptionConfiguration"),
        ),
        "lifecycle": (
            put("bucket_lifecycle_configuration", LifecycleConfiguration=rules),
            get("bucket_lifecycle_configuration", "Rules"),
        ),
        "tagging": (put("bucket_tagging", Tagging=tags), get("bucket_tagging", "TagSet")),
    }


def test_configuration_is_visible_with_a_delay(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "late", A, B)
    s3 = mesh.s3(A)

    def read() -> Config:
        found = {}
        for name, (_, get) in parts(s3, mesh).items():
            try:
                found[name] = get()
            except s3.exceptions.ClientError as error:
                found[name] = error.response["Error"]["Code"]
        return found

    before = read()
    assert (before["policy"], before["replication"]) == (
        "NoSuchBucketPolicy",
        "ReplicationConfigurationNotFoundError",
    )
    with behaving(local_aws, bucket_configuration_seconds=LATE):
        for change, _ in parts(s3, mesh).values():
            change()
        assert read() == before
    after = read()
    assert all(after[name] != before[name] for name in before)
    # Deletion is a change too; after several changes the last one is visible.
    with behaving(local_aws, bucket_configuration_seconds=LATE):
        s3.delete_bucket_policy(Bucket=mesh.buckets[A])
        s3.put_bucket_tagging(Bucket=mesh.buckets[A], Tagging={"TagSet": [{"Key": "a", "Value": "c"}]})
        assert read() == after
    assert s3.get_bucket_tagging(Bucket=mesh.buckets[A])["TagSet"] == [{"Key": "a", "Value": "c"}]
    assert code_of(lambda: s3.get_bucket_policy(Bucket=mesh.buckets[A])) == ("NoSuchBucketPolicy", 404)


def test_each_change_has_its_own_delay(local_aws: LocalAws) -> None:
    s3, bucket = local_aws.client("s3"), "in-its-time"

    def tag(value: str) -> None:
        s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "n", "Value": value}]})

    def seen() -> str:
        found: str = s3.get_bucket_tagging(Bucket=bucket)["TagSet"][0]["Value"]
        return found

    s3.create_bucket(Bucket=bucket)
    tag("0")
    with behaving(local_aws, bucket_configuration_seconds=0.4):
        begun = time.monotonic()
        tag("1")
        time.sleep(0.2)
        tag("2")
        values = [seen()]
        while values[-1] != "2" and time.monotonic() < begun + 10:
            value = seen()
            values += [value] if value != values[-1] else []
    assert values == ["0", "1", "2"]


def test_versioning_that_is_not_visible_yet_is_absent(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "unseen", A, B)
    s3 = mesh.s3(A)
    for bucket in ("unseen-source", "unseen-destination"):
        s3.create_bucket(Bucket=bucket)

    def replicate(source: str, destination: str) -> None:
        rule = mesh.rule(B, Destination={"Bucket": f"arn:aws:s3:::{destination}"})
        s3.put_bucket_replication(Bucket=source, ReplicationConfiguration={"Role": mesh.role, "Rules": [rule]})

    with behaving(local_aws, bucket_configuration_seconds=LATE):
        for bucket in ("unseen-source", "unseen-destination"):
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=ENABLED)
            assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
        with pytest.raises(s3.exceptions.ClientError, match="Versioning must be 'Enabled' on the bucket"):
            replicate("unseen-source", mesh.buckets[B])
        with pytest.raises(s3.exceptions.ClientError, match="Destination bucket must have versioning enabled"):
            replicate(mesh.buckets[A], "unseen-destination")
    replicate("unseen-source", "unseen-destination")


def test_a_recreated_bucket_has_no_old_configuration(local_aws: LocalAws) -> None:
    s3, bucket = local_aws.client("s3"), "anew"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    with behaving(local_aws, bucket_configuration_seconds=LATE):
        s3.delete_bucket_tagging(Bucket=bucket)
        s3.delete_bucket(Bucket=bucket)
        s3.create_bucket(Bucket=bucket)
        assert code_of(lambda: s3.get_bucket_tagging(Bucket=bucket)) == ("NoSuchTagSet", 404)


def test_the_first_changes_of_each_bucket_conflict(local_aws: LocalAws) -> None:
    s3 = local_aws.client("s3")

    def put(bucket: str) -> None:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=ENABLED)

    for round_number in range(2):
        with behaving(local_aws, bucket_conflicts=2):
            for bucket in (f"conflict-{round_number}", "conflict-again"):
                s3.create_bucket(Bucket=bucket)
                for _ in range(2):
                    assert code_of(lambda bucket=bucket: put(bucket)) == ("OperationAborted", 409)  # type: ignore[misc]
                put(bucket)


def test_a_bucket_with_versions_or_delete_markers_is_not_empty(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "left", A)
    s3, bucket = mesh.s3(A), mesh.buckets[A]
    version = mesh.put(A, "k")
    s3.delete_object(Bucket=bucket, Key="k")
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)
    assert code_of(lambda: s3.delete_bucket(Bucket=bucket)) == ("BucketNotEmpty", 409)
    s3.delete_object(Bucket=bucket, Key="k", VersionId=version)
    assert code_of(lambda: s3.delete_bucket(Bucket=bucket)) == ("BucketNotEmpty", 409)
    s3.delete_object(Bucket=bucket, Key="k", VersionId=mesh.versions(A, "DeleteMarkers")[0]["VersionId"])
    s3.delete_bucket(Bucket=bucket)


def test_a_member_of_an_mrap_cannot_be_deleted(local_aws: LocalAws, deployment: Deployment) -> None:
    bucket = deployment.buckets["eu-north-1"]
    refused = code_of(lambda: local_aws.client("s3", "eu-north-1").delete_bucket(Bucket=bucket))
    assert refused == ("BucketHasAccessPointsAttached", 400)


def test_creation_of_an_owned_bucket(local_aws: LocalAws) -> None:
    def create(region: str, name: str, **more: Any) -> None:
        location = {} if region == A else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        local_aws.client("s3", region).create_bucket(Bucket=name, **location, **more)

    regional = {region: f"own-{local_aws.account_id}-{region}-an" for region in (A, B)}
    for region, name in regional.items():
        create(region, name, BucketNamespace="account-regional")
        again = code_of(lambda: create(region, name, BucketNamespace="account-regional"))  # noqa: B023
        assert again == ("BucketAlreadyOwnedByYou", 409)
    create(B, "own-global-b")
    assert code_of(lambda: create(B, "own-global-b")) == ("BucketAlreadyOwnedByYou", 409)
    create(A, "own-global-a")
    create(A, "own-global-a")  # us-east-1 answers 200, for compatibility


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"Resource": "arn:aws:s3:::another/*"}, "Policy has invalid resource"),
        ({"Resource": ["arn:aws:s3:::BUCKET/*", "arn:aws:s3:::BUCKETs"]}, "Policy has invalid resource"),
        ({"Principal": {"AWS": ["arn:aws:iam::111122223333:role/none"]}}, "Invalid principal in policy"),
        ({"Principal": {"AWS": "arn:aws:iam::111122223333:user/none"}}, "Invalid principal in policy"),
        ({"Effect": "Perhaps"}, "Invalid effect"),
        ({"Principal": None}, "Missing required field Principal"),
    ],
)
def test_a_policy_has_its_own_bucket_and_existing_principals(local_aws: LocalAws, change: Config, words: str) -> None:
    s3, bucket = local_aws.client("s3"), "policies-of-a-bucket"
    s3.create_bucket(Bucket=bucket)
    good: Config = {
        "Effect": "Deny",
        "Principal": {"AWS": ["arn:aws:iam::111122223333:root", "arn:aws:iam::999999999999:role/none"]},
        "Action": "s3:PutObject",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/r/*"],
    }

    def put(statement: Config) -> None:
        written = json.dumps({"Version": "2012-10-17", "Statement": [statement]}).replace("BUCKET", bucket)
        s3.put_bucket_policy(Bucket=bucket, Policy=written)

    put(good)
    bad = {name: value for name, value in {**good, **change}.items() if value is not None}
    with pytest.raises(s3.exceptions.ClientError, match=words) as refused:
        put(bad)
    assert refused.value.response["Error"]["Code"] == "MalformedPolicy"
