"""s3_replication_backfill against local AWS: every Region ends with what the source has, whatever comes between."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils import _progress
from ansible_collections.multiregion.edge.plugins.module_utils._backfill import work
from ansible_collections.multiregion.edge.plugins.module_utils._backfill.api import BackfillApi
from ansible_collections.multiregion.edge.plugins.module_utils._backfill.compare import Item

from cloud.local import LocalCloud
from modules.runner import SITE, ModuleFailed, Modules

HOME, NEW, OTHER = "eu-north-1", "ap-south-1", "us-east-1"
MODULE = "s3_replication_backfill"


@pytest.fixture(scope="module")
def names(cloud: LocalCloud) -> dict[str, str]:
    made = {region: f"{SITE}-{cloud.account_id}-{region}-an" for region in (HOME, NEW, OTHER)}
    for region, name in made.items():
        s3 = cloud.client("s3", region)
        where = {} if region == OTHER else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=name, **where)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return made


@pytest.fixture
def buckets(cloud: LocalCloud, names: dict[str, str]) -> dict[str, str]:
    """The site's buckets, with nothing in them, and not replicated."""
    for region, name in names.items():
        s3 = cloud.client("s3", region)
        s3.delete_bucket_replication(Bucket=name)
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
            for version in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                s3.delete_object(Bucket=name, Key=version["Key"], VersionId=version["VersionId"])
    return names


class Content:
    """What is in the buckets, put and read as root."""

    def __init__(self, cloud: LocalCloud, buckets: dict[str, str]) -> None:
        self._cloud = cloud
        self._buckets = buckets

    def put(self, region: str, key: str, body: bytes = b"x", **headers: Any) -> None:
        self._cloud.client("s3", region).put_object(Bucket=self._buckets[region], Key=key, Body=body, **headers)

    def of(self, region: str) -> dict[str, str]:
        answer = self._cloud.client("s3", region).list_objects_v2(Bucket=self._buckets[region])
        return {item["Key"]: item["ETag"] for item in answer.get("Contents", [])}


@pytest.fixture
def content(cloud: LocalCloud, buckets: dict[str, str]) -> Content:
    return Content(cloud, buckets)


def backfill(modules: Modules, buckets: dict[str, str], **options: Any) -> dict[str, Any]:
    return modules.run(MODULE, buckets=buckets, source_region=HOME, **options)


def test_a_new_region_gets_what_the_source_has_and_a_second_run_changes_nothing(
    modules: Modules, buckets: dict[str, str], content: Content
) -> None:
    for key in ("index.html", "r/1/a b.css", "r/1/ü.js", "r/1/?versionId=1"):
        content.put(HOME, key, key.encode())
    content.put(NEW, "r/1/a b.css", b"older")
    foretold = backfill(modules, buckets, regions=[NEW], check=True)
    made = backfill(modules, buckets, regions=[NEW])
    again = backfill(modules, buckets, regions=[NEW])

    assert foretold["plan"] == made["plan"] == ["Bring 4 objects (46 bytes) to ap-south-1"]
    assert (foretold["mutating"], foretold["changed"], foretold["complete"]) == ([], True, False)
    counts = {"missing": 4, "bytes": 46, "extra": 0, "extra_keys": [], "deleted": 0}
    assert foretold["regions"] == {NEW: {**counts, "copied": 0}}
    assert (made["regions"], made["complete"]) == ({NEW: {**counts, "copied": 4}}, True)
    assert content.of(NEW) == content.of(HOME)
    assert (again["changed"], again["plan"], again["mutating"], again["complete"]) == (False, [], [], True)
    assert content.of(OTHER) == {}


