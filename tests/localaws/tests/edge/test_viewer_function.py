"""CloudFront Functions: events, results, and failures."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from localaws.edge.messages import Answer, Refusal, ViewerRequest
from localaws.edge.viewer_function.function import FunctionCode, FunctionRefused, KeyValues, ViewerFunction, prepare
from localaws.tests.edge.samples import REQUEST, SYDNEY


def run(code: str, keys: dict[str, str] | None = None, **changes: Any) -> ViewerRequest | Answer:
    store = KeyValues("store", keys) if keys is not None else None
    function = ViewerFunction(FunctionCode("test", code.encode(), store))
    try:
        return function.run(dataclasses.replace(REQUEST, **changes), SYDNEY, "d1.cloudfront.net", "E1")
    finally:
        function.close()


def body_of(code: str, keys: dict[str, str] | None = None) -> Any:
    answer = run("import cf from 'cloudfront';\n" + code, keys)
    assert isinstance(answer, Answer)
    return json.loads(b"".join(answer.chunks))


def answering(expression: str) -> str:
    """A function that answers with a value. CloudFront refuses await within the arguments of a call."""
    return f"""async function handler(event) {{
        const value = {expression};
        return {{ statusCode: 200, body: JSON.stringify(value) }};
    }}"""


def test_a_function_reads_its_keys() -> None:
    expression = (
        "[await cf.kvs().get('a'), await cf.kvs().get('j', {format: 'json'}), await cf.kvs('store').exists('b'),"
        " (await cf.kvs().meta()).keyCount, await cf.kvs().get('b').catch(e => 'none'),"
        " [await cf.kvs().get('u', {format: 'bytes'})].map(bytes => Array.from(bytes))[0]]"
    )
    keys = {"a": "1", "j": '{"k": [2]}', "u": "é"}
    assert body_of(answering(expression), keys) == ["1", {"k": [2]}, False, 3, "none", [0xC3, 0xA9]]


def test_a_read_that_fails_throws_as_a_missing_key_does() -> None:
    """Only exists() distinguishes them."""
    get = "await cf.kvs().get('{key}').catch(e => e instanceof Error)"
    expression = f"[{', '.join([get.format(key=key) for key in ('a', 'b', 'x')])}, await cf.kvs().exists('a')]"
    code = "import cf from 'cloudfront';\n" + answering(f"{expression[:-1]}, await cf.kvs().exists('x')]")
    function = ViewerFunction(FunctionCode("test", code.encode(), KeyValues("store", {"a": "1", "b": "2"})))
    function.failing_reads = ("a", "none")
    answer = function.run(REQUEST, SYDNEY)
    function.close()
    assert isinstance(answer, Answer)
    assert json.loads(b"".join(answer.chunks)) == [True, "2", True, True, False]


def test_a_key_that_no_store_can_have_is_neither_there_nor_missing() -> None:
    asked = "[await cf.kvs().get('{0}').catch(String), await cf.kvs().exists('{0}').catch(e => e instanceof Error)]"
    found = body_of(answering(asked.format("ü" * 257)), {})
    assert (found[0][:17], found[1]) == ("Error: InvalidKey", True)
    assert body_of(answering(asked.format("ü" * 256)), {})[1] is False


@pytest.mark.parametrize(("query", "raw"), [("a=%zz&&a=1", "a=%zz&&a=1"), ("", None)])
def test_a_function_can_have_the_query_string_as_the_viewer_sent_it(query: str, raw: str | None) -> None:
    answer = run(answering("[event.request.rawQueryString()]"), query=query)
    assert isinstance(answer, Answer)
    assert json.loads(b"".join(answer.chunks)) == [raw]


def test_a_function_sees_the_documented_event() -> None:
    event = body_of(answering("[event, cf.edgeLocation, Date.now() === new Date().getTime()]"))
    assert event[0]["version"] == "1.0"
    assert event[0]["context"] == {
        "distributionDomainName": "d1.cloudfront.net",
        "endpoint": "d1.cloudfront.net",
        "distributionId": "E1",
        "eventType": "viewer-request",
        "requestId": "id==",
    }
    assert event[0]["viewer"] == {"ip": "192.0.2.1"}
    assert event[0]["request"] == {
        "method": "GET",
        "uri": "/a",
        "querystring": {"v": {"value": "1"}, "x": {"value": "2"}},
        "headers": {"host": {"value": "www.example.com"}},
        "cookies": {"c": {"value": "1"}},
    }
    assert event[1:] == [{"name": "SYD", "region": SYDNEY.regional_edge_cache, "serverIp": "127.0.0.1"}, True]


def test_an_unchanged_request_is_the_same_bytes() -> None:
    changes: dict[str, Any] = {
        "uri": "/%20+é\udcff//..",
        "query": "b=%2B&a&&a=1",
        "headers": [("host", "h"), ("x", "1")],
    }
    assert run("function handler(event) { return event.request; }", **changes) == dataclasses.replace(
        REQUEST, **changes
    )


def test_a_function_changes_uri_query_headers_and_cookies() -> None:
    changed = run(
        "function handler(event) { const r = event.request; r.uri = '/new'; r.querystring = {a: {value: '1'}};"
        "r.headers['x-a'] = {value: 'b'}; r.cookies = {}; return r; }"
    )
    assert isinstance(changed, ViewerRequest)
    assert (changed.uri, changed.query, changed.cookies, changed.header("x-a")) == ("/new", "a=1", {}, "b")


def test_a_generated_response() -> None:
    answer = run(
        "function handler(event) { return {statusCode: 302, statusDescription: 'Found',"
        "headers: {location: {value: '/x'}}, cookies: {s: {value: '1', attributes: 'Secure'}},"
        "body: {encoding: 'base64', data: 'aGk='}}; }"
    )
    assert isinstance(answer, Answer)
    assert answer.headers == [("location", "/x"), ("set-cookie", "s=1; Secure")]
    assert (answer.status, answer.reason, b"".join(answer.chunks)) == (302, "Found", b"hi")


@pytest.mark.parametrize(
    "code",
    [
        "function handler(event) { throw new Error('x'); }",
        "async function handler(event) { await null; throw new Error('x'); }",
        "import cf from 'cloudfront';\nasync function handler(event) { return await cf.kvs().get('missing'); }",
        "function handler(event) { undeclared = 1; return event.request; }",
        "function handler(event) { return eval('event.request'); }",
        "function handler(event) { return (function () {}).constructor('return 1')(); }",
        "function handler(event) { setTimeout(function () {}, 0); return event.request; }",
        "function handler(event) { for (;;) {} }",
        "async function handler(event) { await null; for (;;) {} }",
        "function handler(event) { return new Promise(function () {}); }",
        "function handler(event) { const a = []; for (;;) { a.push(new Array(100000).fill(1)); } }",
        "function handler(event) {",
        "const x = 1;",
    ],
)
def test_a_function_that_fails_is_a_503(code: str) -> None:
    with pytest.raises(Refusal) as caught:
        run(code, {})
    assert (caught.value.status, caught.value.x_cache) == (503, "FunctionExecutionError from cloudfront")


@pytest.mark.parametrize(
    "change",
    [
        "r.headers.host = {value: 'other'}",
        "delete r.headers.host",
        "r.method = 'HEAD'",
        "r.headers['x-edge-location'] = {value: 'SYD'}",
        "r.headers['x-a'] = 'b'",
        "r.uri = 'relative'",
        "r.uri = '/a b'",
        "return {statusCode: '200'}",
        "return {statusCode: 200, cookies: 1}",
        "return {statusCode: 200, headers: {'x-cache': {value: 'Hit'}}}",
        "return {statusCode: 200, body: 'x'.repeat(50000)}",
        "return {statusCode: 200, headers: {'x-a': {value: 'a\\r\\nb: c'}}}",
        "return null",
    ],
)
def test_an_invalid_result_is_a_502(change: str) -> None:
    with pytest.raises(Refusal) as caught:
        run(f"function handler(event) {{ const r = event.request; {change}; return r; }}")
    assert caught.value.status == 502


@pytest.mark.parametrize(
    "code",
    [
        "const x = 1;\nimport cf from 'cloudfront';\nfunction handler(event) { return event.request; }",
        "import crypto from 'crypto';\nfunction handler(event) { return event.request; }",
        "function handler(event) { return event.request; }" + " " * 10240,
        "async function handler(event) { return JSON.parse(await null); }",
        "async function handler(event) { return Object.keys({ a: await null }); }",
    ],
    ids=["late import", "another import", "over 10 KB", "await in arguments", "await inside an argument"],
)
def test_code_that_cloudfront_would_refuse_is_a_502(code: str) -> None:
    with pytest.raises(Refusal) as caught:
        run(code, {})
    assert (caught.value.status, caught.value.x_cache) == (502, "FunctionValidationError from cloudfront")


def test_code_that_cloudfront_refuses() -> None:
    prepare(b"// comment\n/* more */ import cf from 'cloudfront';\nfunction handler(e) { return e.request; }")
    prepare(b" " * 10240)
    for code, message in [(b" " * 10241, "10241 bytes"), (b"let a = import('x');", "imports"), (b"\xff", "UTF-8")]:
        with pytest.raises(FunctionRefused, match=message):
            prepare(code)


def test_a_function_works_again_after_it_was_stopped() -> None:
    loop = "if (event.request.uri === '/x') { for (;;) {} }"
    code = f"async function handler(event) {{ await null; {loop} return event.request; }}"
    function = ViewerFunction(FunctionCode("test", code.encode()))
    with pytest.raises(Refusal):
        function.run(dataclasses.replace(REQUEST, uri="/x"), SYDNEY)
    assert function.run(REQUEST, SYDNEY) == REQUEST
    function.close()


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("const v = JSON.parse(await store.get('k'));", True),
        ("f(1, await store.get('k'));", True),
        ("const v = await store.get('k');", False),
        ("if (await store.exists('k')) { return event.request; }", False),
        ("const v = await f(g(1));", False),
    ],
)
def test_await_in_arguments_is_refused_as_cloudfronts_engine_does(line: str, refused: bool) -> None:
    code = f"import cf from 'cloudfront';\nconst store = cf.kvs();\nasync function handler(event) {{ {line} }}".encode()
    if not refused:
        prepare(code)
        return
    with pytest.raises(FunctionRefused, match="awaits in the arguments"):
        prepare(code)
