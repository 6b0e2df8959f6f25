# SPDX-License-Identifier: GPL-3.0-or-later

"""The CloudFront Function: host → pointer → object, in every JavaScript engine that is there."""

from __future__ import annotations

import json
import typing as t

import pytest
from edge.viewer_engines import ENGINES, Engine, Keys, Outcome, event, query_of, start
from edge.viewer_table import TABLE, Case

KEYS = {
    "my-site/h/www.example.com": '{"v":1,"p":"r/0f3a9c1d2b4e"}',
    "my-site/h/d111.cloudfront.net": '{"v":1,"p":"r/canary"}',
    "my-site/h/*.example.com": '{"v":2,"p":"r/wildcard"}',
    "my-site/h/paths.example.com": '{"v":2,"p":"r/1","x":1}',
    "my-site/h/broken-rules.example.com": '{"v":2,"p":"r/1","r":[7]}',
    "my-site/h/no-json.example.com": "{",
    "my-site/h/null.example.com": "null",
    "my-site/h/later.example.com": '{"v":3,"p":"r/1"}',
    "my-site/h/text-version.example.com": '{"v":"1","p":"r/1"}',
    "my-site/h/no-prefix.example.com": '{"v":1}',
    "my-site/h/number.example.com": '{"v":1,"p":7}',
    "my-site/h/empty.example.com": '{"v":1,"p":""}',
    "my-site-eu/h/other.example.org": '{"v":1,"p":"r/other"}',
}
ANY_HOST = {**KEYS, "my-site/h/*": '{"v":2,"p":"r/any"}'}


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Engine]:
    engine = start(request.param, tmp_path_factory.mktemp("engine"))
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def outcomes(engine: Engine) -> dict[int, Outcome]:
    """Of the whole table, in one go: an engine of its own takes a while to start."""
    return dict(enumerate(engine.run([(case.event, case.keys) for case in TABLE])))


def run(
    engine: Engine,
    uri: str = "/",
    host: str = "www.example.com",
    query: str = "",
    keys: Keys = KEYS,
    **more: t.Any,
) -> Outcome:
    (outcome,) = engine.run([(event(uri, host, query_of(query), **more), keys)])
    return outcome


@pytest.mark.parametrize(("number", "case"), list(enumerate(TABLE)), ids=map(str, TABLE))
def test_the_table(outcomes: dict[int, Outcome], number: int, case: Case) -> None:
    assert outcomes[number].text == case.answer


@pytest.mark.parametrize("path", ["/_edge/region", "/_edge/404.html"])
@pytest.mark.parametrize("host", ["www.example.com", "unknown.example.org"])
def test_what_is_no_releases_is_of_every_host_and_needs_no_read(engine: Engine, path: str, host: str) -> None:
    outcome = run(engine, path, host, "versionId=1")
    assert (outcome.text, outcome.value["querystring"], outcome.reads) == (path, {}, [])


@pytest.mark.parametrize(
    ("host", "prefix"),
    [
        ("www.example.com", "/r/0f3a9c1d2b4e/"),
        ("WWW.Example.COM", "/r/0f3a9c1d2b4e/"),
        ("www.example.com:443", "/r/0f3a9c1d2b4e/"),
        ("WWW.EXAMPLE.COM:8443", "/r/0f3a9c1d2b4e/"),
        ("d111.cloudfront.net", "/r/canary/"),
        ("shop.example.com", "/r/wildcard/"),
        ("*.example.com", "/r/wildcard/"),
    ],
)
def test_the_release_of_a_host(engine: Engine, host: str, prefix: str) -> None:
    assert run(engine, host=host).text == f"{prefix}index.html"


@pytest.mark.parametrize("host", ["example.org", "a.shop.example.com", "localhost", "unknown", ""])
def test_any_other_host_has_the_default_if_there_is_one(engine: Engine, host: str) -> None:
    assert run(engine, host=host).text == "404"
    assert run(engine, host=host, keys=ANY_HOST).text == "/r/any/index.html"


@pytest.mark.parametrize(
    "host",
    [
        "unknown.example.org",
        "other.example.org",
        "example.com",
        "",
        "no-json.example.com",
        "null.example.com",
        "later.example.com",
        "text-version.example.com",
        "no-prefix.example.com",
        "number.example.com",
        "empty.example.com",
        "__proto__",
        "/h/www.example.org",
    ],
)
def test_a_host_without_a_pointer_that_can_be_read_gets_a_page_that_says_so(engine: Engine, host: str) -> None:
    answer = run(engine, "/any/path", host).value
    assert (answer["statusCode"], answer["statusDescription"]) == (404, "Not Found")
    assert answer["headers"] == {
        "content-type": {"value": "text/html; charset=utf-8"},
        "cache-control": {"value": "no-store"},
    }
    assert answer["body"]["encoding"] == "text"
    assert "<h1>Not Found</h1>" in answer["body"]["data"]
    assert "uri" not in answer


def test_a_record_that_cannot_be_read_is_not_taken_for_none(engine: Engine) -> None:
    """Else a mistake in one host's record would show another host's site on it."""
    for host in ("no-json.example.com", "later.example.com", "empty.example.com"):
        assert run(engine, host=host, keys=ANY_HOST).text == "404"


def test_nothing_of_the_request_is_in_the_page(engine: Engine) -> None:
    asked = [("/<b>", "a"), ("/", "<script>"), ("/%<b>", "www.example.com"), ("/%00", "www.example.com")]
    answers = [run(engine, uri, host).value for uri, host in asked]
    assert len({(answer["statusCode"], answer["body"]["data"]) for answer in answers}) == 2


