# SPDX-License-Identifier: GPL-3.0-or-later

"""After a failure the request goes to the next bucket, without the headers that CloudFront adds for the failover."""

from __future__ import annotations

import copy
import typing as t
from pathlib import Path

import pytest
from edge.bucket_origins import DNS_RECORD, NAME, REGION_MAP, Record, asked, failing_over, shop
from edge.origin_events import BUCKETS, custom, event, host_of, packaged, verified


@pytest.mark.parametrize(
    ("region", "own", "bucket"),
    [
        ("eu-west-1", "shop-us", "blog-eu"),
        ("eu-west-1", "shop-eu", "blog-eu"),
        ("us-west-2", "shop-us", "shop-us"),
        ("sa-east-1", "shop-eu", "shop-eu"),
        (None, "blog-eu", "blog-eu"),
    ],
    ids=["by next", "not its own", "not in next", "in no map", "no Region"],
)
def test_a_failover_request_goes_to_the_next_bucket_of_the_region_or_the_origins_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, region: str | None, own: str, bucket: str
) -> None:
    """It never goes to the bucket in the map, which has failed."""
    if region is None:
        monkeypatch.delenv("AWS_REGION")
    else:
        monkeypatch.setenv("AWS_REGION", region)
    with packaged(tmp_path, {**REGION_MAP, "next": {"eu-west-1": "blog-eu"}}) as module:
        assert asked(module.handler(failing_over(own))) == bucket


@pytest.mark.parametrize("own", ["shop-eu", "shop-us"])
def test_without_next_a_failover_request_goes_to_the_origins_own_bucket(by_region: t.Any, own: str) -> None:
    assert asked(by_region(failing_over(own))) == own


@pytest.mark.parametrize("more", [{}, {"default": "shop-eu"}], ids=["no default", "a default"])
def test_without_near_a_failover_request_makes_no_dns_query(
    tmp_path: Path, record: Record, more: dict[str, str]
) -> None:
    record.answers[NAME] = (["shop-eu"], 60)
    with packaged(tmp_path, {**DNS_RECORD, **more}) as module, record.instead_of_dns():
        assert asked(module.handler(failing_over("shop-us", X_Origin_Record=NAME))) == "shop-us"
        assert record.asked == []
        assert asked(module.handler(shop())) == "shop-eu"


NEAR = {"near": {"eu-west-1": ["shop-eu", "blog-eu"]}, "default": "blog-eu"}


@pytest.mark.parametrize(
    ("region", "texts", "first", "second"),
    [
        ("eu-west-1", ["shop-us"], "shop-us", "shop-eu"),
        ("eu-west-1", ["shop-eu"], "shop-eu", "blog-eu"),
        ("eu-west-1", None, "blog-eu", "shop-eu"),
        ("us-west-2", ["shop-eu"], "shop-eu", "shop-us"),
    ],
    ids=["the nearest", "the nearest has failed", "the record cannot be read", "not in near: its own"],
)
def test_a_failover_request_goes_to_the_nearest_bucket_that_the_record_does_not_name(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record: Record,
    region: str,
    texts: list[str] | None,
    first: str,
    second: str,
) -> None:
    monkeypatch.setenv("AWS_REGION", region)
    if texts:
        record.answers[NAME] = (texts, 60)
    with packaged(tmp_path, {**DNS_RECORD, **NEAR}) as module, record.instead_of_dns():
        assert asked(module.handler(shop())) == first
        assert asked(module.handler(failing_over("shop-us"))) == second
    assert len(record.asked) == 1


def test_among_several_shares_it_is_a_bucket_that_the_request_has_not_been_sent_to(
    tmp_path: Path, record: Record
) -> None:
    record.answers[NAME] = (["shop-eu 1", "blog-eu 1"], 60)
    with packaged(tmp_path, {**DNS_RECORD, **NEAR}) as module, record.instead_of_dns():
        for number in range(20):
            requests = (shop(), failing_over("shop-us"))
            for request in requests:
                request["Records"][0]["cf"]["config"]["requestId"] = f"request-{number}"
            assert {module.handler(each)["origin"]["custom"]["domainName"] for each in requests} == {
                host_of("shop-eu"),
                host_of("blog-eu"),
            }


def test_without_a_record_near_has_no_effect(tmp_path: Path, record: Record) -> None:
    """The origin's header has the name of the record, and the failover origin has no such header."""
    record.answers[NAME] = (["shop-eu"], 60)
    without = {name: value for name, value in DNS_RECORD.items() if name != "record"}
    with packaged(tmp_path, {**without, **NEAR}) as module, record.instead_of_dns():
        assert asked(module.handler(failing_over("shop-us"))) == "shop-us"


