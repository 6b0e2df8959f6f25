"""s3_replication_backfill against local AWS: every Region gets the objects of the source, also after interruptions."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._backfill import operations
from ansible_collections.multiregion.edge.plugins.module_utils._backfill.api import BackfillApi
from ansible_collections.multiregion.edge.plugins.module_utils._backfill.compare import Item
from ansible_collections.multiregion.edge.plugins.module_utils._core import progress

from localaws.local_aws import LocalAws
from modules.backfill_buckets import HOME, NEW, OTHER, Content, backfill
from modules.runner import ModuleFailed, Modules


def test_a_new_region_gets_all_objects_and_a_second_run_changes_nothing(
    modules: Modules, buckets: dict[str, str], content: Content
) -> None:
    for key in ("index.html", "r/1/a b.css", "r/1/ü.js", "r/1/?versionId=1"):
        content.put(HOME, key, key.encode())
    content.put(NEW, "r/1/a b.css", b"older")
    predicted = backfill(modules, buckets, regions=[NEW], check=True)
    made = backfill(modules, buckets, regions=[NEW])
    again = backfill(modules, buckets, regions=[NEW])

    assert predicted["plan"] == made["plan"] == ["Bring 4 objects (46 bytes) to ap-south-1"]
    assert (predicted["mutating"], predicted["changed"], predicted["complete"]) == ([], True, False)
    counts = {"missing": 4, "bytes": 46, "extra": 0, "extra_keys": [], "deleted": 0}
    assert predicted["regions"] == {NEW: {**counts, "copied": 0}}
    assert (made["regions"], made["complete"]) == ({NEW: {**counts, "copied": 4}}, True)
    assert content.of(NEW) == content.of(HOME)
    assert (again["changed"], again["plan"], again["mutating"], again["complete"]) == (False, [], [], True)
    assert content.of(OTHER) == {}


def test_progress_shows_the_listed_and_copied_objects(
    modules: Modules, buckets: dict[str, str], content: Content, shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    content.put(HOME, "index.html")
    monkeypatch.setattr(progress, "COUNT_EVERY", 0.0)
    backfill(modules, buckets, regions=[NEW])
    assert any(line.startswith("Comparing, eu-north-1: objects listed: 1 (") for line in shown)
    assert any(line.startswith("Copying in ap-south-1: 1 of 1 objects (") for line in shown)


def test_the_default_is_all_other_regions_and_the_prefix_limits_the_objects(
    modules: Modules, buckets: dict[str, str], content: Content
) -> None:
    content.put(HOME, "r/1/index.html")
    content.put(HOME, "r/2/index.html")
    content.put(HOME, "_edge/region", HOME.encode())
    content.put(NEW, "_edge/region", NEW.encode())
    result = backfill(modules, buckets, prefix="r/2/")
    assert result["plan"] == ["Bring 1 object (1 byte) to ap-south-1", "Bring 1 object (1 byte) to us-east-1"]
    result = backfill(modules, buckets, delete_extra=True)
    assert list(content.of(OTHER)) == ["r/1/index.html", "r/2/index.html"]
    assert content.of(NEW).items() - content.of(HOME).items() == {("_edge/region", content.of(NEW)["_edge/region"])}


def test_a_copy_has_the_metadata_and_tags_of_the_object(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str], content: Content
) -> None:
    headers = {
        "CacheControl": "max-age=60",
        "ContentDisposition": "inline",
        "ContentEncoding": "gzip",
        "ContentLanguage": "sv",
        "ContentType": "text/html; charset=utf-8",
        "Metadata": {"build": "42"},
        "StorageClass": "STANDARD_IA",
        "WebsiteRedirectLocation": "/elsewhere",
    }
    content.put(HOME, "page", b"<p>", **headers, Tagging="team=web&for=a%26b")
    backfill(modules, buckets, regions=[NEW])
    s3 = local_aws.client("s3", NEW)
    head = s3.head_object(Bucket=buckets[NEW], Key="page")
    assert {name: head.get(name) for name in headers} == headers
    tags = s3.get_object_tagging(Bucket=buckets[NEW], Key="page")["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"team": "web", "for": "a&b"}


@pytest.mark.parametrize("survivors", [1, 3])
def test_a_killed_run_is_completed_by_the_next(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str], content: Content, survivors: int
) -> None:
    for number in range(5):
        content.put(HOME, f"r/{number}")
    local_aws.fault(survivors)
    with pytest.raises(ModuleFailed, match="What was done stays: run it again to go on"):
        backfill(modules, buckets, regions=[NEW])
    local_aws.fault(None)
    assert len(content.of(NEW)) == survivors
    resumed = backfill(modules, buckets, regions=[NEW])
    assert (len(resumed["mutating"]), resumed["complete"]) == (5 - survivors, True)
    assert content.of(NEW) == content.of(HOME)


def test_a_copy_of_a_multipart_upload_is_equal(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str], content: Content
) -> None:
    s3 = local_aws.client("s3", HOME)
    target = {"Bucket": buckets[HOME], "Key": "video"}
    upload = s3.create_multipart_upload(
        **target, ContentType="video/mp4", Metadata={"a": "b"}, Tagging="team=web&for=a%26b"
    )
    bodies = [b"x" * 6_000_000, b"y" * 5_300_000, b"z"]  # of different sizes
    parts = [
        s3.upload_part(**target, UploadId=upload["UploadId"], PartNumber=number, Body=body)
        for number, body in enumerate(bodies, 1)
    ]
    done = [{"PartNumber": number, "ETag": part["ETag"]} for number, part in enumerate(parts, 1)]
    s3.complete_multipart_upload(**target, UploadId=upload["UploadId"], MultipartUpload={"Parts": done})

    assert backfill(modules, buckets, regions=[NEW])["plan"] == ["Bring 1 object (11.3 MB) to ap-south-1"]
    assert content.of(NEW) == content.of(HOME)
    head = local_aws.client("s3", NEW).head_object(Bucket=buckets[NEW], Key="video")
    assert (head["ContentType"], head["Metadata"]) == ("video/mp4", {"a": "b"})
    tags = local_aws.client("s3", NEW).get_object_tagging(Bucket=buckets[NEW], Key="video")["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"team": "web", "for": "a&b"}
    assert backfill(modules, buckets, regions=[NEW])["mutating"] == []


def test_objects_with_kms_keys_are_copied_with_permissions_for_the_keys(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str], content: Content
) -> None:
    for region in (HOME, NEW):
        encrypt(local_aws, buckets, region, local_aws.client("kms", region).create_key()["KeyMetadata"]["Arn"])
    try:
        content.put(HOME, "r/1/index.html", b"<p>")
        made = backfill(modules, buckets, regions=[NEW])
        again = backfill(modules, buckets, regions=[NEW])
    finally:
        for region in (HOME, NEW):
            encrypt(local_aws, buckets, region, None)
    assert (made["plan"], made["complete"]) == (["Bring 1 object (3 bytes) to ap-south-1"], True)
    assert (again["plan"], again["mutating"]) == ([], [])


def encrypt(local_aws: LocalAws, buckets: dict[str, str], region: str, key: str | None) -> None:
    algorithm = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key} if key else {"SSEAlgorithm": "AES256"}
    configuration = {"Rules": [{"ApplyServerSideEncryptionByDefault": algorithm, "BucketKeyEnabled": key is not None}]}
    local_aws.client("s3", region).put_bucket_encryption(
        Bucket=buckets[region], ServerSideEncryptionConfiguration=configuration
    )


def test_a_source_with_concurrent_changes_is_compared_again(
    modules: Modules, buckets: dict[str, str], content: Content, local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("changes", "goes", "stays"):
        content.put(HOME, key)
    listed = BackfillApi.source_head

    def change_first(self: BackfillApi, item: Item) -> Any:
        monkeypatch.setattr(BackfillApi, "source_head", listed)
        content.put(HOME, "changes", b"newer")
        local_aws.client("s3", HOME).delete_object(Bucket=buckets[HOME], Key="goes")
        return listed(self, item)

    monkeypatch.setattr(BackfillApi, "source_head", change_first)
    monkeypatch.setattr(operations, "_WIDTH", 1)
    assert backfill(modules, buckets, regions=[NEW])["complete"]
    assert content.of(NEW) == content.of(HOME) and list(content.of(HOME)) == ["changes", "stays"]


def test_the_deadline_error_has_the_next_step(modules: Modules, buckets: dict[str, str], content: Content) -> None:
    content.put(HOME, "index.html")
    with pytest.raises(ModuleFailed, match=r"after 0 s: 0 of 1 objects are.* with a larger wait_timeout"):
        backfill(modules, buckets, regions=[NEW], wait_timeout=0)
