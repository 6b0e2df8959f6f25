# SPDX-License-Identifier: GPL-3.0-or-later

"""The viewer function: from host to host route to object, in every installed JavaScript engine."""

from __future__ import annotations

import json
import typing as t

import pytest
from edge.viewer_engines import ENGINES, Engine, Keys, Outcome, event, start
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
    """The outcomes of the whole table, from one run: an external engine is slow to start."""
    return dict(enumerate(engine.run([(case.event, case.keys) for case in TABLE])))


def run(
    engine: Engine,
    uri: str = "/",
    host: str = "www.example.com",
    query: str = "",
    keys: Keys = KEYS,
    **more: t.Any,
) -> Outcome:
    (outcome,) = engine.run([(event(uri, host, query, **more), keys)])
    return outcome


@pytest.mark.parametrize(("number", "case"), list(enumerate(TABLE)), ids=map(str, TABLE))
def test_the_table(outcomes: dict[int, Outcome], number: int, case: Case) -> None:
    assert outcomes[number].text == case.answer


@pytest.mark.parametrize("path", ["/_edge/region", "/_edge/404.html"])
@pytest.mark.parametrize("host", ["www.example.com", "unknown.example.org"])
def test_paths_outside_releases_are_the_same_for_every_host_and_need_no_read(
    engine: Engine, path: str, host: str
) -> None:
    outcome = run(engine, path, host, "versionId=1")
    assert (outcome.text, outcome.value["querystring"], outcome.reads) == (path, {}, [])


@pytest.mark.parametrize(
    ("host", "prefix"),
    [
        ("www.example.com", "/r/0f3a9c1d2b4e/"),
        ("WWW.Example.COM", "/r/0f3a9c1d2b4e/"),
        ("www.example.com:443", "/r/0f3a9c1d2b4e/"),
        ("WWW.EXAMPLE.COM:8443", "/r/0f3a9c1d2b4e/"),
        ("www.example.com.", "/r/0f3a9c1d2b4e/"),
        ("www.example.com.:443", "/r/0f3a9c1d2b4e/"),
        ("shop.example.com.", "/r/wildcard/"),
        ("d111.cloudfront.net", "/r/canary/"),
        ("shop.example.com", "/r/wildcard/"),
        ("*.example.com", "/r/wildcard/"),
    ],
)
def test_the_release_of_a_host(engine: Engine, host: str, prefix: str) -> None:
    assert run(engine, host=host).text == f"{prefix}index.html"


@pytest.mark.parametrize(
    "host", ["example.org", "a.shop.example.com", "localhost", "unknown", "", "www.example.com..", ".", "a" * 600]
)
def test_other_hosts_have_the_default_host_route(engine: Engine, host: str) -> None:
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
def test_a_host_without_a_valid_route_gets_an_error_page(engine: Engine, host: str) -> None:
    answer = run(engine, "/any/path", host).value
    assert (answer["statusCode"], answer["statusDescription"]) == (404, "Not Found")
    assert answer["headers"] == {
        "content-type": {"value": "text/html; charset=utf-8"},
        "cache-control": {"value": "no-store"},
    }
    assert answer["body"]["encoding"] == "text"
    assert "<h1>Not Found</h1>" in answer["body"]["data"]
    assert "uri" not in answer


def test_an_invalid_host_route_is_not_treated_as_missing(engine: Engine) -> None:
    """Otherwise a mistake in the route of one host would show another host's site on it."""
    for host in ("no-json.example.com", "later.example.com", "empty.example.com"):
        assert run(engine, host=host, keys=ANY_HOST).text == "404"


def test_the_page_has_nothing_of_the_request(engine: Engine) -> None:
    asked = [("/<b>", "a"), ("/", "<script>"), ("/%<b>", "www.example.com"), ("/%00", "www.example.com")]
    answers = [run(engine, uri, host).value for uri, host in asked]
    assert len({(answer["statusCode"], answer["body"]["data"]) for answer in answers}) == 2


