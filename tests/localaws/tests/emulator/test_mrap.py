"""Multi-Region Access Points are created and deleted as AWS does it: later, once for a token, and not always well."""

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
def points(local_aws: LocalAws) -> MrapClient:
    return MrapClient(local_aws)


@pytest.fixture(scope="module")
def buckets(local_aws: LocalAws) -> list[str]:
    found = make_buckets(local_aws, "points")
    for region, bucket in found.items():
        local_aws.client("s3", region).put_object(Bucket=bucket, Key="where", Body=region.encode())
    return list(found.values())


@pytest.fixture(autouse=True)
def usual_behaviour(local_aws: LocalAws) -> Iterator[None]:
    yield
    local_aws.behave()


def test_what_was_created_is_told(points: MrapClient, buckets: list[str]) -> None:
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": True}
    block["RestrictPublicBuckets"] = False
    arn = points.create("told", *buckets, PublicAccessBlock=block)
    assert re.fullmatch(rf"arn:aws:s3:us-west-2:{points.account_id}:async-request/mrap/create/[-0-9a-f]+", arn)
    operation = points.operation(arn)
    assert (operation["Operation"], operation["RequestStatus"]) == ("CreateMultiRegionAccessPoint", "SUCCEEDED")
    asked = operation["RequestParameters"]["CreateMultiRegionAccessPointRequest"]
    members = [{"Bucket": bucket} for bucket in buckets]
    assert asked == {"Name": "told", "PublicAccessBlock": block, "Regions": members}
    by_region = operation["ResponseDetails"]["MultiRegionAccessPointDetails"]["Regions"]
    assert by_region == [{"Name": region, "RequestStatus": "SUCCEEDED"} for region in REGIONS]
    found = points.get("told")
    assert re.fullmatch(r"[a-z][a-z0-9]*\.mrap", found["Alias"])
    assert (found["Status"], found["PublicAccessBlock"]) == ("READY", block)
    assert found["Regions"] == [
        {"Bucket": bucket, "Region": region, "BucketAccountId": points.account_id}
        for bucket, region in zip(buckets, REGIONS, strict=True)
    ]
    points.create("blocked", *buckets)
    assert set(points.get("blocked")["PublicAccessBlock"].values()) == {True}
    assert {"told", "blocked"} <= points.names()


@pytest.mark.parametrize("name", ["ab", "a" * 51, "-ab", "ab-", "a_b", "a.b", "Abc"])
def test_a_name_that_is_none_is_refused(points: MrapClient, buckets: list[str], name: str) -> None:
    assert code_of(lambda: points.create(name, *buckets)) == ("InvalidRequest", 400)


def test_what_aws_refuses_at_once(local_aws: LocalAws, points: MrapClient, buckets: list[str]) -> None:
    eighteen = [f"bucket-{number}" for number in range(18)]
    refused = code_of(lambda: points.create("many-regions", *eighteen))
    assert refused == ("TooManyMultiRegionAccessPointregionsError", 400)
    assert code_of(lambda: points.create("no-regions")) == ("InvalidRequest", 400)
    elsewhere = local_aws.client("s3control", "eu-west-1")
    listing = code_of(lambda: elsewhere.list_multi_region_access_points(AccountId=local_aws.account_id))
    assert listing == ("PermanentRedirect", 301)
    assert code_of(lambda: points.operation("arn:aws:s3:us-west-2:1:async-request/mrap/create/none")) == (
        "NoSuchAsyncRequest",
        404,
    )


def test_what_aws_refuses_later(local_aws: LocalAws, points: MrapClient, buckets: list[str]) -> None:
    other = f"{buckets[1]}-other"
    location = {"LocationConstraint": "eu-west-1"}
    local_aws.client("s3", "eu-west-1").create_bucket(Bucket=other, CreateBucketConfiguration=location)
    unsupported = make_buckets(local_aws, "points", ("mx-central-1",))["mx-central-1"]
    points.create("owned", *buckets)
    foreign = [{"Bucket": buckets[0], "BucketAccountId": "999999999999"}]
    for arn, wanted in (
        (points.create("missing", buckets[0], "no-such-bucket-here"), "NoSuchBucket"),
        (points.create("same", buckets[1], other), "MultiRegionAccessPointSameBucketRegion"),
        (points.create("twice", buckets[1], buckets[1]), "MultiRegionAccessPointSameBucketRegion"),
        (points.create("owned", buckets[0]), "MultiRegionAccessPointAlreadyOwnedByYou"),
        (points.create("unsupported", buckets[0], unsupported), "MultiRegionAccessPointUnsupportedRegion"),
        (points.create("foreign", Regions=foreign), "AccessDenied"),
        (points.delete("never-was"), "NoSuchMultiRegionAccessPoint"),
    ):
        assert points.outcome(arn) == wanted
    assert code_of(lambda: points.get("missing")) == GONE


