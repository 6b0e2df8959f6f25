"""S3 uses a customer's KMS key with the rights of the requester."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from localaws.tests.emulator.mesh import Mesh, allow
from localaws.tests.emulator.multipart_uploads import upload
from localaws.tests.emulator.wire import code_of

A, B = "us-west-2", "eu-west-1"
ALL_OF_S3 = allow(["s3:*"], ["*"])
BOTH = frozenset({"kms:Decrypt", "kms:GenerateDataKey"})


@pytest.fixture(scope="module")
def key(local_aws: LocalAws) -> str:
    arn: str = local_aws.client("kms", A).create_key()["KeyMetadata"]["Arn"]
    return arn


@pytest.fixture(scope="module")
def mesh(local_aws: LocalAws, key: str) -> Mesh:
    """A bucket in A with a KMS key, and one in B without."""
    found = Mesh(local_aws, "kms-rights", A, B)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    configuration = {"Rules": [rule]}
    found.s3(A).put_bucket_encryption(Bucket=found.buckets[A], ServerSideEncryptionConfiguration=configuration)
    for region in (A, B):
        found.put(region, "there", Tagging="a=b")
    return found


def user(mesh: Mesh, name: str, *statements: dict[str, Any]) -> Callable[[str], Any]:
    credentials = mesh.local_aws.create_user(name, {"Version": "2012-10-17", "Statement": [ALL_OF_S3, *statements]})
    return lambda region: mesh.local_aws.client("s3", region, credentials)


def calls(mesh: Mesh, s3: Callable[[str], Any]) -> dict[str, tuple[Callable[[], object], frozenset[str]]]:
    """Each call with the KMS actions that it needs."""
    encrypted, plain = mesh.buckets[A], mesh.buckets[B]
    source = {"Bucket": encrypted, "Key": "there"}
    decrypt, generate = frozenset({"kms:Decrypt"}), frozenset({"kms:GenerateDataKey"})
    return {
        "get": (lambda: s3(A).get_object(**source), decrypt),
        "head": (lambda: s3(A).head_object(**source), frozenset()),
        "head with checksum": (lambda: s3(A).head_object(**source, ChecksumMode="ENABLED"), BOTH),
        "tags": (lambda: s3(A).get_object_tagging(**source), frozenset()),
        "put": (lambda: s3(A).put_object(Bucket=encrypted, Key="k"), generate),
        "begin": (lambda: s3(A).create_multipart_upload(Bucket=encrypted, Key="k"), generate),
        "upload": (lambda: upload(s3(A), encrypted, "k", (b"1",)), BOTH),
        "copy from": (lambda: s3(B).copy_object(Bucket=plain, Key="k", CopySource=source), decrypt),
        "copy to": (
            lambda: s3(A).copy_object(Bucket=encrypted, Key="k", CopySource={"Bucket": plain, "Key": "there"}),
            generate,
        ),
        "elsewhere": (lambda: s3(B).put_object(Bucket=plain, Key="k"), frozenset()),
        "without a key": (
            lambda: s3(A).put_object(Bucket=encrypted, Key="k", ServerSideEncryption="AES256"),
            frozenset(),
        ),
        "under AWS's key": (
            lambda: s3(B).put_object(Bucket=plain, Key="k", ServerSideEncryption="aws:kms"),
            frozenset(),
        ),
        "delete": (lambda: s3(A).delete_object(Bucket=encrypted, Key="k"), frozenset()),
    }


@pytest.mark.parametrize("actions", [frozenset(), {"kms:Decrypt"}, {"kms:GenerateDataKey"}, BOTH])
def test_each_call_needs_its_kms_action(mesh: Mesh, key: str, actions: frozenset[str]) -> None:
    name = "kms-" + ("-".join(sorted(action[4:] for action in actions)) or "none")
    s3 = user(mesh, name, *([allow(sorted(actions), [key])] if actions else []))
    for call, needed in calls(mesh, s3).values():
        if needed <= actions:
            call()
        else:
            assert code_of(call)[1] == 403


def test_the_refusal_has_the_action(mesh: Mesh, key: str) -> None:
    s3 = user(mesh, "kms-refused")(A)
    with pytest.raises(s3.exceptions.ClientError, match=f'perform: kms:GenerateDataKey on resource: "{key}" because'):
        s3.put_object(Bucket=mesh.buckets[A], Key="k")


@pytest.mark.parametrize("bucket_key", [False, True])
@pytest.mark.parametrize("named", ["bucket", "object", "other"])
def test_conditions_see_the_service_and_the_context(mesh: Mesh, key: str, bucket_key: bool, named: str) -> None:
    arn = f"arn:aws:s3:::{mesh.buckets[A]}"
    context = {"bucket": arn, "object": f"{arn}/k", "other": f"{arn}-other"}[named]
    asked = {"kms:ViaService": f"s3.{A}.amazonaws.com", "kms:EncryptionContext:aws:s3:arn": context}
    statement = {**allow(["kms:GenerateDataKey"], [key]), "Condition": {"StringEquals": asked}}
    s3 = user(mesh, f"kms-{named}-{bucket_key}", statement)(A)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    configuration = {"Rules": [{**rule, "BucketKeyEnabled": bucket_key}]}
    mesh.s3(A).put_bucket_encryption(Bucket=mesh.buckets[A], ServerSideEncryptionConfiguration=configuration)

    def put() -> None:
        s3.put_object(Bucket=mesh.buckets[A], Key="k")

    if named == ("bucket" if bucket_key else "object"):
        put()
    else:
        assert code_of(put) == ("AccessDenied", 403)