@pytest.mark.parametrize("query", ["", "versionId=1&acl"])
def test_the_query_string_is_removed_and_everything_else_is_unchanged(engine: Engine, query: str) -> None:
    before = event("/file.txt", query=query, cookies={"id": "7"})["request"]
    after = run(engine, "/file.txt", query=query, cookies={"id": "7"}).value
    assert after == {**before, "uri": "/r/0f3a9c1d2b4e/file.txt", "querystring": {}}


@pytest.mark.parametrize(
    ("host", "reads"),
    [
        ("www.example.com", ["h/www.example.com"]),
        ("no-json.example.com", ["h/no-json.example.com"]),
        ("paths.example.com", ["h/paths.example.com", "?p/paths.example.com/guide"]),
        # A question mark: whether the key exists, since get() throws for a missing one and for a failed read.
        ("shop.example.com", ["h/shop.example.com", "?h/shop.example.com", "h/*.example.com"]),
        (
            "a.example.org",
            ["h/a.example.org", "?h/a.example.org", "h/*.example.org", "?h/*.example.org", "h/*", "?h/*"],
        ),
        ("localhost", ["h/localhost", "?h/localhost", "h/*", "?h/*"]),
        ("a" * 505 + ".b", ["h/*.b", "?h/*.b", "h/*", "?h/*"]),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_request_reads_only_the_keys_that_it_needs(engine: Engine, host: str, reads: list[str]) -> None:
    for _turn in range(2):
        found = run(engine, "//guide", host=host).reads
        assert [read.replace("my-site/", "", 1) for read in found] == reads


def test_a_request_for_an_exact_host_reads_at_most_two_keys(outcomes: dict[int, Outcome]) -> None:
    """And asks for one of them whether it exists, if it is the exact path of the request."""
    for number, outcome in outcomes.items():
        if TABLE[number].name == "www.example.com":
            got = [read for read in outcome.reads if not read.startswith("?")]
            assert len(set(outcome.reads)) == len(outcome.reads) <= (3 if len(got) == 2 else 2)
    assert max(len(outcome.reads) for outcome in outcomes.values()) == 7  # an exact path of any host


@pytest.mark.parametrize(
    ("host", "failing", "reads"),
    [
        ("www.example.com", "h/www.example.com", 2),
        ("www.example.com", "", 2),
        ("shop.example.com", "h/*.example.com", 4),
        ("unknown.example.org", "h/*", 6),
        ("paths.example.com", "p/paths.example.com/guide", 4),
        ("other.paths.example.com", "h/other.paths.example.com", 2),
        ("www.example.com", "!h/", 2),
        ("paths.example.com", "!p/", 2),
    ],
)
def test_a_read_that_fails_is_a_503_and_shows_no_other_tenant(
    engine: Engine, host: str, failing: str, reads: int
) -> None:
    """get() throws for a missing key, and for one that cannot be read. Only exists() distinguishes them."""
    keys = {
        **ANY_HOST,
        "my-site/h/other.paths.example.com": '{"v":1,"p":"r/other"}',
        "my-site/h/*.paths.example.com": '{"v":1,"p":"r/wildcard"}',
        "my-site/p/paths.example.com/guide": '{"v":2,"u":"/moved"}',
    }
    begins = f"!my-site/{failing[1:]}" if failing.startswith("!") else f"my-site/{failing}"
    (outcome,) = engine.run([(event("/guide", host), keys, begins)])
    assert (outcome.text, len(outcome.reads)) == ("503", reads)
    assert outcome.value["headers"]["x-request-id"] == {"value": "request=="}


def test_a_path_too_long_for_a_key_has_no_value_of_its_own(engine: Engine) -> None:
    outcome = run(engine, "/" + "a" * 600 + ".css", "paths.example.com")
    assert (outcome.text, len(outcome.reads)) == ("/r/1/" + "a" * 600 + ".css", 1)


def test_maintenance_has_a_retry_after_header(engine: Engine) -> None:
    keys = {"my-site/h/www.example.com": '{"v":2,"p":"r/1","m":600}'}
    answer = run(engine, keys=keys).value
    assert answer["statusCode"] == 503
    assert answer["headers"]["retry-after"] == {"value": "600"}
    assert answer["headers"]["cache-control"] == {"value": "no-store"}


@pytest.mark.parametrize("host", ["broken-rules.example.com"])
def test_an_exception_is_an_error_page_with_the_request_id_and_reaches_no_origin(engine: Engine, host: str) -> None:
    answer = run(engine, host=host).value
    assert (answer["statusCode"], answer["statusDescription"]) == (503, "Service Unavailable")
    assert answer["headers"]["cache-control"] == {"value": "no-store"}
    # x-edge-* would be the obvious name, but CloudFront does not allow functions to set it.
    assert answer["headers"]["x-request-id"] == {"value": "request=="}
    assert "request==" in answer["body"]["data"]


def test_a_malformed_event_causes_no_exception(engine: Engine) -> None:
    (outcome,) = engine.run([({"context": {"requestId": "1"}}, KEYS)])
    assert outcome.value["statusCode"] == 503


@pytest.mark.parametrize(
    ("status", "kept"), [(301, "max-age=3600"), (308, "max-age=3600"), (302, "no-store"), (307, "no-store")]
)
def test_browsers_cache_a_redirect_for_an_hour_at_most(engine: Engine, status: int, kept: str) -> None:
    keys = {"my-site/h/www.example.com": json.dumps({"v": 2, "r": [["/a", "/b", status]]})}
    answer = run(engine, "/a", keys=keys).value
    assert (answer["statusCode"], answer["headers"]["cache-control"]) == (status, {"value": kept})


def test_a_canary_release_is_shown_to_its_share_of_viewers(engine: Engine) -> None:
    """In every thousand adjacent addresses. With a larger share, a viewer who has seen the canary release keeps it."""
    addresses = [f"198.51.{third}.{fourth}" for third in range(4) for fourth in range(250)]
    seen: list[set[str]] = []
    for share in (100, 1000, 5000):
        keys = {"my-site/h/www.example.com": json.dumps({"v": 2, "p": "r/1", "c": {"p": "r/2", "n": share}})}
        outcomes = engine.run([(event("/", address=address), keys) for address in addresses])
        seen.append({address for address, one in zip(addresses, outcomes, strict=True) if one.text.startswith("/r/2/")})
        assert abs(len(seen[-1]) - share / 10) <= max(6, share / 200)
    assert seen[0] < seen[1] < seen[2]


def test_the_canary_release_depends_on_the_network_part_of_an_ipv6_address_only(engine: Engine) -> None:
    """Systems change the last 64 bits daily (RFC 8981); the network part, the first 64 bits, stays."""
    keys = {"my-site/h/www.example.com": json.dumps({"v": 2, "p": "r/1", "c": {"p": "r/2", "n": 5000}})}
    networks = [f"2001:db8:{third:x}:{fourth:x}" for third in range(1, 11) for fourth in range(1, 51)]
    ends = ["::1", ":1c2f:99ff:fe00:a1", ":8d3:1319:8a2e:370"]
    seen = [[one.text for one in engine.run([(event("/", address=n + end), keys) for n in networks])] for end in ends]
    assert seen[0] == seen[1] == seen[2]
    assert 200 < seen[0].count("/r/2/index.html") < 300
    # With omitted zeros within the network part, it is the part before them.
    short = [event("/", address=address) for address in ("2001:db8::5:6:7:8", "2001:db8::1", "2001:db8::a:b:c:d")]
    assert len({one.text for one in engine.run([(each, keys) for each in short])}) == 1


def test_a_path_cannot_select_the_keys_of_another_site(engine: Engine) -> None:
    outcome = run(engine, host="other.example.org")
    assert outcome.text == "404"
    assert all(key.removeprefix("?").startswith("my-site/h/") for key in outcome.reads)
