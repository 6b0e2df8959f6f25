"""Failover: the routes of a Multi-Region Access Point, from the five Regions that tell and take them."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from localaws.tests.emulator.mrap_client import MrapClient, make_buckets
from localaws.tests.emulator.wire import code_of

NAME = "routes"
ALL = {"us-east-1": 100, "eu-west-1": 100, "ap-southeast-2": 100}


@pytest.fixture(scope="module")
def points(local_aws: LocalAws) -> MrapClient:
    client = MrapClient(local_aws)
    buckets = make_buckets(local_aws, NAME)
    for region, bucket in buckets.items():
        local_aws.client("s3", region).put_object(Bucket=bucket, Key="where", Body=region.encode())
    client.create(NAME, *buckets.values())
    return client


@pytest.fixture(scope="module")
def mrap(points: MrapClient) -> str:
    return points.arn(NAME)


@pytest.fixture(autouse=True)
def usual_behaviour(local_aws: LocalAws, points: MrapClient, mrap: str) -> Iterator[None]:
    yield
    local_aws.behave()
    points.dial(mrap, us_east_1=100, eu_west_1=100, ap_southeast_2=100)


def where(local_aws: LocalAws, mrap: str) -> str:
    return str(local_aws.client("s3").get_object(Bucket=mrap, Key="where")["Body"].read().decode())


def test_routes_not_named_keep_their_value(points: MrapClient, mrap: str) -> None:
    assert points.routes(mrap) == ALL
    points.dial(mrap, us_east_1=0)
    assert points.routes(mrap) == {**ALL, "us-east-1": 0}
    points.submit_routes(mrap, {"Bucket": f"{NAME}-eu-west-1", "TrafficDialPercentage": 0}, region="ap-southeast-2")
    assert points.routes(mrap, region="eu-west-1") == {**ALL, "us-east-1": 0, "eu-west-1": 0}


def test_five_regions_have_the_endpoint(local_aws: LocalAws, points: MrapClient, mrap: str) -> None:
    def ask(region: str) -> Any:
        client = local_aws.client("s3control", region)
        return client.get_multi_region_access_point_routes(AccountId=local_aws.account_id, Mrap=mrap)["Routes"]

    for region in ("us-east-1", "us-west-2", "ap-southeast-2", "ap-northeast-1", "eu-west-1"):
        assert len(ask(region)) == 3
    assert code_of(lambda: ask("eu-north-1")) == ("PermanentRedirect", 301)


@pytest.mark.parametrize(
    "updates",
    [
        [{"Region": "us-east-1", "TrafficDialPercentage": 50}],
        [{"Region": region, "TrafficDialPercentage": 0} for region in ALL],
        [{"Region": "eu-north-1", "TrafficDialPercentage": 0}],
        [{"Bucket": "no-member", "TrafficDialPercentage": 0}],
        [{"Bucket": f"{NAME}-us-east-1", "Region": "eu-west-1", "TrafficDialPercentage": 0}],
        [{"TrafficDialPercentage": 0}],
        [],
    ],
)
def test_updates_that_are_refused_change_nothing(points: MrapClient, mrap: str, updates: list[dict[str, Any]]) -> None:
    assert code_of(lambda: points.submit_routes(mrap, *updates)) == ("InvalidRequest", 400)
    assert points.routes(mrap) == ALL


def test_the_access_point_is_named_by_its_arn(points: MrapClient, mrap: str) -> None:
    for wrong in (NAME, mrap.replace("arn:aws:s3::", "arn:aws:s3:us-west-2:"), mrap.removesuffix(".mrap"), "random"):
        assert code_of(lambda wrong=wrong: points.dial(wrong, us_east_1=0)) == ("InvalidRequest", 400)  # type: ignore[misc]
    gone = f"{mrap.rpartition('/')[0]}/gone.mrap"
    assert code_of(lambda: points.routes(gone)) == ("NoSuchMultiRegionAccessPoint", 404)
    assert code_of(lambda: points.dial(gone, us_east_1=0)) == ("NoSuchMultiRegionAccessPoint", 404)


def test_one_region_has_nowhere_to_go(points: MrapClient) -> None:
    points.create("alone", f"{NAME}-us-east-1")
    arn = points.arn("alone")
    assert points.routes(arn) == {"us-east-1": 100}
    assert code_of(lambda: points.dial(arn, us_east_1=100)) == ("MethodNotAllowed", 405)


def test_routes_take_effect_later_and_one_after_the_other(local_aws: LocalAws, points: MrapClient, mrap: str) -> None:
    assert where(local_aws, mrap) == "us-east-1"
    local_aws.behave(mrap_routes_seconds=60.0)
    points.dial(mrap, us_east_1=0)
    assert points.routes(mrap) == ALL
    assert where(local_aws, mrap) == "us-east-1"
    assert code_of(lambda: points.dial(mrap, eu_west_1=0)) == ("OperationAborted", 409)
    local_aws.behave()
    assert points.routes(mrap) == {**ALL, "us-east-1": 0}  # the first has won
    assert where(local_aws, mrap) == "eu-west-1"


def test_an_endpoint_may_be_unavailable(
    local_aws: LocalAws, points: MrapClient, mrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)  # botocore tries again
    local_aws.behave(routes_unavailable="us-west-2, us-east-1")
    assert code_of(lambda: points.routes(mrap)) == ("SlowDown", 503)
    assert code_of(lambda: points.dial(mrap, us_east_1=0)) == ("SlowDown", 503)
    assert points.routes(mrap, region="eu-west-1") == ALL
    assert points.get(NAME)["Status"] == "READY"  # only routes are asked there
