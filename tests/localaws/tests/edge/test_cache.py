"""The cache: times to live, keys, and answers from a copy."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from localaws.edge.cache.store import Cache, Entry, time_to_live
from localaws.edge.cache.stored_response import build as from_stored
from localaws.edge.policies import Selection, parse_cache_policy, selected_query
from localaws.tests.edge.samples import REQUEST

POLICY = parse_cache_policy(
    {
        "MinTTL": 1,
        "DefaultTTL": 86400,
        "MaxTTL": 31536000,
        "ParametersInCacheKeyAndForwardedToOrigin": {
            "EnableAcceptEncodingGzip": True,
            "EnableAcceptEncodingBrotli": True,
            "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": {"Items": ["Accept-Language"]}},
            "CookiesConfig": {"CookieBehavior": "none"},
            "QueryStringsConfig": {"QueryStringBehavior": "whitelist", "QueryStrings": {"Items": ["v"]}},
        },
    }
)


@pytest.mark.parametrize(
    ("headers", "minimum", "seconds"),
    [
        ({}, 1, 86400),
        ({"cache-control": "max-age=60"}, 1, 60),
        ({"cache-control": "public, max-age=60, s-maxage=5"}, 1, 5),
        ({"cache-control": "max-age=0"}, 1, 1),
        ({"cache-control": "max-age=99999999"}, 1, 31536000),
        ({"cache-control": "max-age=60", "expires": "Thu, 01 Jan 1970 00:20:00 GMT"}, 1, 60),
        ({"expires": "Thu, 01 Jan 1970 00:20:00 GMT"}, 1, 200),
        ({"expires": "0"}, 1, 1),
        ({"cache-control": "no-store"}, 1, 1),
        ({"cache-control": "no-store"}, 0, 0),
        ({"cache-control": "private, max-age=60"}, 0, 0),
    ],
)
def test_time_to_live(headers: dict[str, str], minimum: float, seconds: float) -> None:
    policy = dataclasses.replace(POLICY, min_ttl=minimum)
    assert time_to_live(list(headers.items()), policy, 1000.0) == seconds


def test_the_cache_key_has_the_path_and_what_the_policy_includes() -> None:
    def key(**changes: Any) -> Any:
        return POLICY.key(dataclasses.replace(REQUEST, **changes))

    def with_header(name: str, value: str) -> Any:
        return key(headers=[*REQUEST.headers, (name, value)])

    assert key() == key(query="x=3&v=1", cookies={}, method="HEAD") == with_header("accept-encoding", "deflate")
    assert with_header("accept-encoding", "gzip, br") == with_header("accept-encoding", "br;q=1, deflate, gzip")
    different = [key(), key(uri="/%61"), key(query="v=2"), with_header("accept-language", "sv")]
    assert len({*different, with_header("accept-encoding", "gzip"), with_header("accept-encoding", "br")}) == 6


def test_selected_query_keeps_order_and_spelling() -> None:
    assert selected_query("b=%20&a&b=2&c", [Selection("whitelist", frozenset({"b"}))]) == "b=%20&b=2"
    assert selected_query("b=1&a", [Selection(), Selection("allExcept", frozenset({"a"}))]) == "b=1"
    assert selected_query("b=1&&a", [Selection("all")]) == "b=1&&a"


@pytest.mark.parametrize(
    ("headers", "status", "body"),
    [
        ({}, 200, b"0123456789"),
        ({"range": "bytes=2-4"}, 206, b"234"),
        ({"range": "bytes=8-"}, 206, b"89"),
        ({"range": "bytes=-3"}, 206, b"789"),
        ({"range": "bytes=0-99"}, 206, b"0123456789"),
        ({"range": "bytes=10-"}, 416, b""),
        ({"range": "bytes=-0"}, 416, b""),
        ({"range": "bytes=1-2,4-5"}, 200, b"0123456789"),
        ({"range": "bytes=4-2"}, 200, b"0123456789"),
        ({"range": "bytes=2-4", "if-range": '"e"'}, 206, b"234"),
        ({"range": "bytes=2-4", "if-range": '"other"'}, 200, b"0123456789"),
        ({"if-none-match": '"x", W/"e"'}, 304, b""),
        ({"if-none-match": '"x"', "if-modified-since": "Thu, 01 Jan 2032 00:00:00 GMT"}, 200, b"0123456789"),
        ({"if-modified-since": "Thu, 01 Jan 2032 00:00:00 GMT"}, 304, b""),
        ({"if-modified-since": "yesterday"}, 200, b"0123456789"),
    ],
)
def test_conditional_and_range_requests_from_the_copy(
    tmp_path: Path, headers: dict[str, str], status: int, body: bytes
) -> None:
    writer = Cache(tmp_path).writer()
    writer.write(b"0123456789")
    modified = ("Last-Modified", "Wed, 01 Jan 2031 00:00:00 GMT")
    stored = Entry(200, [("ETag", '"e"'), modified], writer.commit(), writer.size, 0, 60, None)
    answer = from_stored(stored, dataclasses.replace(REQUEST, headers=list(headers.items())))
    assert (answer.status, b"".join(answer.chunks), answer.length) == (status, body, len(body))
