"""Failover: the routes of a Multi-Region Access Point, at the endpoints of five Regions."""

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
def mraps(local_aws: LocalAws) -> MrapClient:
    client = MrapClient(local_aws)
    buckets = make_buckets(local_aws, NAME)
    for region, bucket in buckets.items():
        local_aws.client("s3", region).put_object(Bucket=bucket, Key="where", Body=region.encode())
    client.create(NAME, *buckets.values())
    return client


@pytest.fixture(scope="module")
def mrap(mraps: MrapClient) -> str:
    return mraps.arn(NAME)


@pytest.fixture(autouse=True)
def usual_behaviour(local_aws: LocalAws, mraps: MrapClient, mrap: str) -> Iterator[None]:
    yield
    local_aws.behave()
    mraps.dial(mrap, us_east_1=100, eu_west_1=100, ap_southeast_2=100)


def where(local_aws: LocalAws, mrap: str) -> str:
    return str(local_aws.client("s3").get_object(Bucket=mrap, Key="where")["Body"].read().decode())


def test_routes_not_named_keep_their_value(mraps: MrapClient, mrap: str) -> None:
    assert mraps.routes(mrap) == ALL
    mraps.dial(mrap, us_east_1=0)
    assert mraps.routes(mrap) == {**ALL, "us-east-1": 0}
    mraps.submit_routes(mrap, {"Bucket": f"{NAME}-eu-west-1", "TrafficDialPercentage": 0}, region="ap-southeast-2")
    assert mraps.routes(mrap, region="eu-west-1") == {**ALL, "us-east-1": 0, "eu-west-1": 0}


def test_five_regions_have_the_endpoint(local_aws: LocalAws, mraps: MrapClient, mrap: str) -> None:
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
def test_updates_that_are_refused_change_nothing(mraps: MrapClient, mrap: str, updates: list[dict[str, Any]]) -> None:
    assert code_of(lambda: mraps.submit_routes(mrap, *updates)) == ("InvalidRequest", 400)
    assert mraps.routes(mrap) == ALL


def test_routes_need_the_arn_of_the_mrap(mraps: MrapClient, mrap: str) -> None:
    for wrong in (NAME, mrap.replace("arn:aws:s3::", "arn:aws:s3:us-west-2:"), mrap.removesuffix(".mrap"), "random"):
        assert code_of(lambda wrong=wrong: mraps.dial(wrong, us_east_1=0)) == ("InvalidRequest", 400)  # type: ignore[misc]
    gone = f"{mrap.rpartition('/')[0]}/gone.mrap"
    assert code_of(lambda: mraps.routes(gone)) == ("NoSuchMultiRegionAccessPoint", 404)
    assert code_of(lambda: mraps.dial(gone, us_east_1=0)) == ("NoSuchMultiRegionAccessPoint", 404)


def test_one_region_cannot_fail_over(mraps: MrapClient) -> None:
    mraps.create("alone", f"{NAME}-us-east-1")
    arn = mraps.arn("alone")
    assert mraps.routes(arn) == {"us-east-1": 100}
    assert code_of(lambda: mraps.dial(arn, us_east_1=100)) == ("MethodNotAllowed", 405)


def test_routes_take_effect_later_and_one_after_the_other(local_aws: LocalAws, mraps: MrapClient, mrap: str) -> None:
    assert where(local_aws, mrap) == "us-east-1"
    local_aws.behave(mrap_routes_seconds=60.0)
    mraps.dial(mrap, us_east_1=0)
    assert mraps.routes(mrap) == ALL
    assert where(local_aws, mrap) == "us-east-1"
    assert code_of(lambda: mraps.dial(mrap, eu_west_1=0)) == ("OperationAborted", 409)
    local_aws.behave()
    assert mraps.routes(mrap) == {**ALL, "us-east-1": 0}  # the first one is in effect
    assert where(local_aws, mrap) == "eu-west-1"


def test_an_endpoint_may_be_unavailable(
    local_aws: LocalAws, mraps: MrapClient, mrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)  # botocore tries again
    local_aws.behave(routes_unavailable="us-west-2, us-east-1")
    assert code_of(lambda: mraps.routes(mrap)) == ("SlowDown", 503)
    assert code_of(lambda: mraps.dial(mrap, us_east_1=0)) == ("SlowDown", 503)
    assert mraps.routes(mrap, region="eu-west-1") == ALL
    assert mraps.get(NAME)["Status"] == "READY"  # only routes use that endpoint
