"""The rights that requests to S3 need, and the answers without them."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from localaws.reference.deployment import Deployment
from localaws.tests.emulator.mesh import Mesh
from localaws.tests.emulator.mesh import allow as statement
from localaws.tests.emulator.mrap_client import MrapClient, make_buckets
from localaws.tests.emulator.multipart_uploads import upload
from localaws.tests.emulator.wire import code_of

A = "eu-west-1"
BUCKET = "rights-s3-eu-west-1"
ON_BUCKET, ON_OBJECTS = f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"
DENIED = ("AccessDenied", 403)


@pytest.fixture(scope="module")
def mesh(local_aws: LocalAws) -> Mesh:
    return Mesh(local_aws, "rights-s3", A)


def user(local_aws: LocalAws, name: str, *statements: dict[str, Any]) -> Any:
    """The S3 client, in A, of a user with these rights."""
    credentials = local_aws.create_user(name, {"Version": "2012-10-17", "Statement": list(statements)})
    return local_aws.client("s3", A, credentials)


@pytest.mark.parametrize("missing", ["s3:TagResource", "s3:PutBucketOwnershipControls", None])
def test_tags_and_ownership_of_a_new_bucket_need_further_rights(local_aws: LocalAws, missing: str | None) -> None:
    name = f"rights-{(missing or 's3:none').rpartition(':')[2].lower()}"
    actions = ["s3:CreateBucket", "s3:TagResource", "s3:PutBucketOwnershipControls"]
    s3 = user(
        local_aws, name, statement([action for action in actions if action != missing], ["arn:aws:s3:::rights-*"])
    )
    configuration = {"LocationConstraint": A, "Tags": [{"Key": "a", "Value": "b"}]}

    def create() -> None:
        s3.create_bucket(Bucket=name, ObjectOwnership="BucketOwnerEnforced", CreateBucketConfiguration=configuration)

    if missing:
        assert code_of(create) == DENIED
    else:
        create()


def test_each_key_is_deleted_or_refused_by_itself(local_aws: LocalAws, mesh: Mesh) -> None:
    kept, gone = mesh.put(A, "kept/1"), mesh.put(A, "gone/1")
    s3 = user(local_aws, "rights-versions", statement(["s3:DeleteObjectVersion"], [f"{ON_BUCKET}/gone/*"]))
    objects = [{"Key": "kept/1", "VersionId": kept}, {"Key": "gone/1", "VersionId": gone}, {"Key": "gone/1"}]
    for quiet in (False, True):
        answer = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": objects, "Quiet": quiet})
        assert [deleted["VersionId"] for deleted in answer.get("Deleted", [])] == ([] if quiet else [gone])
        errors = [(error["Key"], error.get("VersionId"), error["Code"]) for error in answer["Errors"]]
        assert errors == [("kept/1", kept, "AccessDenied"), ("gone/1", None, "AccessDenied")]
        assert answer["Errors"][0]["Message"] == (
            "User: arn:aws:iam::111122223333:user/rights-versions is not authorized to perform: s3:DeleteObjectVersion "
            f'on resource: "{ON_BUCKET}/kept/1" because no identity-based policy allows the s3:DeleteObjectVersion '
            "action"
        )
    assert [version["Key"] for version in mesh.versions(A)] == ["kept/1"]
    assert mesh.versions(A, "DeleteMarkers") == []


def test_a_delete_marker_is_another_right_than_a_version(local_aws: LocalAws, mesh: Mesh) -> None:
    version = mesh.put(A, "marked")
    s3 = user(local_aws, "rights-markers", statement(["s3:DeleteObject"], [ON_OBJECTS]))
    answer = s3.delete_objects(
        Bucket=BUCKET, Delete={"Objects": [{"Key": "marked"}, {"Key": "marked", "VersionId": version}]}
    )
    assert [deleted["DeleteMarker"] for deleted in answer["Deleted"]] == [True]
    assert [error["VersionId"] for error in answer["Errors"]] == [version]


def test_a_bucket_policy_refuses_keys_too(local_aws: LocalAws, mesh: Mesh) -> None:
    version = mesh.put(A, "locked/1")
    denial = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:DeleteObjectVersion",
        "Resource": f"{ON_BUCKET}/locked/*",
    }
    mesh.s3(A).put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [denial]}))
    s3 = user(local_aws, "rights-locked", statement(["s3:*"], [ON_BUCKET, ON_OBJECTS]))
    answer = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "locked/1", "VersionId": version}]})
    assert "with an explicit deny in a resource-based policy" in answer["Errors"][0]["Message"]
    mesh.s3(A).delete_bucket_policy(Bucket=BUCKET)


def test_no_more_than_1000_keys_at_a_time(mesh: Mesh) -> None:
    objects = [{"Key": str(number)} for number in range(1001)]
    refused = code_of(lambda: mesh.s3(A).delete_objects(Bucket=BUCKET, Delete={"Objects": objects}))
    assert refused == ("MalformedXML", 400)


def test_without_list_rights_a_missing_key_is_a_403(local_aws: LocalAws, mesh: Mesh) -> None:
    reader = statement(["s3:GetObject", "s3:GetObjectVersion"], [ON_OBJECTS])
    blind = user(local_aws, "rights-blind", reader)
    seeing = user(local_aws, "rights-seeing", reader, statement(["s3:ListBucket"], [ON_BUCKET]))
    mesh.put(A, "there")
    for s3, head, get in ((blind, ("403", 403), DENIED), (seeing, ("404", 404), ("NoSuchKey", 404))):
        s3.head_object(Bucket=BUCKET, Key="there")
        assert code_of(lambda s3=s3: s3.head_object(Bucket=BUCKET, Key="none")) == head  # type: ignore[misc]
        assert code_of(lambda s3=s3: s3.get_object(Bucket=BUCKET, Key="none")) == get  # type: ignore[misc]


def test_through_an_mrap_both_need_list_rights(local_aws: LocalAws, deployment: Deployment) -> None:
    root, regions = MrapClient(local_aws), ("us-east-1", A)
    buckets = make_buckets(local_aws, "rights-missing", regions)
    root.create("rights-missing", *buckets.values())
    mrap = root.arn("rights-missing")
    arns = [f"arn:aws:s3:::{bucket}" for bucket in buckets.values()]
    reader = statement(["s3:GetObject"], [f"{mrap}/object/*", *(f"{arn}/*" for arn in arns)])
    for name, listed, code in (("both", [mrap, *arns], "NoSuchKey"), ("one", [mrap], "AccessDenied")):
        s3 = user(local_aws, f"rights-missing-{name}", reader, statement(["s3:ListBucket"], listed))
        assert code_of(lambda s3=s3: s3.get_object(Bucket=mrap, Key="none"))[0] == code  # type: ignore[misc]


def tagged_writes(s3: Any) -> dict[str, Callable[[], object]]:
    source = {"Bucket": BUCKET, "Key": "tagged"}
    return {
        "put": lambda: s3.put_object(Bucket=BUCKET, Key="k", Tagging="a=b"),
        "upload": lambda: upload(s3, BUCKET, "k", (b"1",), Tagging="a=b"),
        "copy": lambda: s3.copy_object(Bucket=BUCKET, Key="k", CopySource=source),
        "replace": lambda: s3.copy_object(
            Bucket=BUCKET, Key="k", CopySource=source, TaggingDirective="REPLACE", Tagging="a=b"
        ),
    }


def test_tags_are_written_and_copied_with_the_rights_to_them(local_aws: LocalAws, mesh: Mesh) -> None:
    mesh.put(A, "tagged", Tagging="a=b")
    mesh.put(A, "plain")
    actions = ["s3:PutObject", "s3:GetObject"]
    none, writer, both = (
        user(local_aws, f"rights-tags-{number}", statement([*actions, *more], [ON_OBJECTS]))
        for number, more in enumerate(([], ["s3:PutObjectTagging"], ["s3:PutObjectTagging", "s3:GetObjectTagging"]))
    )
    for s3, allowed in ((none, set()), (writer, {"put", "upload", "replace"}), (both, set(tagged_writes(both)))):
        for name, write in tagged_writes(s3).items():
            if name in allowed:
                write()
            else:
                assert code_of(write) == DENIED
        s3.put_object(Bucket=BUCKET, Key="k")
        s3.copy_object(Bucket=BUCKET, Key="k", CopySource={"Bucket": BUCKET, "Key": "plain"})
    assert mesh.tags(A, "k") == {}
