"""PutBucketReplication with the refusals of S3, and GetBucketReplication."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from localaws.local_aws import LocalAws
from localaws.tests.emulator.mesh import DISABLED, ENABLED, Config, Mesh, allow
from localaws.tests.emulator.wire import code_of

A, B, C = "us-east-1", "eu-west-1", "ap-south-1"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234"
RTC = {"Status": "Enabled", "Time": {"Minutes": 15}}
METRICS = {"Status": "Enabled", "EventThreshold": {"Minutes": 15}}


@pytest.fixture(scope="module")
def mesh(local_aws: LocalAws) -> Mesh:
    return Mesh(local_aws, "rules", A, B, C)


def test_get_returns_everything_that_was_put(mesh: Mesh) -> None:
    tag = {"Key": "a", "Value": "<&>"}
    rules = [
        mesh.rule(
            B,
            SourceSelectionCriteria={"SseKmsEncryptedObjects": ENABLED, "ReplicaModifications": ENABLED},
            ExistingObjectReplication=DISABLED,
            Destination={
                "Account": mesh.local_aws.account_id,
                "StorageClass": "STANDARD_IA",
                "AccessControlTranslation": {"Owner": "Destination"},
                "EncryptionConfiguration": {"ReplicaKmsKeyID": KEY, "UseSourceMultiRegionKey": ENABLED},
                "ReplicationTime": RTC,
                "Metrics": METRICS,
            },
        ),
        mesh.rule(C, Filter={"And": {"Prefix": "é/", "Tags": [tag, tag]}}, DeleteMarkerReplication=DISABLED),
        mesh.rule(C, ID="not-a-prefix", Priority=8, Filter={"Not": {"Prefix": "_edge/region"}}),
        mesh.rule(
            C,
            ID="not-several",
            Priority=9,
            Filter={"And": {"Prefix": "r/", "Not": {"Or": {"Prefixes": ["r/a", "r/b"], "Tags": [tag]}}}},
            DeleteMarkerReplication=DISABLED,
        ),
        mesh.rule(C, ID="one-tag", Priority=7, Filter={"Tag": tag}, DeleteMarkerReplication=DISABLED),
    ]
    mesh.replicate(A, *rules)
    found = mesh.s3(A).get_bucket_replication(Bucket=mesh.buckets[A])["ReplicationConfiguration"]
    assert found == {"Role": mesh.role, "Rules": rules}


def test_rules_without_an_id_get_one_each(mesh: Mesh) -> None:
    anonymous = [{name: value for name, value in mesh.rule(region).items() if name != "ID"} for region in (B, C)]
    mesh.replicate(A, *anonymous)
    found = mesh.s3(A).get_bucket_replication(Bucket=mesh.buckets[A])["ReplicationConfiguration"]["Rules"]
    assert len({rule["ID"] for rule in found}) == 2


def test_a_rule_of_the_first_version(mesh: Mesh) -> None:
    destination = {"Bucket": f"arn:aws:s3:::{mesh.buckets[B]}"}
    rule = {"ID": "old", "Prefix": "", "Status": "Enabled", "Destination": destination}
    mesh.replicate(A, rule)
    mesh.put(A, "k")
    mesh.s3(A).delete_object(Bucket=mesh.buckets[A], Key="k")
    assert len(mesh.versions(B, "DeleteMarkers")) == 1


def without(rule: Config, name: str) -> Config:
    return {each: value for each, value in rule.items() if each != name}


def refusals(mesh: Mesh) -> dict[str, tuple[list[Config], str, str]]:
    """The rules, the error code, and a part of the message."""
    rule = mesh.rule(B)
    other, third = mesh.rule(B, ID="other", Priority=5), mesh.rule(C)

    def to(**destination: Any) -> list[Config]:
        return [mesh.rule(B, Destination=destination)]

    kms = {"SourceSelectionCriteria": {"SseKmsEncryptedObjects": ENABLED}}
    many = [mesh.rule(B, ID=str(number), Priority=number) for number in range(1001)]
    tags = {"Tag": {"Key": "a", "Value": "b"}}
    no_markers = {"DeleteMarkerReplication": DISABLED}
    multi_region = {"ReplicaKmsKeyID": KEY, "UseSourceMultiRegionKey": {"Status": "On"}}
    return {
        "no priority": ([without(rule, "Priority")], "InvalidRequest", "Priority must be specified"),
        "no markers": (
            [without(rule, "DeleteMarkerReplication")],
            "InvalidRequest",
            "DeleteMarkerReplication must be specified",
        ),
        "markers by tag": ([mesh.rule(B, Filter=tags)], "InvalidRequest", "not supported if any Tag filter"),
        "markers by an excluded tag": (
            [mesh.rule(B, Filter={"Not": tags})],
            "InvalidRequest",
            "not supported if any Tag filter",
        ),
        "prefix beside not": ([mesh.rule(B, Filter={"Prefix": "", "Not": {"Prefix": "a"}})], "MalformedXML", ""),
        "not two": ([mesh.rule(B, Filter={"Not": {"Prefix": "a", **tags}}, **no_markers)], "MalformedXML", ""),
        "not nothing": ([mesh.rule(B, Filter={"Not": {}})], "MalformedXML", ""),
        "not nothing of several": ([mesh.rule(B, Filter={"Not": {"Or": {}}})], "MalformedXML", ""),
        "no such status of a key": (
            [mesh.rule(B, **kms, Destination={"EncryptionConfiguration": multi_region})],
            "MalformedXML",
            "",
        ),
        "same id": ([rule, {**other, "ID": rule["ID"]}], "InvalidArgument", "Rule Id must be unique"),
        "same priority": ([rule, {**other, "Priority": rule["Priority"]}], "InvalidRequest", "same Priority"),
        "1001 rules": (many, "InvalidRequest", "1000"),
        "long id": ([{**rule, "ID": "x" * 256}], "InvalidArgument", "255"),
        "no such status": ([{**rule, "Status": "On"}], "MalformedXML", ""),
        "prefix and filter": ([{**rule, "Prefix": ""}], "MalformedXML", ""),
        "no filter, no prefix": ([without(rule, "Filter")], "MalformedXML", ""),
        "no such storage class": (to(StorageClass="COLD"), "MalformedXML", ""),
        "old rules to two": (
            [{**without(each, "Filter"), "Prefix": ""} for each in (rule, third)],
            "InvalidRequest",
            "Number of distinct destination bucket ARNs cannot exceed 1",
        ),
        "no such bucket": (to(Bucket="arn:aws:s3:::no-such-bucket"), "InvalidRequest", "must exist"),
        "a name for an arn": (to(Bucket=mesh.buckets[B]), "InvalidArgument", "Invalid bucket ARN"),
        "to itself": (to(Bucket=f"arn:aws:s3:::{mesh.buckets[A]}"), "InvalidRequest", "same as the source"),
        "unversioned": (to(Bucket="arn:aws:s3:::rules-unversioned"), "InvalidRequest", "must have versioning"),
        "owner without account": (
            to(AccessControlTranslation={"Owner": "Destination"}),
            "InvalidRequest",
            "Account must be specified",
        ),
        "time without metrics": (to(ReplicationTime=RTC), "InvalidRequest", "both ReplicationTime and Metrics"),
        "16 minutes": (
            to(ReplicationTime={"Status": "Enabled", "Time": {"Minutes": 16}}, Metrics=METRICS),
            "InvalidArgument",
            "Invalid time minute value",
        ),
        "a threshold without time": (to(Metrics=METRICS), "InvalidArgument", "event threshold"),
        "no key": ([mesh.rule(B, **kms)], "InvalidRequest", "ReplicaKmsKeyID must be specified"),
        "a key elsewhere": (
            [mesh.rule(C, **kms, Destination={"EncryptionConfiguration": {"ReplicaKmsKeyID": KEY}})],
            "InvalidRequest",
            "same region",
        ),
    }


def test_refusals(mesh: Mesh) -> None:
    mesh.s3(A).create_bucket(Bucket="rules-unversioned")
    mesh.replicate(A, mesh.rule(B))
    before = mesh.s3(A).get_bucket_replication(Bucket=mesh.buckets[A])["ReplicationConfiguration"]
    for name, (rules, code, message) in refusals(mesh).items():
        with pytest.raises(ClientError) as caught:
            mesh.replicate(A, *rules)
        error = caught.value.response["Error"]
        assert (name, error["Code"], message in error["Message"]) == (name, code, True)
    for role in ("arn:aws:iam::111122223333:user/someone", "someone", f"{mesh.role[:13]}1:role/short-account"):
        refused = code_of(lambda role=role: mesh.replicate(A, mesh.rule(B), role=role))  # type: ignore[misc]
        assert refused == ("InvalidArgument", 400)
    after = mesh.s3(A).get_bucket_replication(Bucket=mesh.buckets[A])["ReplicationConfiguration"]
    assert after == before


def test_both_buckets_must_be_versioned_and_stay_so(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "versioned", A, B)
    s3, versioning = mesh.s3(A), {"Bucket": mesh.buckets[A]}
    s3.put_bucket_versioning(**versioning, VersioningConfiguration={"Status": "Suspended"})
    assert code_of(lambda: mesh.replicate(A, mesh.rule(B))) == ("InvalidRequest", 400)
    s3.put_bucket_versioning(**versioning, VersioningConfiguration=ENABLED)
    mesh.replicate(A, mesh.rule(B))

    def suspend() -> None:
        s3.put_bucket_versioning(**versioning, VersioningConfiguration={"Status": "Suspended"})

    assert code_of(suspend) == ("InvalidBucketState", 409)
    s3.delete_bucket_replication(**versioning)
    suspend()


def test_the_role_must_be_passed(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "passed", A, B)
    put = allow(["s3:PutReplicationConfiguration"], [f"arn:aws:s3:::{mesh.buckets[A]}"])
    to_lambda = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    to_s3 = {"StringEquals": {"iam:PassedToService": "s3.amazonaws.com"}}
    passing = allow(["iam:PassRole"], [mesh.role])
    for number, (statements, expected) in enumerate(
        (
            ([put], ("AccessDenied", 403)),
            ([put, {**passing, "Condition": to_lambda}], ("AccessDenied", 403)),
            ([put, {**passing, "Condition": to_s3}], None),
        )
    ):
        user = local_aws.create_user(f"passing-{number}", {"Version": "2012-10-17", "Statement": statements})
        s3 = local_aws.client("s3", A, user)
        configuration = {"Role": mesh.role, "Rules": [mesh.rule(B)]}

        def call(s3: Any = s3, configuration: Config = configuration) -> None:
            s3.put_bucket_replication(Bucket=mesh.buckets[A], ReplicationConfiguration=configuration)

        if expected is None:
            call()
        else:
            assert code_of(call) == expected