@pytest.mark.parametrize("configuration", [REGION_MAP, DNS_RECORD], ids=lambda each: each["mode"])
def test_s3_does_not_get_the_failover_header(tmp_path: Path, record: Record, configuration: dict[str, t.Any]) -> None:
    """A viewer can send the header as a request header only, and that has no effect."""
    record.answers[NAME] = (["shop-eu"], 60)
    with packaged(tmp_path, configuration) as module, record.instead_of_dns():
        request = module.handler(failing_over("shop-us", X_Site="shop"))
        assert set(request["origin"]["custom"]["customHeaders"]) == {"x-site"}
        asked(request)
        request = module.handler(shop(X_Origin_Failover="1"))
        assert (asked(request), "x-origin-failover" in request["headers"]) == ("shop-eu", False)


@pytest.mark.parametrize("configuration", [REGION_MAP, DNS_RECORD], ids=lambda each: each["mode"])
@pytest.mark.parametrize(
    "given", [{"uri": "/a+b%2fc"}, {"method": "HEAD"}, {"path": "/my site"}], ids=lambda each: next(iter(each))
)
def test_a_failover_request_may_have_the_changes_of_the_first_run(
    tmp_path: Path, record: Record, configuration: dict[str, t.Any], given: dict[str, str]
) -> None:
    """It is not documented whether CloudFront starts again from the viewer's request."""
    record.answers[NAME] = (["shop-eu"], 60)
    with packaged(tmp_path, configuration) as module, record.instead_of_dns():
        first = copy.deepcopy(module.handler(shop(**given)))
        second = failing_over("shop-us", given.get("path", ""))
        second["Records"][0]["cf"]["request"] |= {
            name: copy.deepcopy(first[name]) for name in ("method", "uri", "querystring", "headers")
        }
        again = module.handler(second)
    assert (asked(first), asked(again)) == ("shop-eu", "shop-us")
    assert again["uri"] == first["uri"]


MRAP = {"mode": "mrap", "failover_buckets": BUCKETS}


@pytest.fixture
def through_mrap(tmp_path: Path) -> t.Iterator[t.Any]:
    with packaged(tmp_path, MRAP) as module:
        yield module.handler


@pytest.mark.parametrize("own", ["shop-eu", "shop-us"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_after_an_mrap_the_bucket_of_the_failover_origin_is_asked(through_mrap: t.Any, own: str, method: str) -> None:
    first = through_mrap(event("/r/1/a+b.html", method))
    assert "x-amz-region-set" in verified(first)
    second = failing_over(own, X_Site="shop")
    second["Records"][0]["cf"]["request"]["method"] = method
    # It is not documented whether CloudFront starts again from the viewer's request.
    second["Records"][0]["cf"]["request"]["headers"] = copy.deepcopy(first["headers"])
    again = through_mrap(second)
    assert asked(again) == own
    assert "x-amz-region-set" not in again["headers"]
    assert set(again["origin"]["custom"]["customHeaders"]) == {"x-site"}
    assert again["uri"] == first["uri"]


def test_a_failover_origin_of_an_mrap_changes_no_object(through_mrap: t.Any) -> None:
    case = failing_over("shop-eu")
    case["Records"][0]["cf"]["request"]["method"] = "POST"
    assert through_mrap(case)["status"] == "405"


UNCHANGED = {
    "a bucket that is no failover origin": custom(host_of("shop-eu")),
    "a bucket that is not listed": custom("other.s3.eu-north-1.amazonaws.com", X_Origin_Failover="1"),
    "a listed bucket in another Region": custom("shop-eu.s3.us-east-1.amazonaws.com", X_Origin_Failover="1"),
    "a server": custom("www.example.com", X_Origin_Failover="1"),
    "an MRAP as a failover origin": custom(X_Origin_Failover="1"),
    "a bucket that CloudFront signs for": {"s3": {**custom(host_of("shop-eu"))["custom"], "region": "eu-north-1"}},
}


@pytest.mark.parametrize("origin", UNCHANGED.values(), ids=UNCHANGED)
def test_the_function_of_an_mrap_signs_for_no_other_bucket(through_mrap: t.Any, origin: dict[str, t.Any]) -> None:
    case = event("/a+b", "POST", "a=1", origin, Authorization="Basic x")
    before = copy.deepcopy(case["Records"][0]["cf"]["request"])
    assert through_mrap(case) == before