def test_an_account_has_one_hundred(points: MrapClient, buckets: list[str]) -> None:
    before = points.names()
    for number in range(100 - len(before)):
        points.create(f"one-of-{number}", buckets[0])
    try:
        assert code_of(lambda: points.create("one-more", buckets[0])) == ("TooManyMultiRegionAccessPoints", 400)
    finally:
        for name in points.names() - before:
            points.delete(name)
    assert points.outcome(points.create("one-more", buckets[0])) == "SUCCEEDED"


def test_creation_takes_its_time(local_aws: LocalAws, points: MrapClient, buckets: list[str]) -> None:
    s3 = local_aws.client("s3")
    local_aws.behave(mrap_seconds=1.2)
    arn = points.create("slow", *buckets)
    assert points.outcome(arn) == "NEW"
    until(lambda: points.outcome(arn), "IN_PROGRESS")
    assert points.get("slow")["Status"] == "CREATING"
    mrap = points.arn("slow")
    assert code_of(lambda: s3.get_object(Bucket=mrap, Key="where")) == GONE
    assert code_of(lambda: points.routes(mrap)) == GONE
    assert points.outcome(points.create("slow", *buckets)) == "NEW"  # that it cannot be is told later, too
    local_aws.behave(mrap_done_status="SUCCESS")  # at once: that holds for what is under way, too
    assert points.outcome(arn) == "SUCCESS"
    assert points.get("slow")["Status"] == "READY"
    assert s3.get_object(Bucket=mrap, Key="where")["Body"].read() == b"us-east-1"


def test_what_is_over_stays_over(local_aws: LocalAws, points: MrapClient, buckets: list[str]) -> None:
    local_aws.behave(mrap_seconds=0.05)
    arn = points.create("over", *buckets)
    time.sleep(0.06)
    local_aws.behave(mrap_seconds=60.0, mrap_failure="InternalErrors")
    assert (points.outcome(arn), points.get("over")["Status"]) == ("SUCCEEDED", "READY")


def test_a_new_access_point_may_be_invisible(local_aws: LocalAws, points: MrapClient, buckets: list[str]) -> None:
    local_aws.behave(mrap_seconds=60.0, mrap_invisible_seconds=60.0)
    points.create("unseen", *buckets)
    assert code_of(lambda: points.get("unseen")) == GONE
    assert "unseen" not in points.names()
    deletion = points.delete("unseen")
    local_aws.behave(mrap_seconds=60.0)
    assert points.get("unseen")["Status"] == "CREATING"
    assert "unseen" in points.names()
    local_aws.behave()
    assert points.outcome(deletion) == "NoSuchMultiRegionAccessPoint"


def test_a_token_is_for_one_operation(local_aws: LocalAws, points: MrapClient, buckets: list[str]) -> None:
    local_aws.behave(mrap_seconds=60.0)
    first = points.create("token", *buckets, token="token-1")
    assert points.create("token", *buckets, token="token-1") == first
    conflict = ("ClientTokenConflict", 409)
    assert code_of(lambda: points.create("token", buckets[0], token="token-1")) == conflict
    assert code_of(lambda: points.delete("token", token="token-1")) == conflict
    local_aws.behave()
    assert points.create("token", *buckets, token="token-1") == first
    assert points.outcome(points.delete("token", token="token-2")) == "SUCCEEDED"
    # The old operation answers, though what it created is no more.
    assert (points.create("token", *buckets, token="token-1"), points.outcome(first)) == (first, "SUCCEEDED")
    assert code_of(lambda: points.get("token")) == GONE
    # A failure answers for its token, too.
    local_aws.behave(mrap_failure="InternalErrors")
    failed = points.create("token", *buckets, token="token-3")
    local_aws.behave()
    assert (points.create("token", *buckets, token="token-3"), points.outcome(failed)) == (failed, "InternalErrors")
    assert code_of(lambda: points.create("token", *buckets, token="with space")) == ("InvalidRequest", 400)


