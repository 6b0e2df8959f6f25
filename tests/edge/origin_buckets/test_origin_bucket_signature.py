# SPDX-License-Identifier: GPL-3.0-or-later

"""The function's Region selects the bucket. The request is signed for the Region of the bucket."""

from __future__ import annotations

import copy
import sys
import typing as t
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
from edge.bucket_origins import REGION_MAP, asked, shop
from edge.origin_events import CREDENTIALS, Event, arriving, event, packaged, verified
from edge.sigv4a_verifier import verify
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@pytest.fixture
def by_region_with_query(tmp_path: Path) -> t.Iterator[t.Any]:
    with packaged(tmp_path, {**REGION_MAP, "query": ["v", "w/x"]}) as module:
        yield module.handler


@pytest.mark.parametrize(
    ("region", "bucket"),
    [("eu-west-1", "shop-eu"), ("us-west-2", "shop-us"), ("sa-east-1", "shop-us"), (None, "shop-us")],
)
def test_the_functions_region_selects_the_bucket_and_the_buckets_region_is_signed(
    by_region: t.Any, monkeypatch: pytest.MonkeyPatch, region: str | None, bucket: str
) -> None:
    if region is None:
        monkeypatch.delenv("AWS_REGION")
    else:
        monkeypatch.setenv("AWS_REGION", region)
    assert asked(by_region(shop())) == bucket


CASES = {
    "GET": shop(),
    "HEAD": shop(method="HEAD"),
    "OPTIONS": shop(method="OPTIONS"),
    "a range": shop(Range="bytes=0-99", If_Range='"etag"'),
    "a revalidation": shop(If_None_Match='"etag"', If_Modified_Since="Fri, 20 Nov 2026 12:00:00 GMT"),
    "commands of a viewer": shop(X_Amz_Security_Token="mine", Authorization="Basic x", X_Amz_Cf_Id="mine"),
    "a query string": shop(querystring="versionId=1&acl"),
    "an origin path": shop(path="/my site"),
    "commands of the origin": shop(origin_headers={"X_Amz_Acl": "y", "Authorization": "x"}),
    "all kinds of bytes": shop(uri="/!$&'()*,;=:@/%E9/caf\udce9/100%/100%25//../a%2Fb"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_signed_request_verifies(by_region: t.Any, case: Event) -> None:
    before = case["Records"][0]["cf"]["request"]["headers"]
    request = by_region(copy.deepcopy(case))
    assert asked(request) == "shop-eu"
    assert request["querystring"] == ""
    assert "x-amz-cf-id" not in request["headers"]
    for name in ("range", "if-range", "if-none-match", "if-modified-since"):
        assert request["headers"].get(name) == before.get(name)


def test_the_signing_key_is_derived_once_a_day_and_for_new_credentials(
    by_region: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sigv4 = sys.modules["sigv4"]
    digests: list[bytes] = []
    real = sigv4.hmac.digest

    def counted(key: bytes, message: bytes, algorithm: str) -> bytes:
        digests.append(message)
        return t.cast(bytes, real(key, message, algorithm))

    monkeypatch.setattr(sigv4.hmac, "digest", counted)
    monkeypatch.setattr(sigv4.time, "gmtime", lambda: (2026, 11, 21, 12, 0, 0, 5, 325, 0))
    asked(by_region(shop()))
    digests.clear()
    request = by_region(shop())
    assert len(digests) == 1
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    request = by_region(shop())
    assert verify(
        "GET",
        request["uri"],
        arriving(request),
        CREDENTIALS["AWS_ACCESS_KEY_ID"],
        "another",
        CREDENTIALS["AWS_SESSION_TOKEN"],
        region="eu-north-1",
    )
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CREDENTIALS["AWS_SECRET_ACCESS_KEY"])
    monkeypatch.setattr(sigv4.time, "gmtime", lambda: (2026, 11, 22, 0, 0, 1, 6, 326, 0))
    request = by_region(shop())
    assert request["headers"]["x-amz-date"][0]["value"] == "20261122T000001Z"
    asked(request)


def test_without_a_session_token_no_token_is_sent(by_region: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SESSION_TOKEN")
    request = by_region(shop())
    assert "x-amz-security-token" not in request["headers"]
    asked(request, token=None)


QUERIES = {
    "": "",
    "acl": "",
    "v=1": "v=1",
    "v": "v=",
    "acl&v=1&versionId=2": "v=1",
    "w%2fx=b&v=%7e%2F&v=a+b&v=%2b": "v=%2B&v=a%20b&v=~%2F&w%2Fx=b",
    "V=1": "",
    "%76=1": "v=1",
    "&&v==&": "v=%3D",
    "v=gr\u00fc\u00dfe": "v=gr%C3%BC%C3%9Fe",
    "v=\udce9": "v=%E9",
}


@pytest.mark.parametrize(("given", "sent"), QUERIES.items())
@pytest.mark.parametrize("configuration", [REGION_MAP, {"mode": "mrap"}], ids=lambda each: each["mode"])
def test_allowed_query_parameters_are_signed_and_sent_in_canonical_form(
    tmp_path: Path, configuration: dict[str, t.Any], given: str, sent: str
) -> None:
    with packaged(tmp_path, {**configuration, "query": ["v", "w/x"]}) as module:
        mrap = configuration["mode"] == "mrap"
        request = module.handler(event("/a", querystring=given) if mrap else shop(querystring=given))
    assert request["querystring"] == sent
    verified(request, region=None if mrap else "eu-north-1")


TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)


@given(st.lists(st.tuples(st.sampled_from(["v", "w/x", "acl", "versionId"]), TEXTS), max_size=5))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_query_string_is_sent_as_signed_and_only_with_allowed_parameters(
    by_region_with_query: t.Any, pairs: list[tuple[str, str]]
) -> None:
    request = by_region_with_query(shop(querystring=urlencode(pairs)))
    assert sorted(parse_qsl(request["querystring"], keep_blank_values=True)) == sorted(
        pair for pair in pairs if pair[0] in ("v", "w/x")
    )
    asked(request)
    again = by_region_with_query(shop(querystring=request["querystring"]))
    assert again["querystring"] == request["querystring"]
