"""Objects are replicated to every destination of the rules, with a delay."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from localaws.emulator.s3.replication_rules import replica_key
from localaws.local_aws import LocalAws
from localaws.reference.deployment import Deployment
from localaws.tests.emulator.mesh import DISABLED, ENABLED, Mesh, allow, behaving
from localaws.tests.emulator.wire import code_of

A, B, C = "us-east-1", "eu-west-1", "ap-south-1"
MODIFICATIONS = {"SourceSelectionCriteria": {"ReplicaModifications": ENABLED}}


def test_writes_tags_and_delete_markers_reach_every_destination(local_aws: LocalAws, deployment: Deployment) -> None:
    source, *destinations = deployment.buckets.items()
    assert len(destinations) == 7
    s3 = local_aws.client("s3", source[0])
    put = s3.put_object(
        Bucket=source[1], Key="page", Body=b"1", ContentType="text/html", CacheControl="max-age=9", Tagging="a=b"
    )
    head = s3.head_object(Bucket=source[1], Key="page")
    assert head["ReplicationStatus"] == "COMPLETED"
    for region, bucket in destinations:
        there = local_aws.client("s3", region)
        replica = there.head_object(Bucket=bucket, Key="page", VersionId=put["VersionId"])
        assert (replica["ReplicationStatus"], replica["ContentType"], replica["CacheControl"]) == (
            "REPLICA",
            "text/html",
            "max-age=9",
        )
        assert (replica["LastModified"], replica["ETag"]) == (head["LastModified"], put["ETag"])
        assert there.get_object_tagging(Bucket=bucket, Key="page")["TagSet"] == [{"Key": "a", "Value": "b"}]
    marker = s3.delete_object(Bucket=source[1], Key="page")["VersionId"]
    for region, bucket in destinations:
        versions = local_aws.client("s3", region).list_object_versions(Bucket=bucket, Prefix="page")
        assert [(each["IsLatest"], each["VersionId"]) for each in versions["DeleteMarkers"]] == [(True, marker)]
        assert [each["VersionId"] for each in versions["Versions"]] == [put["VersionId"]]


def test_a_mesh_replicates_each_write_once(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "mesh", A, B, C)
    mesh.replicate_all()
    first, second = mesh.put(A, "k"), mesh.put(B, "k", Body=b"2")
    for region in mesh.buckets:
        assert [each["VersionId"] for each in mesh.versions(region)] == [second, first]
        body = mesh.s3(region).get_object(Bucket=mesh.buckets[region], Key="k")["Body"].read()
        assert body == b"2"
    assert [mesh.status(region, "k") for region in (A, B, C)] == ["REPLICA", "COMPLETED", "REPLICA"]
    # The deletion of a version is not replicated, even if another one becomes current.
    mesh.s3(A).delete_object(Bucket=mesh.buckets[A], Key="k", VersionId=second)
    assert [mesh.head(region, "k")["VersionId"] for region in (A, B, C)] == [first, second, second]


def test_a_replica_is_not_replicated_on(local_aws: LocalAws) -> None:
    chain = Mesh(local_aws, "chain", A, B, C)
    chain.put(A, "before")
    chain.replicate(A, chain.rule(B))
    chain.replicate(B, chain.rule(C))
    chain.put(A, "k")
    assert chain.status(B, "k") == "REPLICA"
    assert chain.versions(C) == []
    assert chain.status(A, "before") is None
    assert [each["Key"] for each in chain.versions(B)] == ["k"]


def test_the_highest_priority_rule_of_a_destination_wins(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "priority", A, B, C)
    mesh.replicate(
        A,
        mesh.rule(B, ID="low", Priority=1, Destination={"StorageClass": "GLACIER"}),
        mesh.rule(
            B, ID="high", Priority=3, Destination={"StorageClass": "STANDARD_IA"}, DeleteMarkerReplication=DISABLED
        ),
        mesh.rule(C, ID="off", Priority=9, Status="Disabled"),
    )
    mesh.put(A, "k")
    assert mesh.head(B, "k")["StorageClass"] == "STANDARD_IA"
    assert len(mesh.versions(B)) == 1
    assert mesh.versions(C) == []
    mesh.s3(A).delete_object(Bucket=mesh.buckets[A], Key="k")
    assert mesh.versions(B, "DeleteMarkers") == []


def test_a_rule_with_tags_applies_by_the_tags_of_the_write(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "tagged", A, B)
    tags = {"And": {"Prefix": "r/", "Tags": [{"Key": "site", "Value": "yes"}]}}
    mesh.replicate(A, mesh.rule(B, Filter=tags, DeleteMarkerReplication=DISABLED))
    for key, tagging in (("r/1", "site=yes&x=y"), ("r/2", "site=no"), ("other", "site=yes")):
        mesh.put(A, key, Tagging=tagging)
    mesh.tag(A, "r/2", site="yes")
    assert [each["Key"] for each in mesh.versions(B)] == ["r/1"]
    mesh.tag(A, "r/1", site="no")
    assert mesh.tags(B, "r/1") == {"site": "no"}


def test_what_a_rule_excludes_is_not_replicated(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "excluded", A, B, C)
    several = {"Or": {"Prefixes": ["a/", "b/"], "Tags": [{"Key": "site", "Value": "no"}]}}
    mesh.replicate(
        A,
        mesh.rule(B, Filter={"Not": {"Prefix": "_edge/region"}}),
        mesh.rule(C, Filter={"And": {"Prefix": "", "Not": several}}, DeleteMarkerReplication=DISABLED),
    )
    for key, tagging in (("_edge/region", ""), ("a/1", ""), ("b/1", ""), ("c/1", "site=no"), ("c/2", "site=yes")):
        mesh.put(A, key, Tagging=tagging)
    assert {each["Key"] for each in mesh.versions(B)} == {"a/1", "b/1", "c/1", "c/2"}
    assert {each["Key"] for each in mesh.versions(C)} == {"_edge/region", "c/2"}
    assert mesh.status(A, "c/1") == "COMPLETED"
    for key in ("_edge/region", "a/1"):
        mesh.s3(A).delete_object(Bucket=mesh.buckets[A], Key=key)
    assert {each["Key"] for each in mesh.versions(B, "DeleteMarkers")} == {"a/1"}


def test_a_replica_may_have_the_key_that_is_related_to_its_sources() -> None:
    given, used = "arn:aws:kms:eu-west-1:111122223333:key/1", "arn:aws:kms:us-east-1:111122223333:key/mrk-2"
    encryption = {"ReplicaKmsKeyID": given, "UseSourceMultiRegionKey": ENABLED}
    rule = {"Destination": {"EncryptionConfiguration": encryption}}
    assert replica_key(rule, used, B) == "arn:aws:kms:eu-west-1:111122223333:key/mrk-2"
    assert replica_key(rule, used.replace("mrk-", ""), B) == given
    del encryption["UseSourceMultiRegionKey"]
    assert replica_key(rule, used, B) == given


@pytest.mark.parametrize("change, expected", [({}, ("1", "2", "1")), (MODIFICATIONS, ("2", "2", "2"))])
def test_later_tags_of_a_replica_are_replicated_if_a_rule_enables_it(
    local_aws: LocalAws, change: dict[str, object], expected: tuple[str, ...]
) -> None:
    mesh = Mesh(local_aws, f"modified-{len(change)}", A, B, C)
    mesh.replicate_all(**change)
    mesh.put(A, "k")
    mesh.tag(A, "k", n="1")
    assert [mesh.tags(region, "k") for region in mesh.buckets] == [{"n": "1"}] * 3
    mesh.tag(B, "k", n="2")
    assert tuple(mesh.tags(region, "k")["n"] for region in mesh.buckets) == expected
    assert [mesh.status(region, "k") for region in mesh.buckets] == ["COMPLETED", "REPLICA", "REPLICA"]
    mesh.s3(A).delete_object_tagging(Bucket=mesh.buckets[A], Key="k")
    assert mesh.tags(C, "k") == {}


def test_the_source_is_pending_until_every_destination_is_done(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "pending", A, B, C)
    mesh.replicate(A, mesh.rule(B), mesh.rule(C), role=mesh.role)
    with behaving(local_aws, replication_seconds=3600):
        version = mesh.put(A, "k")
        mesh.tag(A, "k", late="yes")
        assert mesh.status(A, "k") == "PENDING"
        assert mesh.head(A, "k", VersionId=version)["ReplicationStatus"] == "PENDING"
        assert mesh.versions(B) == []
    assert mesh.status(A, "k") == "COMPLETED"
    assert mesh.tags(C, "k") == {"late": "yes"}
    with behaving(local_aws, replication_seconds=0.05):
        mesh.s3(A).delete_object(Bucket=mesh.buckets[A], Key="k")
        assert mesh.versions(B, "DeleteMarkers") == []
        time.sleep(0.05)
        assert [each["IsLatest"] for each in mesh.versions(B, "DeleteMarkers")] == [True]


def test_a_version_deleted_before_it_is_due_is_not_replicated(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "gone", A, B)
    mesh.replicate(A, mesh.rule(B))
    with behaving(local_aws, replication_seconds=3600):
        version = mesh.put(A, "k")
        mesh.s3(A).delete_object(Bucket=mesh.buckets[A], Key="k", VersionId=version)
    assert mesh.versions(B) == []


def suspend(mesh: Mesh) -> None:
    mesh.s3(B).put_bucket_versioning(Bucket=mesh.buckets[B], VersioningConfiguration={"Status": "Suspended"})


def delete_role(mesh: Mesh) -> None:
    iam = mesh.local_aws.client("iam")
    iam.delete_role_policy(RoleName=mesh.name, PolicyName="p")
    iam.delete_role(RoleName=mesh.name)


def distrust(mesh: Mesh) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    mesh.local_aws.client("iam").update_assume_role_policy(
        RoleName=mesh.name, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )


def deny_in_the_bucket(mesh: Mesh) -> None:
    arn = f"arn:aws:s3:::{mesh.buckets[B]}/*"
    statement = {**allow(["s3:ReplicateObject"], [arn]), "Effect": "Deny", "Principal": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    mesh.s3(B).put_bucket_policy(Bucket=mesh.buckets[B], Policy=policy)


FAILURES: dict[str, Callable[[Mesh], object]] = {
    "suspended": suspend,
    "no-bucket": lambda mesh: mesh.s3(B).delete_bucket(Bucket=mesh.buckets[B]),
    "no-role": delete_role,
    "no-trust": distrust,
    "no-write": lambda mesh: mesh.grant(without="s3:ReplicateObject"),
    "no-read": lambda mesh: mesh.grant(without="s3:GetObjectVersionForReplication"),
    "denied": deny_in_the_bucket,
    "no-rules": lambda mesh: mesh.s3(A).delete_bucket_replication(Bucket=mesh.buckets[A]),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_problem_at_the_due_time_fails_the_source(local_aws: LocalAws, name: str) -> None:
    mesh = Mesh(local_aws, f"failing-{name}", A, B, C)
    mesh.replicate(A, mesh.rule(B), mesh.rule(C))
    with behaving(local_aws, replication_seconds=3600):
        mesh.put(A, "k")
        FAILURES[name](mesh)
    assert mesh.status(A, "k") == "FAILED"
    # A failure affects its own destination only.
    assert len(mesh.versions(C)) == (1 if name in ("suspended", "no-bucket", "denied") else 0)


def test_a_failure_is_not_retried(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "stays-failed", A, B)
    mesh.replicate(A, mesh.rule(B))
    mesh.grant(without="s3:ReplicateObject")
    mesh.put(A, "k")
    mesh.grant()
    mesh.tag(A, "k", a="b")
    assert mesh.status(A, "k") == "FAILED"
    assert mesh.versions(B) == []


def test_the_tags_and_delete_markers_need_their_own_permissions(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "lesser", A, B)
    mesh.replicate(A, mesh.rule(B))
    mesh.grant(without="s3:GetObjectVersionTagging")
    mesh.put(A, "plain")
    mesh.put(A, "tagged", Tagging="a=b")
    assert [mesh.status(A, key) for key in ("plain", "tagged")] == ["COMPLETED", "FAILED"]
    mesh.grant(without="s3:ReplicateDelete")
    mesh.s3(A).delete_object(Bucket=mesh.buckets[A], Key="plain")
    assert mesh.versions(B, "DeleteMarkers") == []


def test_a_bucket_policy_may_replace_the_roles_rights(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "spared", A, B)
    mesh.replicate(A, mesh.rule(B))
    arns = [f"arn:aws:s3:::{mesh.buckets[B]}", f"arn:aws:s3:::{mesh.buckets[B]}/*"]
    others = {**allow(["s3:Replicate*"], arns), "Effect": "Deny", "Principal": "*"}
    others["Condition"] = {"ArnNotEquals": {"aws:PrincipalArn": mesh.role}}
    plain = {**allow(["s3:*"], arns), "Effect": "Deny", "Principal": "*"}
    plain["Condition"] = {"Bool": {"aws:SecureTransport": "false"}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [others, plain]})
    mesh.s3(B).put_bucket_policy(Bucket=mesh.buckets[B], Policy=policy)
    mesh.put(A, "k")
    assert mesh.status(A, "k") == "COMPLETED"


def test_an_upload_in_parts_is_replicated_whole(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "parts", A, B)
    mesh.replicate(A, mesh.rule(B))
    s3, target = mesh.s3(A), {"Bucket": mesh.buckets[A], "Key": "k"}
    upload = s3.create_multipart_upload(**target, ContentType="video/mp4")["UploadId"]
    parts = [
        {
            "PartNumber": number,
            "ETag": s3.upload_part(**target, UploadId=upload, PartNumber=number, Body=body)["ETag"],
        }
        for number, body in enumerate((b"x" * 5 * 1024**2, b"y"), 1)
    ]
    etag = s3.complete_multipart_upload(**target, UploadId=upload, MultipartUpload={"Parts": parts})["ETag"]
    replica = mesh.head(B, "k")
    assert (replica["ETag"], replica["ContentType"], replica["ContentLength"]) == (etag, "video/mp4", 5 * 1024**2 + 1)
    assert mesh.status(A, "k") == "COMPLETED"


def test_a_missing_replica_is_not_found(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "missing", A, B)
    mesh.replicate(A, mesh.rule(B))
    with behaving(local_aws, replication_seconds=3600):
        mesh.put(A, "k")
        assert code_of(lambda: mesh.head(B, "k")) == ("404", 404)