def test_operations_fail_with_http_200(local_aws: LocalAws, points: MrapClient, buckets: list[str]) -> None:
    points.create("stays", *buckets)
    local_aws.behave(mrap_failure="InternalErrors", mrap_seconds=60.0)
    creation, deletion = points.create("fails", *buckets), points.delete("stays")
    assert points.get("fails")["Status"] == "CREATING"
    local_aws.behave(mrap_failure="InternalErrors")
    for arn, name in ((creation, "fails"), (deletion, "stays")):
        details = points.operation(arn)["ResponseDetails"]["ErrorDetails"]
        assert (details["Code"], details["Resource"]) == ("InternalErrors", name)
        assert details["Message"] and details["RequestId"]
    assert code_of(lambda: points.get("fails")) == GONE
    assert points.get("stays")["Status"] == "READY"


@pytest.mark.parametrize("way_on", ["create", "delete"])
def test_creation_may_stop_half_way(local_aws: LocalAws, points: MrapClient, buckets: list[str], way_on: str) -> None:
    name = f"half-{way_on}"
    local_aws.behave(mrap_partial=True)
    assert points.outcome(points.create(name, *buckets)) == "InternalErrors"
    assert points.get(name)["Status"] == "PARTIALLY_CREATED"
    assert points.outcome(points.put_policy(name, "{}")) == "MultiRegionAccessPointNotReady"
    assert points.outcome(points.create(name, buckets[0])) == "MultiRegionAccessPointAlreadyOwnedByYou"
    mrap = points.arn(name)
    assert code_of(lambda: local_aws.client("s3").get_object(Bucket=mrap, Key="where")) == GONE
    if way_on == "create":
        assert points.outcome(points.create(name, *buckets)) == "SUCCEEDED"
        assert points.get(name)["Status"] == "READY"
    else:
        local_aws.behave()
        assert points.outcome(points.delete(name)) == "SUCCEEDED"
        assert code_of(lambda: points.get(name)) == GONE


def test_deletion_takes_its_time(local_aws: LocalAws, points: MrapClient, buckets: list[str]) -> None:
    s3 = local_aws.client("s3")
    points.create("ends", *buckets)
    alias, mrap = points.get("ends")["Alias"], points.arn("ends")
    local_aws.behave(mrap_seconds=60.0)
    arn = points.delete("ends", token="ends")
    assert (points.outcome(arn), points.get("ends")["Status"]) == ("NEW", "DELETING")
    assert code_of(lambda: s3.get_object(Bucket=mrap, Key="where")) == GONE
    assert points.delete("ends", token="ends") == arn
    late = points.delete("ends"), points.create("ends", *buckets)
    local_aws.behave()
    assert points.outcome(arn) == "SUCCEEDED"
    assert points.outcome(late[0]) == "MultiRegionAccessPointModifiedByAnotherRequest"
    assert points.outcome(late[1]) == "MultiRegionAccessPointAlreadyOwnedByYou"
    assert code_of(lambda: points.get("ends")) == GONE
    points.create("ends", *buckets)
    assert points.get("ends")["Alias"] != alias
    assert code_of(lambda: s3.get_object(Bucket=mrap, Key="where")) == GONE


def test_deletion_may_stop_half_way(local_aws: LocalAws, points: MrapClient, buckets: list[str]) -> None:
    points.create("half", *buckets)
    local_aws.behave(mrap_partial=True)
    arn = points.delete("half", token="half-1")
    assert (points.outcome(arn), points.get("half")["Status"]) == ("InternalErrors", "PARTIALLY_DELETED")
    assert points.delete("half", token="half-1") == arn  # the same token is no second try
    assert points.outcome(points.delete("half", token="half-2")) == "SUCCEEDED"
    assert code_of(lambda: points.get("half")) == GONE


def test_a_creation_that_runs_cannot_be_changed(local_aws: LocalAws, points: MrapClient, buckets: list[str]) -> None:
    local_aws.behave(mrap_seconds=60.0)
    points.create("runs", *buckets)
    changes: list[Callable[[], Any]] = [lambda: points.delete("runs"), lambda: points.put_policy("runs", "{}")]
    arns = [change() for change in changes]
    local_aws.behave()
    assert {points.outcome(arn) for arn in arns} == {"MultiRegionAccessPointNotReady"}
    assert points.get("runs")["Status"] == "READY"


def test_a_member_cannot_be_deleted(local_aws: LocalAws, points: MrapClient) -> None:
    s3 = local_aws.client("s3")
    s3.create_bucket(Bucket="points-member")
    points.create("member", "points-member")
    assert code_of(lambda: s3.delete_bucket(Bucket="points-member")) == ("BucketHasAccessPointsAttached", 400)
    points.delete("member")
    s3.delete_bucket(Bucket="points-member")