@pytest.mark.parametrize("query", ["", "versionId=1&acl"])
def test_the_query_string_is_dropped_and_all_else_stays(engine: Engine, query: str) -> None:
    before = event("/file.txt", query=query_of(query), cookies={"id": "7"})["request"]
    after = run(engine, "/file.txt", query=query, cookies={"id": "7"}).value
    assert after == {**before, "uri": "/r/0f3a9c1d2b4e/file.txt", "querystring": {}}


@pytest.mark.parametrize(
    ("host", "reads"),
    [
        ("www.example.com", ["h/www.example.com"]),
        ("no-json.example.com", ["h/no-json.example.com"]),
        ("shop.example.com", ["h/shop.example.com", "h/*.example.com"]),
        ("paths.example.com", ["h/paths.example.com", "p/paths.example.com/guide"]),
        ("a.example.org", ["h/a.example.org", "h/*.example.org", "h/*"]),
        ("localhost", ["h/localhost", "h/*"]),
    ],
)
def test_a_request_reads_no_more_than_it_needs(engine: Engine, host: str, reads: list[str]) -> None:
    for _turn in range(2):
        assert run(engine, "//guide", host=host).reads == [f"my-site/{key}" for key in reads]


def test_no_request_reads_more_than_four_keys_and_the_common_ones_two(outcomes: dict[int, Outcome]) -> None:
    reads = {number: outcomes[number].reads for number in outcomes}
    assert max(map(len, reads.values())) == 4  # an exact path of any host
    assert all(len(found) <= 2 for number, found in reads.items() if TABLE[number].name == "www.example.com")


def test_maintenance_says_when_to_come_back(engine: Engine) -> None:
    keys = {"my-site/h/www.example.com": '{"v":2,"p":"r/1","m":600}'}
    answer = run(engine, keys=keys).value
    assert answer["statusCode"] == 503
    assert answer["headers"]["retry-after"] == {"value": "600"}
    assert answer["headers"]["cache-control"] == {"value": "no-store"}


@pytest.mark.parametrize("host", ["broken-rules.example.com"])
def test_a_mistake_is_a_page_with_the_requests_number_and_reaches_no_origin(engine: Engine, host: str) -> None:
    answer = run(engine, host=host).value
    assert (answer["statusCode"], answer["statusDescription"]) == (503, "Service Unavailable")
    assert answer["headers"]["cache-control"] == {"value": "no-store"}
    # x-edge-* would be the obvious name, but CloudFront lets no function set it.
    assert answer["headers"]["x-request-id"] == {"value": "request=="}
    assert "request==" in answer["body"]["data"]


def test_an_event_of_another_shape_is_no_exception_either(engine: Engine) -> None:
    (outcome,) = engine.run([({"context": {"requestId": "1"}}, KEYS)])
    assert outcome.value["statusCode"] == 503


@pytest.mark.parametrize(
    ("status", "kept"), [(301, "max-age=3600"), (308, "max-age=3600"), (302, "no-store"), (307, "no-store")]
)
def test_browsers_forget_a_redirect_within_an_hour(engine: Engine, status: int, kept: str) -> None:
    keys = {"my-site/h/www.example.com": json.dumps({"v": 2, "r": [["/a", "/b", status]]})}
    answer = run(engine, "/a", keys=keys).value
    assert (answer["statusCode"], answer["headers"]["cache-control"]) == (status, {"value": kept})


def test_the_canarys_share_is_what_it_says(engine: Engine) -> None:
    """Of every thousand neighbouring addresses, and it only grows: who has had the canary keeps it."""
    addresses = [f"198.51.{third}.{fourth}" for third in range(4) for fourth in range(250)]
    seen: list[set[str]] = []
    for share in (100, 1000, 5000):
        keys = {"my-site/h/www.example.com": json.dumps({"v": 2, "p": "r/1", "c": {"p": "r/2", "n": share}})}
        outcomes = engine.run([(event("/", address=address), keys) for address in addresses])
        seen.append({address for address, one in zip(addresses, outcomes, strict=True) if one.text.startswith("/r/2/")})
        assert abs(len(seen[-1]) - share / 10) <= max(6, share / 200)
    assert seen[0] < seen[1] < seen[2]


def test_a_viewer_stays_in_or_out_of_the_canary_while_the_end_of_an_ipv6_address_changes(engine: Engine) -> None:
    """Systems draw it anew each day (RFC 8981); the network's part, 64 bits, stays."""
    keys = {"my-site/h/www.example.com": json.dumps({"v": 2, "p": "r/1", "c": {"p": "r/2", "n": 5000}})}
    networks = [f"2001:db8:{third:x}:{fourth:x}" for third in range(1, 11) for fourth in range(1, 51)]
    ends = ["::1", ":1c2f:99ff:fe00:a1", ":8d3:1319:8a2e:370"]
    seen = [[one.text for one in engine.run([(event("/", address=n + end), keys) for n in networks])] for end in ends]
    assert seen[0] == seen[1] == seen[2]
    assert 200 < seen[0].count("/r/2/index.html") < 300
    # Zeros that are left out in the network's part: it is what is before them.
    short = [event("/", address=address) for address in ("2001:db8::5:6:7:8", "2001:db8::1", "2001:db8::a:b:c:d")]
    assert len({one.text for one in engine.run([(each, keys) for each in short])}) == 1


def test_keys_do_not_reach_another_sites(engine: Engine) -> None:
    outcome = run(engine, host="other.example.org")
    assert outcome.text == "404"
    assert all(key.startswith("my-site/h/") for key in outcome.reads)
