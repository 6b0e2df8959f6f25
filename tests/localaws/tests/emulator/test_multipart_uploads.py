"""Multipart uploads: reads of parts, and metadata and tags of the object."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from localaws.tests.emulator.mesh import ENABLED, Mesh
from localaws.tests.emulator.multipart_uploads import BODIES, MIN_PART, upload
from localaws.tests.emulator.wire import code_of

A, B = "us-west-2", "eu-west-1"
SIZE = sum(map(len, BODIES))
HEADERS: dict[str, Any] = {
    "CacheControl": "max-age=60",
    "ContentDisposition": "inline",
    "ContentEncoding": "gzip",
    "ContentLanguage": "sv",
    "ContentType": "video/mp4",
    "Expires": datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC),
    "Metadata": {"build": "42"},
    "StorageClass": "STANDARD_IA",
    "WebsiteRedirectLocation": "/elsewhere",
}
KEY = f"arn:aws:kms:{A}:111122223333:key/a"


@pytest.fixture(scope="module")
def mesh(local_aws: LocalAws) -> Mesh:
    """Everything in A is replicated to B."""
    found = Mesh(local_aws, "uploads", A, B)
    found.replicate(A, found.rule(B))
    return found


@pytest.fixture(scope="module")
def versions(mesh: Mesh) -> dict[str, str]:
    """The versions of `video`, which is current, and of `was`, which is not current."""
    made = {key: upload(mesh.s3(A), mesh.buckets[A], key)["VersionId"] for key in ("video", "was")}
    mesh.put(A, "was")
    return made


@pytest.mark.parametrize("call", ["head_object", "get_object"])
@pytest.mark.parametrize(("region", "key"), [(A, "video"), (B, "video"), (A, "was")])
def test_a_part_is_read_by_its_number(mesh: Mesh, versions: dict[str, str], call: str, region: str, key: str) -> None:
    read = getattr(mesh.s3(region), call)
    target = {"Bucket": mesh.buckets[region], "Key": key, "VersionId": versions[key]}
    first = 0
    for number, body in enumerate(BODIES, 1):
        answer = read(**target, PartNumber=number, ChecksumMode="ENABLED")
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206
        assert (answer["ContentLength"], answer["PartsCount"]) == (len(body), 3)
        assert answer["ContentRange"] == f"bytes {first}-{first + len(body) - 1}/{SIZE}"
        assert call == "head_object" or answer["Body"].read() == body
        first += len(body)
    assert "PartsCount" not in read(**target)
    assert code_of(lambda: read(**target, PartNumber=4))[1] == 416
    assert code_of(lambda: read(**target, PartNumber=10_001))[1] == 400
    assert code_of(lambda: read(**target, PartNumber=1, Range="bytes=0-1"))[1] == 400
    assert code_of(lambda: read(**target, PartNumber=1, IfMatch='"other"'))[1] == 412


def test_an_object_put_at_once_has_one_part(mesh: Mesh) -> None:
    mesh.put(A, "page", Body=b"12345")
    head = mesh.head(A, "page", PartNumber=1)
    assert (head["ContentLength"], head["ContentRange"]) == (5, "bytes 0-4/5")
    assert "PartsCount" not in head
    get = mesh.s3(A).get_object
    assert code_of(lambda: get(Bucket=mesh.buckets[A], Key="page", PartNumber=2)) == ("InvalidPartNumber", 416)
    assert code_of(lambda: mesh.head(A, "none", PartNumber=1)) == ("404", 404)


def test_metadata_and_tags_are_on_the_object_and_its_replica(mesh: Mesh) -> None:
    upload(mesh.s3(A), mesh.buckets[A], "all", (b"1",), **HEADERS, Tagging="team=web&for=a%26b&empty=")
    for region in (A, B):
        head = mesh.head(region, "all")
        assert {name: head.get(name) for name in HEADERS} == HEADERS
        assert mesh.tags(region, "all") == {"team": "web", "for": "a&b", "empty": ""}
    upload(mesh.s3(A), mesh.buckets[A], "all", (b"2",))
    assert mesh.tags(A, "all") == mesh.tags(B, "all") == {}


def test_the_tags_select_the_rule(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "uploads-tags", A, B)
    team = {"Tag": {"Key": "team", "Value": "web"}}
    mesh.replicate(A, mesh.rule(B, Filter=team, DeleteMarkerReplication={"Status": "Disabled"}))
    for key, tagging in (("goes", "team=web"), ("stays", "team=ops")):
        upload(mesh.s3(A), mesh.buckets[A], key, (b"1",), Tagging=tagging)
    assert [version["Key"] for version in mesh.versions(B)] == ["goes"]


def test_with_a_kms_key_the_etag_is_not_a_digest_and_has_the_parts(local_aws: LocalAws) -> None:
    mesh = Mesh(local_aws, "uploads-kms", A)
    plain = upload(mesh.s3(A), mesh.buckets[A], "plain")["ETag"]
    kms = upload(mesh.s3(A), mesh.buckets[A], "kms", ServerSideEncryption="aws:kms", SSEKMSKeyId=KEY)
    head = mesh.head(A, "kms")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", KEY)
    assert head["ETag"] == kms["ETag"] != plain and kms["ETag"].endswith('-3"')
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}}
    configuration = {"Rules": [{**rule, "BucketKeyEnabled": ENABLED["Status"] == "Enabled"}]}
    mesh.s3(A).put_bucket_encryption(Bucket=mesh.buckets[A], ServerSideEncryptionConfiguration=configuration)
    upload(mesh.s3(A), mesh.buckets[A], "default", (b"1",))
    assert (mesh.head(A, "default")["SSEKMSKeyId"], mesh.head(A, "default")["BucketKeyEnabled"]) == (KEY, True)


def test_parts_that_s3_refuses_to_assemble(mesh: Mesh) -> None:
    s3, target = mesh.s3(A), {"Bucket": mesh.buckets[A], "Key": "bad"}
    assert code_of(lambda: upload(s3, bodies=(b"x" * (MIN_PART - 1), b"y"), bucket=target["Bucket"], key="bad")) == (
        "EntityTooSmall",
        400,
    )
    many = "&".join(f"k{number}=v" for number in range(11))
    assert code_of(lambda: s3.create_multipart_upload(**target, Tagging=many)) == ("BadRequest", 400)
    upload_id = s3.create_multipart_upload(**target)["UploadId"]
    etag = s3.upload_part(**target, UploadId=upload_id, PartNumber=1, Body=b"1")["ETag"]

    def complete(*numbers: int) -> None:
        parts = [{"PartNumber": number, "ETag": etag} for number in numbers]
        s3.complete_multipart_upload(**target, UploadId=upload_id, MultipartUpload={"Parts": parts})

    assert code_of(complete) == ("MalformedXML", 400)
    assert code_of(lambda: complete(2, 1)) == ("InvalidPartOrder", 400)
    assert code_of(lambda: complete(1, 1)) == ("InvalidPartOrder", 400)
    assert code_of(lambda: complete(1, 2))[0] in ("InvalidPart", "EntityTooSmall")
    complete(1)
    complete(1)  # whose first answer was lost
    assert code_of(lambda: s3.abort_multipart_upload(**target, UploadId=upload_id)) == ("NoSuchUpload", 404)
