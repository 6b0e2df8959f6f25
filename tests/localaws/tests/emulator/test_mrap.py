"""Creation and deletion of Multi-Region Access Points: asynchronous, idempotent by token, and with failures."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from localaws.tests.emulator.mrap_client import REGIONS, MrapClient, make_buckets, until
from localaws.tests.emulator.wire import code_of

GONE = ("NoSuchMultiRegionAccessPoint", 404)


@pytest.fixture(scope="module")
def mraps(local_aws: LocalAws) -> MrapClient:
    return MrapClient(local_aws)


@pytest.fixture(scope="module")
def buckets(local_aws: LocalAws) -> list[str]:
    found = make_buckets(local_aws, "mraps")
    for region, bucket in found.items():
        local_aws.client("s3", region).put_object(Bucket=bucket, Key="where", Body=region.encode())
    return list(found.values())


@pytest.fixture(autouse=True)
def usual_behaviour(local_aws: LocalAws) -> Iterator[None]:
    yield
    local_aws.behave()


def test_a_created_mrap_is_returned(mraps: MrapClient, buckets: list[str]) -> None:
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": True}
    block["RestrictPublicBuckets"] = False
    arn = mraps.create("created", *buckets, PublicAccessBlock=block)
    assert re.fullmatch(rf"arn:aws:s3:us-west-2:{mraps.account_id}:async-request/mrap/create/[-0-9a-f]+", arn)
    operation = mraps.operation(arn)
    assert (operation["Operation"], operation["RequestStatus"]) == ("CreateMultiRegionAccessPoint", "SUCCEEDED")
    asked = operation["RequestParameters"]["CreateMultiRegionAccessPointRequest"]
    members = [{"Bucket": bucket} for bucket in buckets]
    assert asked == {"Name": "created", "PublicAccessBlock": block, "Regions": members}
    by_region = operation["ResponseDetails"]["MultiRegionAccessPointDetails"]["Regions"]
    assert by_region == [{"Name": region, "RequestStatus": "SUCCEEDED"} for region in REGIONS]
    found = mraps.get("created")
    assert re.fullmatch(r"[a-z][a-z0-9]*\.mrap", found["Alias"])
    assert (found["Status"], found["PublicAccessBlock"]) == ("READY", block)
    assert found["Regions"] == [
        {"Bucket": bucket, "Region": region, "BucketAccountId": mraps.account_id}
        for bucket, region in zip(buckets, REGIONS, strict=True)
    ]
    mraps.create("blocked", *buckets)
    assert set(mraps.get("blocked")["PublicAccessBlock"].values()) == {True}
    assert {"created", "blocked"} <= mraps.names()


@pytest.mark.parametrize("name", ["ab", "a" * 51, "-ab", "ab-", "a_b", "a.b", "Abc"])
def test_an_invalid_name_is_refused(mraps: MrapClient, buckets: list[str], name: str) -> None:
    assert code_of(lambda: mraps.create(name, *buckets)) == ("InvalidRequest", 400)


def test_immediate_refusals(local_aws: LocalAws, mraps: MrapClient, buckets: list[str]) -> None:
    eighteen = [f"bucket-{number}" for number in range(18)]
    refused = code_of(lambda: mraps.create("many-regions", *eighteen))
    assert refused == ("TooManyMultiRegionAccessPointregionsError", 400)
    assert code_of(lambda: mraps.create("no-regions")) == ("InvalidRequest", 400)
    elsewhere = local_aws.client("s3control", "eu-west-1")
    listing = code_of(lambda: elsewhere.list_multi_region_access_points(AccountId=local_aws.account_id))
    assert listing == ("PermanentRedirect", 301)
    assert code_of(lambda: mraps.operation("arn:aws:s3:us-west-2:1:async-request/mrap/create/none")) == (
        "NoSuchAsyncRequest",
        404,
    )


def test_refusals_by_the_operation(local_aws: LocalAws, mraps: MrapClient, buckets: list[str]) -> None:
    other = f"{buckets[1]}-other"
    location = {"LocationConstraint": "eu-west-1"}
    local_aws.client("s3", "eu-west-1").create_bucket(Bucket=other, CreateBucketConfiguration=location)
    unsupported = make_buckets(local_aws, "mraps", ("mx-central-1",))["mx-central-1"]
    mraps.create("owned", *buckets)
    of_another_account = [{"Bucket": buckets[0], "BucketAccountId": "999999999999"}]
    for arn, wanted in (
        (mraps.create("missing", buckets[0], "no-such-bucket-here"), "NoSuchBucket"),
        (mraps.create("same", buckets[1], other), "MultiRegionAccessPointSameBucketRegion"),
        (mraps.create("twice", buckets[1], buckets[1]), "MultiRegionAccessPointSameBucketRegion"),
        (mraps.create("owned", buckets[0]), "MultiRegionAccessPointAlreadyOwnedByYou"),
        (mraps.create("unsupported", buckets[0], unsupported), "MultiRegionAccessPointUnsupportedRegion"),
        (mraps.create("another-account", Regions=of_another_account), "AccessDenied"),
        (mraps.delete("never-was"), "NoSuchMultiRegionAccessPoint"),
    ):
        assert mraps.outcome(arn) == wanted
    assert code_of(lambda: mraps.get("missing")) == GONE


def test_an_account_has_at_most_one_hundred(mraps: MrapClient, buckets: list[str]) -> None:
    before = mraps.names()
    for number in range(100 - len(before)):
        mraps.create(f"one-of-{number}", buckets[0])
    try:
        assert code_of(lambda: mraps.create("one-more", buckets[0])) == ("TooManyMultiRegionAccessPoints", 400)
    finally:
        for name in mraps.names() - before:
            mraps.delete(name)
    assert mraps.outcome(mraps.create("one-more", buckets[0])) == "SUCCEEDED"


def test_creation_takes_its_time(local_aws: LocalAws, mraps: MrapClient, buckets: list[str]) -> None:
    s3 = local_aws.client("s3")
    local_aws.behave(mrap_seconds=1.2)
    arn = mraps.create("slow", *buckets)
    assert mraps.outcome(arn) == "NEW"
    until(lambda: mraps.outcome(arn), "IN_PROGRESS")
    assert mraps.get("slow")["Status"] == "CREATING"
    mrap = mraps.arn("slow")
    assert code_of(lambda: s3.get_object(Bucket=mrap, Key="where")) == GONE
    assert code_of(lambda: mraps.routes(mrap)) == GONE
    assert mraps.outcome(mraps.create("slow", *buckets)) == "NEW"  # the refusal is asynchronous, too
    local_aws.behave(mrap_done_status="SUCCESS")  # it also applies to the operation in progress
    assert mraps.outcome(arn) == "SUCCESS"
    assert mraps.get("slow")["Status"] == "READY"
    assert s3.get_object(Bucket=mrap, Key="where")["Body"].read() == b"us-east-1"


def test_a_completed_operation_stays_completed(local_aws: LocalAws, mraps: MrapClient, buckets: list[str]) -> None:
    local_aws.behave(mrap_seconds=0.05)
    arn = mraps.create("over", *buckets)
    time.sleep(0.06)
    local_aws.behave(mrap_seconds=60.0, mrap_failure="InternalErrors")
    assert (mraps.outcome(arn), mraps.get("over")["Status"]) == ("SUCCEEDED", "READY")


def test_a_new_mrap_may_be_invisible(local_aws: LocalAws, mraps: MrapClient, buckets: list[str]) -> None:
    local_aws.behave(mrap_seconds=60.0, mrap_invisible_seconds=60.0)
    mraps.create("unseen", *buckets)
    assert code_of(lambda: mraps.get("unseen")) == GONE
    assert "unseen" not in mraps.names()
    deletion = mraps.delete("unseen")
    local_aws.behave(mrap_seconds=60.0)
    assert mraps.get("unseen")["Status"] == "CREATING"
    assert "unseen" in mraps.names()
    local_aws.behave()
    assert mraps.outcome(deletion) == "NoSuchMultiRegionAccessPoint"


def test_a_token_is_for_one_operation(local_aws: LocalAws, mraps: MrapClient, buckets: list[str]) -> None:
    local_aws.behave(mrap_seconds=60.0)
    first = mraps.create("token", *buckets, token="token-1")
    assert mraps.create("token", *buckets, token="token-1") == first
    conflict = ("ClientTokenConflict", 409)
    assert code_of(lambda: mraps.create("token", buckets[0], token="token-1")) == conflict
    assert code_of(lambda: mraps.delete("token", token="token-1")) == conflict
    local_aws.behave()
    assert mraps.create("token", *buckets, token="token-1") == first
    assert mraps.outcome(mraps.delete("token", token="token-2")) == "SUCCEEDED"
    # The old operation is returned, although its MRAP is deleted.
    assert (mraps.create("token", *buckets, token="token-1"), mraps.outcome(first)) == (first, "SUCCEEDED")
    assert code_of(lambda: mraps.get("token")) == GONE
    # A failed operation is returned for its token, too.
    local_aws.behave(mrap_failure="InternalErrors")
    failed = mraps.create("token", *buckets, token="token-3")
    local_aws.behave()
    assert (mraps.create("token", *buckets, token="token-3"), mraps.outcome(failed)) == (failed, "InternalErrors")
    assert code_of(lambda: mraps.create("token", *buckets, token="with space")) == ("InvalidRequest", 400)


def test_operations_fail_with_http_200(local_aws: LocalAws, mraps: MrapClient, buckets: list[str]) -> None:
    mraps.create("stays", *buckets)
    local_aws.behave(mrap_failure="InternalErrors", mrap_seconds=60.0)
    creation, deletion = mraps.create("fails", *buckets), mraps.delete("stays")
    assert mraps.get("fails")["Status"] == "CREATING"
    local_aws.behave(mrap_failure="InternalErrors")
    for arn, name in ((creation, "fails"), (deletion, "stays")):
        details = mraps.operation(arn)["ResponseDetails"]["ErrorDetails"]
        assert (details["Code"], details["Resource"]) == ("InternalErrors", name)
        assert details["Message"] and details["RequestId"]
    assert code_of(lambda: mraps.get("fails")) == GONE
    assert mraps.get("stays")["Status"] == "READY"


@pytest.mark.parametrize("way_on", ["create", "delete"])
def test_creation_may_stop_half_way(local_aws: LocalAws, mraps: MrapClient, buckets: list[str], way_on: str) -> None:
    name = f"half-{way_on}"
    local_aws.behave(mrap_partial=True)
    assert mraps.outcome(mraps.create(name, *buckets)) == "InternalErrors"
    assert mraps.get(name)["Status"] == "PARTIALLY_CREATED"
    assert mraps.outcome(mraps.put_policy(name, "{}")) == "MultiRegionAccessPointNotReady"
    assert mraps.outcome(mraps.create(name, buckets[0])) == "MultiRegionAccessPointAlreadyOwnedByYou"
    mrap = mraps.arn(name)
    assert code_of(lambda: local_aws.client("s3").get_object(Bucket=mrap, Key="where")) == GONE
    if way_on == "create":
        assert mraps.outcome(mraps.create(name, *buckets)) == "SUCCEEDED"
        assert mraps.get(name)["Status"] == "READY"
    else:
        local_aws.behave()
        assert mraps.outcome(mraps.delete(name)) == "SUCCEEDED"
        assert code_of(lambda: mraps.get(name)) == GONE


def test_deletion_takes_its_time(local_aws: LocalAws, mraps: MrapClient, buckets: list[str]) -> None:
    s3 = local_aws.client("s3")
    mraps.create("ends", *buckets)
    alias, mrap = mraps.get("ends")["Alias"], mraps.arn("ends")
    local_aws.behave(mrap_seconds=60.0)
    arn = mraps.delete("ends", token="ends")
    assert (mraps.outcome(arn), mraps.get("ends")["Status"]) == ("NEW", "DELETING")
    assert code_of(lambda: s3.get_object(Bucket=mrap, Key="where")) == GONE
    assert mraps.delete("ends", token="ends") == arn
    late = mraps.delete("ends"), mraps.create("ends", *buckets)
    local_aws.behave()
    assert mraps.outcome(arn) == "SUCCEEDED"
    assert mraps.outcome(late[0]) == "MultiRegionAccessPointModifiedByAnotherRequest"
    assert mraps.outcome(late[1]) == "MultiRegionAccessPointAlreadyOwnedByYou"
    assert code_of(lambda: mraps.get("ends")) == GONE
    mraps.create("ends", *buckets)
    assert mraps.get("ends")["Alias"] != alias
    assert code_of(lambda: s3.get_object(Bucket=mrap, Key="where")) == GONE


def test_deletion_may_stop_half_way(local_aws: LocalAws, mraps: MrapClient, buckets: list[str]) -> None:
    mraps.create("half", *buckets)
    local_aws.behave(mrap_partial=True)
    arn = mraps.delete("half", token="half-1")
    assert (mraps.outcome(arn), mraps.get("half")["Status"]) == ("InternalErrors", "PARTIALLY_DELETED")
    assert mraps.delete("half", token="half-1") == arn  # the same token does not retry
    assert mraps.outcome(mraps.delete("half", token="half-2")) == "SUCCEEDED"
    assert code_of(lambda: mraps.get("half")) == GONE


def test_a_creation_in_progress_cannot_be_changed(local_aws: LocalAws, mraps: MrapClient, buckets: list[str]) -> None:
    local_aws.behave(mrap_seconds=60.0)
    mraps.create("runs", *buckets)
    changes: list[Callable[[], Any]] = [lambda: mraps.delete("runs"), lambda: mraps.put_policy("runs", "{}")]
    arns = [change() for change in changes]
    local_aws.behave()
    assert {mraps.outcome(arn) for arn in arns} == {"MultiRegionAccessPointNotReady"}
    assert mraps.get("runs")["Status"] == "READY"


def test_a_member_cannot_be_deleted(local_aws: LocalAws, mraps: MrapClient) -> None:
    s3 = local_aws.client("s3")
    s3.create_bucket(Bucket="mraps-member")
    mraps.create("member", "mraps-member")
    assert code_of(lambda: s3.delete_bucket(Bucket="mraps-member")) == ("BucketHasAccessPointsAttached", 400)
    mraps.delete("member")
    s3.delete_bucket(Bucket="mraps-member")
