# SPDX-License-Identifier: GPL-3.0-or-later

"""The CloudFront Function: host → pointer → object, in a JavaScript engine with a store of a few keys."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import pytest
from py_mini_racer import MiniRacer

SOURCE = Path(__file__).parents[2] / "files" / "edge" / "viewer_request" / "viewer_request.js"
STUB = Path(__file__).with_name("cloudfront_stub.js")
IMPORT = "import cf from 'cloudfront';"

KEYS = {
    "my-site/h/www.example.com": '{"v":1,"p":"r/0f3a9c1d2b4e"}',
    "my-site/h/d111.cloudfront.net": '{"v":1,"p":"r/canary"}',
    "my-site/h/no-json.example.com": "{",
    "my-site/h/null.example.com": "null",
    "my-site/h/newer.example.com": '{"v":2,"p":"r/1"}',
    "my-site/h/text-version.example.com": '{"v":"1","p":"r/1"}',
    "my-site/h/no-prefix.example.com": '{"v":1}',
    "my-site/h/number.example.com": '{"v":1,"p":7}',
    "my-site/h/empty.example.com": '{"v":1,"p":""}',
    "my-site-eu/h/other.example.com": '{"v":1,"p":"r/other"}',
}


class Outcome(t.NamedTuple):
    value: dict[str, t.Any]
    reads: list[str]


@pytest.fixture(scope="module")
def engine() -> t.Iterator[MiniRacer]:
    engine = MiniRacer()
    code = SOURCE.read_text(encoding="utf-8")
    assert code.startswith(IMPORT)
    engine.eval("'use strict';" + STUB.read_text() + code.removeprefix(IMPORT).replace("__EDGE_NAME__", "my-site"))
    yield engine
    engine.close()


def event(host: str, uri: str, querystring: dict[str, t.Any]) -> dict[str, t.Any]:
    """As in the CloudFront Developer Guide, "CloudFront Functions event structure"."""
    return {
        "version": "1.0",
        "context": {"eventType": "viewer-request", "distributionId": "EDFDVBD6EXAMPLE", "requestId": "x"},
        "viewer": {"ip": "203.0.113.178"},
        "request": {
            "method": "GET",
            "uri": uri,
            "querystring": querystring,
            "headers": {"host": {"value": host}, "accept": {"value": "*/*"}},
            "cookies": {"id": {"value": "7"}},
        },
    }


def run(
    engine: MiniRacer, uri: str = "/", host: str = "www.example.com", querystring: dict[str, t.Any] | None = None
) -> Outcome:
    engine.eval(f"__run({json.dumps(event(host, uri, querystring or {}))}, {json.dumps(KEYS)})", timeout_sec=5)
    answer = json.loads(str(engine.eval("__answer", timeout_sec=5)))
    assert "error" not in answer, answer
    return Outcome(answer["value"], answer["reads"])


@pytest.mark.parametrize(
    ("uri", "object_path"),
    [
        ("/", "/index.html"),
        ("/dir/", "/dir/index.html"),
        ("/dir", "/dir/index.html"),
        ("/file.txt", "/file.txt"),
        ("/dir/file.txt", "/dir/file.txt"),
        ("/v1.2/docs", "/v1.2/docs/index.html"),
        ("/a.b/", "/a.b/index.html"),
        ("/.well-known/security.txt", "/.well-known/security.txt"),
        ("/.well-known/acme", "/.well-known/acme/index.html"),
        ("/a%20b", "/a%20b/index.html"),
        ("/a%20b.html", "/a%20b.html"),
        ("/gr%C3%BC%C3%9Fe/", "/gr%C3%BC%C3%9Fe/index.html"),
        ("/a+b.css", "/a+b.css"),
        ("//", "//index.html"),
        ("/index.html", "/index.html"),
    ],
)
def test_the_object_of_a_path(engine: MiniRacer, uri: str, object_path: str) -> None:
    assert run(engine, uri).value["uri"] == f"/r/0f3a9c1d2b4e{object_path}"


@pytest.mark.parametrize("host", ["www.example.com", "unknown.example.com"])
def test_the_regions_marker_is_of_no_release_and_needs_no_read(engine: MiniRacer, host: str) -> None:
    outcome = run(engine, "/_edge/region", host, {"versionId": {"value": "1"}})
    assert (outcome.value["uri"], outcome.value["querystring"], outcome.reads) == ("/_edge/region", {}, [])


@pytest.mark.parametrize(
    "uri", ["/_edge/region/", "/_edge/regions", "/_edge/", "/_edge/../_edge/region", "//_edge/region"]
)
def test_nothing_else_is_reached_beside_the_release(engine: MiniRacer, uri: str) -> None:
    assert run(engine, uri).value["uri"].startswith("/r/0f3a9c1d2b4e/")


@pytest.mark.parametrize(
    ("host", "prefix"),
    [
        ("www.example.com", "/r/0f3a9c1d2b4e/"),
        ("WWW.Example.COM", "/r/0f3a9c1d2b4e/"),
        ("www.example.com:443", "/r/0f3a9c1d2b4e/"),
        ("WWW.EXAMPLE.COM:8443", "/r/0f3a9c1d2b4e/"),
        ("d111.cloudfront.net", "/r/canary/"),
    ],
)
def test_the_release_of_a_host(engine: MiniRacer, host: str, prefix: str) -> None:
    assert run(engine, host=host).value["uri"] == f"{prefix}index.html"


@pytest.mark.parametrize(
    "host",
    [
        "unknown.example.com",
        "other.example.com",
        "example.com",
        "",
        "no-json.example.com",
        "null.example.com",
        "newer.example.com",
        "text-version.example.com",
        "no-prefix.example.com",
        "number.example.com",
        "empty.example.com",
        "__proto__",
    ],
)
def test_a_host_without_a_pointer_that_can_be_read_gets_a_page_that_says_so(engine: MiniRacer, host: str) -> None:
    answer = run(engine, "/any/path?", host).value
    assert (answer["statusCode"], answer["statusDescription"]) == (404, "Not Found")
    assert answer["headers"]["content-type"] == {"value": "text/html; charset=utf-8"}
    assert answer["headers"]["cache-control"] == {"value": "no-store"}
    assert answer["body"]["encoding"] == "text"
    assert "<h1>Not found</h1>" in answer["body"]["data"]
    assert "uri" not in answer


def test_nothing_of_the_request_is_in_the_page(engine: MiniRacer) -> None:
    pages = {run(engine, uri, host).value["body"]["data"] for uri, host in [("/<b>", "a"), ("/", "<script>")]}
    assert len(pages) == 1


@pytest.mark.parametrize("querystring", [{}, {"versionId": {"value": "1"}, "acl": {"value": ""}}])
def test_the_query_string_is_dropped_and_all_else_stays(engine: MiniRacer, querystring: dict[str, t.Any]) -> None:
    before = event("www.example.com", "/file.txt", querystring)["request"]
    after = run(engine, "/file.txt", querystring=querystring).value
    assert after == {**before, "uri": "/r/0f3a9c1d2b4e/file.txt", "querystring": {}}


@pytest.mark.parametrize("host", ["www.example.com", "unknown.example.com", "no-json.example.com"])
def test_a_request_reads_the_store_exactly_once(engine: MiniRacer, host: str) -> None:
    for _turn in range(2):
        assert run(engine, host=host).reads == [f"my-site/h/{host}"]


def code_alone() -> str:
    """The code without comments, and with empty strings."""
    pattern = r"'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|//[^\n]*|/\*.*?\*/"
    return re.sub(
        pattern, lambda m: "''" if m[0][0] in "'\"" else " ", SOURCE.read_text(encoding="utf-8"), flags=re.DOTALL
    )


FORBIDDEN = {
    "for...of": r"\bfor\s*(?:await\s*)?\([^)]*\bof\b",
    "spread and rest": r"\.\.\.",
    "destructuring": r"\b(?:const|let|var)\s*[\[{]|\(\s*[\[{][^()]*[\]}]\s*\)\s*=>|function\s*\w*\s*\(\s*[\[{]",
    "optional chaining": r"\?\.(?!\d)",
    "nullish coalescing": r"\?\?",
    "default parameters": r"function\s*\w*\s*\([^)]*=|\([^()]*=[^=>][^()]*\)\s*=>",
    "class": r"\bclass\b",
    "generators": r"\bfunction\s*\*|\byield\b",
    "maps and sets": r"\bnew\s+(?:Map|Set|WeakMap|WeakSet|Proxy|URL|URLSearchParams)\b",
    "eval and timers": r"\beval\b|\bnew\s+Function\b|\bset(?:Timeout|Interval|Immediate)\b",
    "another import": r"\brequire\s*\(|\bimport\s*\(|(?<!\A)\bimport\b",
    "flat and fromEntries": r"\.(?:flat|flatMap|matchAll|at)\s*\(|\bfromEntries\b|\bArray\.from\b",
    "logical assignment": r"(?:\|\||&&)=",
    "BigInt": r"\b\d+n\b",
    "await in arguments": r"(?<![\w$.])(?!(?:if|while|for|switch|return)\b)[\w$.]+\s*\(\s*(?:[^();]*,\s*)?await\b",
    "await in a closure": r"async\s*(?:\([^)]*\)|\w+)\s*=>",
}


@pytest.mark.parametrize("pattern", FORBIDDEN.values(), ids=FORBIDDEN)
def test_only_the_documented_language_is_used(pattern: str) -> None:
    match = re.search(pattern, code_alone())
    assert match is None, match


@pytest.mark.parametrize(
    "sample",
    [
        "for (const a of b) {}",
        "f(...a)",
        "const { a } = b",
        "(({ a }) => a)",
        "a?.b",
        "a ?? b",
        "function f(a = 1) {}",
        "(a = 1) => a",
        "class A {}",
        "JSON.parse(await store.get(key))",
        "f(a, await b)",
        "new Map()",
        "setTimeout(f)",
        "x; import a from ''",
        "a ||= b",
        "async (a) => a",
    ],
)
def test_the_lint_finds_what_it_looks_for(sample: str) -> None:
    assert any(re.search(pattern, sample) for pattern in FORBIDDEN.values())


@pytest.mark.parametrize("name", ["abc", "a" * 32], ids=["short name", "the longest name"])
def test_it_fits_as_it_is_deployed(name: str) -> None:
    code = SOURCE.read_text(encoding="utf-8")
    assert code.count("__EDGE_NAME__") == 1
    assert len(code.replace("__EDGE_NAME__", name).encode()) <= 10_240


def test_there_is_one_handler_and_the_import_comes_first() -> None:
    code = SOURCE.read_text(encoding="utf-8")
    assert code.startswith(IMPORT)
    assert len(re.findall(r"^(?:async )?function handler\(event\)", code, re.MULTILINE)) == 1
