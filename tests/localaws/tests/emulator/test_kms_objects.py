"""Objects under a key of AWS KMS, and how they are replicated."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from localaws.tests.emulator.mesh import ENABLED, Config, Mesh, allow
from localaws.tests.emulator.wire import code_of

A, B = "us-west-2", "eu-west-1"
KEYS = {region: f"arn:aws:kms:{region}:111122223333:key/{region}" for region in (A, B)}
MD5 = f'"{hashlib.md5(b"1").hexdigest()}"'
RULE: Config = {
    "SourceSelectionCriteria": {"SseKmsEncryptedObjects": ENABLED},
    "Destination": {"EncryptionConfiguration": {"ReplicaKmsKeyID": KEYS[B]}},
}


def encrypt(mesh: Mesh, region: str, **by_default: Any) -> Config:
    rule = {"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}
    configuration = {"Rules": [rule]}
    mesh.s3(region).put_bucket_encryption(Bucket=mesh.buckets[region], ServerSideEncryptionConfiguration=configuration)
    return configuration


def test_objects_take_the_encryption_of_their_bucket(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "kms", A)
    assert mesh.s3(A).put_object(Bucket=mesh.buckets[A], Key="plain", Body=b"1")["ETag"] == MD5
    put = encrypt(mesh, A, SSEAlgorithm="aws:kms", KMSMasterKeyID=KEYS[A])
    got = mesh.s3(A).get_bucket_encryption(Bucket=mesh.buckets[A])["ServerSideEncryptionConfiguration"]
    assert got == put
    answer = mesh.s3(A).put_object(Bucket=mesh.buckets[A], Key="k", Body=b"1")
    copied = mesh.s3(A).copy_object(
        Bucket=mesh.buckets[A], Key="copy", CopySource={"Bucket": mesh.buckets[A], "Key": "plain"}
    )
    for key, etag in (("k", answer["ETag"]), ("copy", copied["CopyObjectResult"]["ETag"])):
        head = mesh.head(A, key)
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", KEYS[A])
        assert head["BucketKeyEnabled"] is True
        assert head["ETag"] == etag != MD5
    listed = mesh.s3(A).list_objects_v2(Bucket=mesh.buckets[A])["Contents"]
    assert {each["Key"]: each["ETag"] for each in listed}["k"] == answer["ETag"]


def test_the_default_key_is_the_aws_managed_one(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "managed", A)
    mesh.put(A, "k", ServerSideEncryption="aws:kms")
    assert mesh.head(A, "k")["SSEKMSKeyId"].startswith(f"arn:aws:kms:{A}:{local_aws.account_id}:key/")
    refused = code_of(lambda: encrypt(mesh, A, SSEAlgorithm="AES256", KMSMasterKeyID=KEYS[A]))
    assert refused == ("InvalidArgument", 400)


def test_kms_objects_are_replicated_only_by_a_rule_that_selects_them(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "kms-rules", A, B)
    encrypt(mesh, A, SSEAlgorithm="aws:kms", KMSMasterKeyID=KEYS[A])
    mesh.replicate(A, mesh.rule(B))
    mesh.put(A, "k")
    assert (mesh.status(A, "k"), mesh.versions(B)) == (None, [])
    mesh.replicate(A, mesh.rule(B, **RULE))
    mesh.grant(allow(["kms:Decrypt"], [KEYS[A]]), allow(["kms:Encrypt"], [KEYS[B]]))
    version = mesh.put(A, "k")
    replica = mesh.head(B, "k")
    assert (replica["VersionId"], replica["SSEKMSKeyId"]) == (version, KEYS[B])
    assert replica["ETag"] != mesh.head(A, "k")["ETag"]


@pytest.mark.parametrize("bucket_key", [True, False])
def test_the_role_needs_both_keys_in_their_context(local_aws: LocalAws, bucket_key: bool) -> None:
    mesh = Mesh(local_aws, f"kms-role-{bucket_key}".lower(), A, B)
    mesh.replicate(A, mesh.rule(B, **RULE))
    if bucket_key:
        for region in (A, B):
            encrypt(mesh, region, SSEAlgorithm="aws:kms", KMSMasterKeyID=KEYS[region])

    def on(action: str, region: str, via: str) -> Config:
        encrypted = f"arn:aws:s3:::{mesh.buckets[region]}" + ("" if bucket_key else "/*")
        condition = {"kms:ViaService": f"s3.{via}.amazonaws.com", "kms:EncryptionContext:aws:s3:arn": encrypted}
        return {**allow([action], [KEYS[region]]), "Condition": {"StringLike": condition}}

    decrypt, encrypt_ = on("kms:Decrypt", A, A), on("kms:Encrypt", B, B)
    for key, granted, expected in (
        ("none", [], "FAILED"),
        ("one", [decrypt], "FAILED"),
        ("elsewhere", [decrypt, on("kms:Encrypt", B, A)], "FAILED"),
        ("both", [decrypt, encrypt_], "COMPLETED"),
    ):
        mesh.grant(*granted)
        mesh.put(A, key, ServerSideEncryption="aws:kms", SSEKMSKeyId=KEYS[A])
        assert (key, mesh.status(A, key)) == (key, expected)
