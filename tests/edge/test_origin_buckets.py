# SPDX-License-Identifier: GPL-3.0-or-later

"""Modes region_map and dns_record: which bucket is asked, and that SigV4 of that bucket's own Region is right."""

from __future__ import annotations

import copy
import sys
import typing as t
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
from edge.origin_events import BUCKETS, CREDENTIALS, Event, arriving, custom, event, host_of, packaged, verified
from edge.sigv4a_verifier import verify
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

REGION_MAP = {
    "mode": "region_map",
    "buckets": BUCKETS,
    "map": {"eu-west-1": "shop-eu", "us-west-2": "shop-us"},
    "default": "shop-us",
}
DNS_RECORD = {"mode": "dns_record", "buckets": BUCKETS, "record": "bucket.example.com"}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**CREDENTIALS, "AWS_REGION": "eu-west-1"}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def by_region(tmp_path: Path) -> t.Iterator[t.Any]:
    with packaged(tmp_path, REGION_MAP) as module:
        yield module.handler


@pytest.fixture
def by_region_with_query(tmp_path: Path) -> t.Iterator[t.Any]:
    with packaged(tmp_path, {**REGION_MAP, "query": ["v", "w/x"]}) as module:
        yield module.handler


def shop(**given: t.Any) -> Event:
    origin = custom(host_of("shop-us"), given.pop("path", ""), **given.pop("origin_headers", {}))
    return event(given.pop("uri", "/r/1/a+b.html"), origin=origin, **given)


def asked(request: Event, **given: t.Any) -> str:
    """The bucket that the request goes to, for which it has to be signed."""
    bucket, _, rest = request["origin"]["custom"]["domainName"].partition(".")
    assert rest == f"s3.{BUCKETS[bucket]}.amazonaws.com"
    verified(request, region=BUCKETS[bucket], **given)
    return t.cast(str, bucket)