def test_what_is_listed_and_copied_is_told_meanwhile(
    modules: Modules, buckets: dict[str, str], content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content.put(HOME, "index.html")
    told = tmp_path / "progress"
    monkeypatch.setattr(_progress, "COUNT_EVERY", 0.0)
    backfill(modules, buckets, regions=[NEW], environment={_progress.FILE_VARIABLE: str(told)})
    lines = told.read_text().splitlines()
    assert any(line.startswith("Comparing, eu-north-1: objects listed: 1 (") for line in lines)
    assert any(line.startswith("Copying in ap-south-1: 1 of 1 objects (") for line in lines)


def test_all_other_regions_are_the_default_and_the_prefix_is_a_limit(
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


def test_a_copy_has_all_that_the_object_has(
    modules: Modules, cloud: LocalCloud, buckets: dict[str, str], content: Content
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
    s3 = cloud.client("s3", NEW)
    head = s3.head_object(Bucket=buckets[NEW], Key="page")
    assert {name: head.get(name) for name in headers} == headers
    tags = s3.get_object_tagging(Bucket=buckets[NEW], Key="page")["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"team": "web", "for": "a&b"}


@pytest.mark.parametrize("survivors", [1, 3])
def test_a_killed_run_is_finished_by_the_next(
    modules: Modules, cloud: LocalCloud, buckets: dict[str, str], content: Content, survivors: int
) -> None:
    for number in range(5):
        content.put(HOME, f"r/{number}")
    cloud.fault(survivors)
    with pytest.raises(ModuleFailed, match="What was done stays: run it again to go on"):
        backfill(modules, buckets, regions=[NEW])
    cloud.fault(None)
    assert len(content.of(NEW)) == survivors
    resumed = backfill(modules, buckets, regions=[NEW])
    assert (len(resumed["mutating"]), resumed["complete"]) == (5 - survivors, True)
    assert content.of(NEW) == content.of(HOME)


def test_an_object_that_was_uploaded_in_parts_is_equal_when_it_is_copied(
    modules: Modules, cloud: LocalCloud, buckets: dict[str, str], content: Content
) -> None:
    s3 = cloud.client("s3", HOME)
    target = {"Bucket": buckets[HOME], "Key": "video"}
    upload = s3.create_multipart_upload(
        **target, ContentType="video/mp4", Metadata={"a": "b"}, Tagging="team=web&for=a%26b"
    )
    bodies = [b"x" * 6_000_000, b"y" * 5_300_000, b"z"]  # not of one size
    parts = [
        s3.upload_part(**target, UploadId=upload["UploadId"], PartNumber=number, Body=body)
        for number, body in enumerate(bodies, 1)
    ]
    done = [{"PartNumber": number, "ETag": part["ETag"]} for number, part in enumerate(parts, 1)]
    s3.complete_multipart_upload(**target, UploadId=upload["UploadId"], MultipartUpload={"Parts": done})

    assert backfill(modules, buckets, regions=[NEW])["plan"] == ["Bring 1 object (11.3 MB) to ap-south-1"]
    assert content.of(NEW) == content.of(HOME)
    head = cloud.client("s3", NEW).head_object(Bucket=buckets[NEW], Key="video")
    assert (head["ContentType"], head["Metadata"]) == ("video/mp4", {"a": "b"})
    tags = cloud.client("s3", NEW).get_object_tagging(Bucket=buckets[NEW], Key="video")["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"team": "web", "for": "a&b"}
    assert backfill(modules, buckets, regions=[NEW])["mutating"] == []


def test_objects_under_keys_are_copied_with_the_rights_to_these(
    modules: Modules, cloud: LocalCloud, buckets: dict[str, str], content: Content
) -> None:
    for region in (HOME, NEW):
        encrypt(cloud, buckets, region, cloud.client("kms", region).create_key()["KeyMetadata"]["Arn"])
    try:
        content.put(HOME, "r/1/index.html", b"<p>")
        made = backfill(modules, buckets, regions=[NEW])
        again = backfill(modules, buckets, regions=[NEW])
    finally:
        for region in (HOME, NEW):
            encrypt(cloud, buckets, region, None)
    assert (made["plan"], made["complete"]) == (["Bring 1 object (3 bytes) to ap-south-1"], True)
    assert (again["plan"], again["mutating"]) == ([], [])


def encrypt(cloud: LocalCloud, buckets: dict[str, str], region: str, key: str | None) -> None:
    algorithm = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key} if key else {"SSEAlgorithm": "AES256"}
    configuration = {"Rules": [{"ApplyServerSideEncryptionByDefault": algorithm, "BucketKeyEnabled": key is not None}]}
    cloud.client("s3", region).put_bucket_encryption(
        Bucket=buckets[region], ServerSideEncryptionConfiguration=configuration
    )


def test_what_only_a_destination_has_is_told_and_deleted_on_demand(
    modules: Modules, cloud: LocalCloud, buckets: dict[str, str], content: Content
) -> None:
    content.put(HOME, "kept")
    content.put(NEW, "left over")
    told = backfill(modules, buckets, regions=[NEW])
    assert (told["regions"][NEW]["extra"], told["regions"][NEW]["extra_keys"]) == (1, ["left over"])
    assert (told["complete"], sorted(content.of(NEW))) == (True, ["kept", "left over"])

    deleted = backfill(modules, buckets, regions=[NEW], delete_extra=True)
    assert deleted["plan"] == ["Put delete markers on 1 object in ap-south-1 that eu-north-1 lacks"]
    assert (deleted["regions"][NEW]["deleted"], sorted(content.of(NEW))) == (1, ["kept"])
    versions = cloud.client("s3", NEW).list_object_versions(Bucket=buckets[NEW], Prefix="left over")
    assert len(versions["Versions"]) == len(versions["DeleteMarkers"]) == 1
    assert backfill(modules, buckets, regions=[NEW], delete_extra=True)["mutating"] == []


def test_an_empty_source_empties_nothing(modules: Modules, buckets: dict[str, str], content: Content) -> None:
    content.put(NEW, "all that is left")
    with pytest.raises(ModuleFailed, match=f"delete_extra would empty {buckets[NEW]}"):
        backfill(modules, buckets, regions=[NEW], delete_extra=True)
    assert list(content.of(NEW)) == ["all that is left"]


def test_a_source_that_changes_meanwhile_is_compared_again(
    modules: Modules, buckets: dict[str, str], content: Content, cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("changes", "goes", "stays"):
        content.put(HOME, key)
    listed = BackfillApi.source_head

    def change_first(self: BackfillApi, item: Item) -> Any:
        monkeypatch.setattr(BackfillApi, "source_head", listed)
        content.put(HOME, "changes", b"newer")
        cloud.client("s3", HOME).delete_object(Bucket=buckets[HOME], Key="goes")
        return listed(self, item)

    monkeypatch.setattr(BackfillApi, "source_head", change_first)
    monkeypatch.setattr(work, "_WIDTH", 1)
    assert backfill(modules, buckets, regions=[NEW])["complete"]
    assert content.of(NEW) == content.of(HOME) and list(content.of(HOME)) == ["changes", "stays"]


def test_what_appears_in_the_source_meanwhile_is_not_deleted(
    modules: Modules, buckets: dict[str, str], content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    content.put(HOME, "kept")
    content.put(NEW, "kept")
    content.put(NEW, "fresh")
    asked = BackfillApi.source_has

    def write_first(self: BackfillApi, key: str) -> bool:
        content.put(HOME, "fresh")
        return asked(self, key)

    monkeypatch.setattr(BackfillApi, "source_has", write_first)
    backfill(modules, buckets, regions=[NEW], delete_extra=True)
    assert content.of(NEW) == content.of(HOME) and sorted(content.of(NEW)) == ["fresh", "kept"]


def test_the_deadline_says_how_to_go_on(modules: Modules, buckets: dict[str, str], content: Content) -> None:
    content.put(HOME, "index.html")
    with pytest.raises(ModuleFailed, match=r"after 0 s: 0 of 1 objects are.* with a larger wait_timeout"):
        backfill(modules, buckets, regions=[NEW], wait_timeout=0)


def test_a_bucket_that_is_not_there_is_a_sentence_and_in_check_mode_a_new_region(
    modules: Modules, buckets: dict[str, str], content: Content
) -> None:
    content.put(HOME, "index.html")
    planned = {**buckets, "eu-west-1": f"{buckets[HOME].replace(HOME, 'eu-west-1')}"}
    with pytest.raises(ModuleFailed, match=f"There is no bucket {planned['eu-west-1']} in eu-west-1: create it first"):
        backfill(modules, planned, regions=["eu-west-1"])
    foretold = backfill(modules, planned, regions=["eu-west-1"], check=True)
    assert foretold["plan"] == ["Bring 1 object (1 byte) to eu-west-1"]
    with pytest.raises(ModuleFailed) as failure:
        modules.run(MODULE, buckets=planned, source_region="eu-west-1")
    assert str(failure.value) == f"There is no bucket {planned['eu-west-1']} in eu-west-1: create it first."


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"source_region": "sa-east-1"}, "source_region: sa-east-1 is not among the Regions of buckets"),
        ({"regions": ["sa-east-1"]}, "regions: sa-east-1 is not among the Regions of buckets"),
        ({"method": "batch"}, "role_arn is missing"),
        ({"exclude_prefixes": ["_edge/", ""]}, "excludes everything"),
    ],
)
def test_what_cannot_be_is_said_before_the_first_call(
    modules: Modules, cloud: LocalCloud, buckets: dict[str, str], options: dict[str, Any], sentence: str
) -> None:
    before = len(cloud.requests())
    with pytest.raises(ModuleFailed, match=sentence):
        modules.run(MODULE, **{"buckets": buckets, "source_region": HOME, **options})
    assert cloud.requests(before) == []


ROLE = f"multiregion-edge-{SITE}-replication"


@pytest.fixture(scope="module")
def role(cloud: LocalCloud) -> str:
    services = ["s3.amazonaws.com", "batchoperations.s3.amazonaws.com"]
    trust = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}
    iam = cloud.client("iam")
    made = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=_policy(trust))
    everything = _policy({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    iam.put_role_policy(RoleName=ROLE, PolicyName="p", PolicyDocument=everything)
    arn: str = made["Role"]["Arn"]
    return arn


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def replicated(cloud: LocalCloud, buckets: dict[str, str], content: Content, role: str) -> dict[str, str]:
    """Two objects that were there before replication from HOME to NEW was set up."""
    content.put(HOME, "r/1/a")
    content.put(HOME, "r/1/b", b"bb")
    rule = {
        "ID": "to-new",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Enabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{buckets[NEW]}"},
    }
    cloud.client("s3", HOME).put_bucket_replication(
        Bucket=buckets[HOME], ReplicationConfiguration={"Role": role, "Rules": [rule]}
    )
    return buckets


def jobs(cloud: LocalCloud) -> list[str]:
    found = cloud.client("s3control", HOME).list_jobs(AccountId=cloud.account_id)
    return [job["JobId"] for job in found.get("Jobs", [])]


def test_a_job_brings_what_a_rule_leads_to_and_copies_bring_the_rest(
    modules: Modules, cloud: LocalCloud, replicated: dict[str, str], content: Content, role: str
) -> None:
    before = jobs(cloud)
    options = {"role_arn": role, "batch_threshold": 1}
    foretold = backfill(modules, replicated, check=True, **options)
    made = backfill(modules, replicated, **options)
    assert foretold["plan"] == [
        "Bring 2 objects (3 bytes) to ap-south-1 by a batch job in eu-north-1",
        "Bring 2 objects (3 bytes) to us-east-1",
    ]
    assert made["plan"] == foretold["plan"]
    assert content.of(NEW) == content.of(OTHER) == content.of(HOME)
    heads = [cloud.client("s3", region).head_object(Bucket=replicated[region], Key="r/1/a") for region in (NEW, OTHER)]
    assert [head.get("ReplicationStatus") for head in heads] == ["REPLICA", None]
    assert len(jobs(cloud)) == len(before) + 1
    assert backfill(modules, replicated, **options)["mutating"] == []


def test_a_run_that_was_stopped_joins_its_job(
    modules: Modules,
    cloud: LocalCloud,
    replicated: dict[str, str],
    content: Content,
    role: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = jobs(cloud)
    options = {"regions": [NEW], "role_arn": role, "method": "batch"}
    cloud.behave(batch_job_seconds=600)
    with pytest.raises(ModuleFailed, match=r"The batch job .*run it again to keep waiting"):
        backfill(modules, replicated, wait_timeout=0, **options)

    describe_job = BackfillApi.job

    def ends_when_it_is_asked_for(self: BackfillApi, job_id: str) -> dict[str, Any]:
        cloud.behave()
        return describe_job(self, job_id)

    monkeypatch.setattr(BackfillApi, "job", ends_when_it_is_asked_for)
    resumed = backfill(modules, replicated, **options)
    (created,) = set(jobs(cloud)) - set(before)
    assert resumed["plan"] == [
        f"Bring 2 objects (3 bytes) to ap-south-1 by the batch job {created} that runs already in eu-north-1"
    ]
    assert (resumed["mutating"], resumed["complete"], content.of(NEW)) == ([], True, content.of(HOME))


def test_what_a_job_cannot_do_the_next_run_asks_of_another_job_or_copies(
    modules: Modules, cloud: LocalCloud, replicated: dict[str, str], content: Content, role: str
) -> None:
    """S3 does not replicate a version again that is in the destination already, under a delete marker."""
    options = {"regions": [NEW], "role_arn": role}
    backfill(modules, replicated, method="batch", **options)
    before = jobs(cloud)
    cloud.client("s3", NEW).delete_object(Bucket=replicated[NEW], Key="r/1/a")
    with pytest.raises(ModuleFailed, match="Still to do after the batch job: Bring 1 object"):
        backfill(modules, replicated, method="batch", **options)
    assert len(jobs(cloud)) == len(before) + 1
    assert backfill(modules, replicated, **options)["complete"]
    assert content.of(NEW) == content.of(HOME)


def test_copies_follow_a_refused_job(modules: Modules, replicated: dict[str, str], content: Content, role: str) -> None:
    """The deployer may pass the site's own role only."""
    options = {"regions": [NEW], "batch_threshold": 1, "role_arn": f"{role}-of-others"}
    with pytest.raises(ModuleFailed, match=r"Could not bring 2 objects .* by a batch job in eu-north-1: AccessDenied"):
        backfill(modules, replicated, **{**options, "method": "batch"})
    made = backfill(modules, replicated, **options)
    assert "copied one by one: AccessDenied from CreateJob" in str(made["warnings"][-1])
    assert made["complete"] and content.of(NEW) == content.of(HOME)


def test_copies_follow_a_job_that_fails(
    modules: Modules, cloud: LocalCloud, replicated: dict[str, str], content: Content, role: str
) -> None:
    iam = cloud.client("iam")
    denied = _policy({"Effect": "Deny", "Action": "s3:InitiateReplication", "Resource": "*"})
    iam.put_role_policy(RoleName=ROLE, PolicyName="denied", PolicyDocument=denied)
    try:
        made = backfill(modules, replicated, regions=[NEW], batch_threshold=1, role_arn=role)
    finally:
        iam.delete_role_policy(RoleName=ROLE, PolicyName="denied")
    assert "did not replicate all: Complete, 0 of 2 objects, 2 failed" in str(made["warnings"][-1])
    assert made["complete"] and content.of(NEW) == content.of(HOME)
