# SPDX-License-Identifier: GPL-3.0-or-later

"""Modes region_map and dns_record: which bucket is asked, and that SigV4 of that bucket's own Region is right."""

from __future__ import annotations

import copy
import sys
import typing as t
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
from edge.origin_events import BUCKETS, CREDENTIALS, HOST, Event, arriving, custom, event, host_of, packaged, verified
from edge.sigv4a_verifier import verify
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

REGION_MAP = {
    "mode": "region_map",
    "buckets": BUCKETS,
    "map": {"eu-west-1": "shop-eu", "us-west-2": "shop-us"},
    "default": "shop-us",
}
NAME = "bucket.example.com"
DNS_RECORD = {"mode": "dns_record", "buckets": BUCKETS, "record": NAME}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**CREDENTIALS, "AWS_REGION": "eu-west-1"}.items():
        monkeypatch.setenv(name, value)


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

    @contextmanager
    def instead_of_dns(self) -> t.Iterator[None]:
        """For the module `dns_record` of the package, if it has been loaded."""
        with pytest.MonkeyPatch.context() as patch:
            if "dns_record" in sys.modules:
                patch.setattr(sys.modules["dns_record"], "texts", self.texts)
                patch.setattr(sys.modules["latest"].time, "time", lambda: self.now)
            yield


@pytest.fixture
def record() -> Record:
    return Record()


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


def failing_over(own: str, path: str = "", **headers: str) -> Event:
    """The second run for a request: the origin group's other member, a custom origin of the bucket *own*."""
    return event("/r/1/a+b.html", origin=custom(host_of(own), path, X_Origin_Failover="1", **headers))


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
        custom("www.example.com", X_Origin_Failover="1"),
        custom("other-eu.s3.eu-north-1.amazonaws.com", X_Origin_Failover="1"),
    ],
    ids=["a server", "an access point", "another bucket", "the wrong Region", "to a server", "to another bucket"],
)
def test_requests_for_other_origins_pass_untouched(
    tmp_path: Path, configuration: dict[str, t.Any], origin: dict[str, t.Any]
) -> None:
    case = event("/a+b", "POST", "a=1", origin, Authorization="Basic x")
    before = copy.deepcopy(case["Records"][0]["cf"]["request"])
    with packaged(tmp_path, configuration) as module:
        assert module.handler(case) == before


MODES = [
    {"mode": "mrap"},
    {"mode": "mrap", "alias": "mfzwi23gnjvgw.mrap"},
    REGION_MAP,
    {**REGION_MAP, "next": {"eu-west-1": "shop-us"}},
    DNS_RECORD,
    {**DNS_RECORD, "default": "shop-us"},
]


@pytest.mark.parametrize("configuration", MODES, ids=lambda each: "-".join([each["mode"], *list(each)[3:]]))
@pytest.mark.parametrize("headers", [{}, {"X_Origin_Failover": "1"}, {"X_Origin_Record": NAME}], ids=", ".join)
@pytest.mark.parametrize("host", [host_of("shop-eu"), "other.s3.eu-north-1.amazonaws.com", HOST])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_cloudfront_signs_for_passes_untouched_in_every_mode(
    tmp_path: Path, record: Record, configuration: dict[str, t.Any], headers: dict[str, str], host: str, method: str
) -> None:
    """So during a switch of modes origins of both sorts stand behind one function."""
    s3 = {"authMethod": "none", "path": "/p q", "region": "eu-north-1", **custom(host, **headers)["custom"]}
    case = event("/a+b", method, "a=1", {"s3": s3}, Authorization="Basic x", X_Amz_Meta="y")
    before = copy.deepcopy(case["Records"][0]["cf"]["request"])
    with packaged(tmp_path, configuration) as module, record.instead_of_dns():
        assert module.handler(case) == before
    assert record.asked == []


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
def test_a_failover_origin_is_the_next_bucket_of_the_region_or_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, region: str | None, own: str, bucket: str
) -> None:
    """Never that of the map, which is what has failed."""
    if region is None:
        monkeypatch.delenv("AWS_REGION")
    else:
        monkeypatch.setenv("AWS_REGION", region)
    with packaged(tmp_path, {**REGION_MAP, "next": {"eu-west-1": "blog-eu"}}) as module:
        assert asked(module.handler(failing_over(own))) == bucket


@pytest.mark.parametrize("own", ["shop-eu", "shop-us"])
def test_without_next_a_failover_origin_is_its_own_bucket(by_region: t.Any, own: str) -> None:
    assert asked(by_region(failing_over(own))) == own


@pytest.mark.parametrize("more", [{}, {"default": "shop-eu"}], ids=["no default", "a default"])
def test_of_a_failover_origin_no_record_is_asked(tmp_path: Path, record: Record, more: dict[str, str]) -> None:
    record.answers[NAME] = (["shop-eu"], 60)
    with packaged(tmp_path, {**DNS_RECORD, **more}) as module, record.instead_of_dns():
        assert asked(module.handler(failing_over("shop-us", X_Origin_Record=NAME))) == "shop-us"
        assert record.asked == []
        assert asked(module.handler(shop())) == "shop-eu"


@pytest.mark.parametrize("configuration", [REGION_MAP, DNS_RECORD], ids=lambda each: each["mode"])
def test_s3_is_not_told_of_the_failover(tmp_path: Path, record: Record, configuration: dict[str, t.Any]) -> None:
    """And a viewer, who can send the header but no origin's, decides nothing by it."""
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
def test_after_a_failure_the_request_may_come_as_the_first_run_made_it(
    tmp_path: Path, record: Record, configuration: dict[str, t.Any], given: dict[str, str]
) -> None:
    """Whether CloudFront starts again from what the viewer asked for is not documented."""
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


@pytest.fixture
def by_record(tmp_path: Path, record: Record) -> t.Iterator[t.Any]:
    with packaged(tmp_path, DNS_RECORD) as module, record.instead_of_dns():
        yield module.handler


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


def test_a_default_is_preferred_to_the_origins_bucket(tmp_path: Path, record: Record) -> None:
    with packaged(tmp_path, {**DNS_RECORD, "default": "blog-eu"}) as module, record.instead_of_dns():
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