@pytest.mark.parametrize(
    ("region", "bucket"),
    [("eu-west-1", "shop-eu"), ("us-west-2", "shop-us"), ("sa-east-1", "shop-us"), (None, "shop-us")],
)
def test_the_region_it_runs_in_picks_the_bucket_and_the_buckets_region_signs(
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


@pytest.mark.parametrize("configuration", [REGION_MAP, DNS_RECORD], ids=lambda each: each["mode"])
@pytest.mark.parametrize(
    "origin",
    [
        custom("www.example.com"),
        custom(),
        custom("other-eu.s3.eu-north-1.amazonaws.com"),
        custom("shop-eu.s3.us-east-1.amazonaws.com"),
        custom(host_of("shop-eu"), X_Origin_Failover="1"),
        {"s3": {"domainName": host_of("shop-eu"), "path": "", "region": "eu-north-1", "customHeaders": {}}},
    ],
    ids=["a server", "an access point", "another bucket", "the wrong Region", "a failover origin", "an S3 origin"],
)
def test_requests_for_other_origins_pass_untouched(
    tmp_path: Path, configuration: dict[str, t.Any], origin: dict[str, t.Any]
) -> None:
    case = event("/a+b", "POST", "a=1", origin, Authorization="Basic x")
    before = copy.deepcopy(case["Records"][0]["cf"]["request"])
    with packaged(tmp_path, configuration) as module:
        assert module.handler(case) == before


def test_the_key_is_derived_once_a_day_and_again_when_the_credentials_change(
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


def test_without_a_session_token_none_is_sent(by_region: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_of_the_query_string_what_is_allowed_is_signed_and_sent_in_one_form(
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
def test_whatever_a_viewer_asks_the_signature_fits_what_is_sent_and_nothing_else_goes_through(
    by_region_with_query: t.Any, pairs: list[tuple[str, str]]
) -> None:
    request = by_region_with_query(shop(querystring=urlencode(pairs)))
    assert sorted(parse_qsl(request["querystring"], keep_blank_values=True)) == sorted(
        pair for pair in pairs if pair[0] in ("v", "w/x")
    )
    asked(request)
    again = by_region_with_query(shop(querystring=request["querystring"]))
    assert again["querystring"] == request["querystring"]


def test_with_an_alias_only_that_access_point_is_signed_for(tmp_path: Path) -> None:
    with packaged(tmp_path, {"mode": "mrap", "alias": "mfzwi23gnjvgw.mrap"}) as module:
        verified(module.handler(event()))
        other = event(origin=custom("another.mrap.accesspoint.s3-global.amazonaws.com"))
        before = copy.deepcopy(other["Records"][0]["cf"]["request"])
        assert module.handler(other) == before


class Record:
    """A TXT record of the test's, and a clock that it sets."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[list[str], int]] = {}
        self.asked: list[str] = []
        self.now = 1000.0

    def texts(self, name: str, servers: list[str] | None) -> tuple[list[str], int]:
        self.asked.append(name)
        if name not in self.answers:
            raise OSError("the name server is away")
        return self.answers[name]


@pytest.fixture
def record(monkeypatch: pytest.MonkeyPatch) -> Record:
    return Record()


@pytest.fixture
def by_record(tmp_path: Path, record: Record, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[t.Any]:
    with packaged(tmp_path, DNS_RECORD) as module:
        monkeypatch.setattr(sys.modules["dns_record"], "texts", record.texts)
        monkeypatch.setattr(sys.modules["latest"].time, "time", lambda: record.now)
        yield module.handler


NAME = "bucket.example.com"


def test_the_record_names_the_bucket_for_as_long_as_it_holds(by_record: t.Any, record: Record) -> None:
    record.answers[NAME] = (["shop-eu"], 60)
    assert asked(by_record(shop())) == "shop-eu"
    record.answers[NAME] = (["blog-eu"], 60)
    record.now += 59
    assert asked(by_record(shop())) == "shop-eu"
    record.now += 1
    assert asked(by_record(shop())) == "blog-eu"
    assert record.asked == [NAME, NAME]


def test_the_origin_names_the_record_and_s3_is_not_told(by_record: t.Any, record: Record) -> None:
    record.answers = {"blog.example.com": (["blog-eu"], 60), NAME: (["shop-eu"], 60)}
    request = by_record(shop(origin_headers={"X_Origin_Record": "blog.example.com"}))
    assert asked(request) == "blog-eu"
    assert "x-origin-record" not in arriving(request)
    assert asked(by_record(shop())) == "shop-eu"


BAD_ANSWERS = {
    "no answer": None,
    "another bucket": (["somebody-elses"], 60),
    "another kind of text": (["v=spf1 -all"], 60),
    "no weight at all": (["shop-eu 0"], 60),
    "a weight that is none": (["shop-eu -1", "shop-eu 1.5", "shop-eu \u00b2"], 60),
    "an empty text": ([""], 60),
}


@pytest.mark.parametrize("bad", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_after_an_error_the_last_good_answer_holds_and_before_any_the_origins_bucket(
    by_record: t.Any, record: Record, bad: tuple[list[str], int] | None, capsys: pytest.CaptureFixture[str]
) -> None:
    def answer(value: tuple[list[str], int] | None) -> None:
        record.now += 3600
        record.answers = {NAME: value} if value else {}

    answer(bad)
    assert asked(by_record(shop())) == "shop-us"
    assert f"TXT {NAME}: " in capsys.readouterr().out
    answer((["shop-eu"], 60))
    assert asked(by_record(shop())) == "shop-eu"
    answer(bad)
    assert asked(by_record(shop())) == "shop-eu"


def test_after_an_error_the_name_server_is_left_alone_for_a_while(by_record: t.Any, record: Record) -> None:
    for _ in range(3):
        by_record(shop())
    assert record.asked == [NAME]
    record.now += 5
    by_record(shop())
    assert record.asked == [NAME, NAME]


def test_a_default_is_preferred_to_the_origins_bucket(
    tmp_path: Path, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    with packaged(tmp_path, {**DNS_RECORD, "default": "blog-eu"}) as module:
        monkeypatch.setattr(sys.modules["dns_record"], "texts", record.texts)
        assert asked(module.handler(shop())) == "blog-eu"


def test_several_records_share_the_requests_by_their_weights(by_record: t.Any, record: Record) -> None:
    record.answers[NAME] = (["shop-eu 3", "shop-us", "blog-eu 0", "unknown 50"], 60)
    found: list[str] = []
    for number in range(400):
        case = shop(request_id=f"request-{number}")
        found.append(by_record(case)["origin"]["custom"]["domainName"].partition(".")[0])
    assert set(found) == {"shop-eu", "shop-us"}
    assert 250 < found.count("shop-eu") < 350
    # CloudFront may ask again for the same request: it goes where it went.
    again = [asked(by_record(shop(request_id="request-7")), request_id="request-7") for _ in range(3)]
    assert set(again) == {found[7]}
