"""The local edge answers as CloudFront does: its rules one by one, and a deployed distribution end to end."""

from __future__ import annotations

import dataclasses
import hashlib
import http.client
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from cloud.edge import Edge, EdgeError, OriginRequest
from cloud.edge.cache import Cache, Entry, time_to_live
from cloud.edge.header_rules import RuleBroken, check_origin_request, check_signature_covers
from cloud.edge.messages import Answer, Refusal, ViewerRequest
from cloud.edge.policies import Selection, parse_cache_policy, selected_query
from cloud.edge.stored_answer import build as from_stored
from cloud.edge.viewer_function import FunctionCode, FunctionRefused, KeyValues, ViewerFunction, prepare
from cloud.fixture import Deployment, deploy
from cloud.geo import load_pops
from cloud.local import LocalCloud

REGIONS = ["eu-north-1", "us-east-1", "ap-southeast-2"]
FUNCTION = """import cf from 'cloudfront';
async function handler(event) {
  const request = event.request;
  if (request.uri === '/who') {
    return { statusCode: 200, headers: { 'x-made': { value: 'yes' } }, body: JSON.stringify({
      host: request.headers.host.value, pop: cf.edgeLocation.name, region: cf.edgeLocation.region,
      release: await cf.kvs().get('release'), headers: Object.keys(request.headers), ip: event.viewer.ip }) };
  }
  if (request.uri.startsWith('/echo/')) { return { statusCode: 200, body: request.uri }; }
  if (request.uri === '/throw') { throw new Error('on purpose'); }
  return request;
}
"""
HANDLER = """
import os
from awscrt.auth import (AwsCredentialsProvider, AwsSignatureType, AwsSignedBodyHeaderType, AwsSigningAlgorithm,
                         AwsSigningConfig, aws_sign_request)
from awscrt.http import HttpHeaders, HttpRequest

def handler(event, context):
    cf = event["Records"][0]["cf"]
    request, host = cf["request"], cf["request"]["origin"]["custom"]["domainName"]
    uri = request["uri"]
    if uri == "/fail":
        raise ValueError("on purpose")
    if uri == "/slow":
        import time; time.sleep(60)
    if uri == "/environment":
        import json
        return {"status": "200", "headers": {"x-made": [{"key": "X-Made", "value": "lambda"}]},
                "body": json.dumps(sorted(os.environ))}
    if uri == "/unsigned-request":
        return request
    if uri == "/blocked":
        request["headers"]["x-edge-result"] = [{"key": "X-Edge-Result", "value": "1"}]
        return request
    extra = {} if uri == "/forgets-cf-id" else {"x-amz-cf-id": cf["config"]["requestId"]}
    signed = HttpRequest(request["method"], uri, HttpHeaders([("host", host), *extra.items()]))
    provider = AwsCredentialsProvider.new_static(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"],
                                                 os.environ["AWS_SESSION_TOKEN"])
    config = AwsSigningConfig(
        algorithm=AwsSigningAlgorithm.V4_ASYMMETRIC, signature_type=AwsSignatureType.HTTP_REQUEST_HEADERS,
        credentials_provider=provider, region="*", service="s3", use_double_uri_encode=False,
        should_normalize_uri_path=False, signed_body_value="UNSIGNED-PAYLOAD",
        signed_body_header_type=AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256)
    aws_sign_request(signed, config).result(5)
    for name, value in signed.headers:
        if name.lower() not in ("host", "x-amz-cf-id"):
            request["headers"][name.lower()] = [{"key": name, "value": value}]
    if uri == "/unsigned-header":
        request["headers"]["x-amz-tagging-directive"] = [{"key": "x-amz-tagging-directive", "value": "COPY"}]
    request["headers"]["host"] = [{"key": "Host", "value": host}]
    return request
"""
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
REQUEST = ViewerRequest(
    "id==", "GET", "www.example.com", "/a", "v=1&x=2", [("host", "www.example.com")], {"c": "1"}, "192.0.2.1"
)
SYDNEY = load_pops()["SYD"]


def given() -> dict[str, Any]:
    return {
        "clientIp": "192.0.2.1",
        "method": "GET",
        "uri": "/a",
        "querystring": "",
        "headers": {"via": [{"key": "Via", "value": "1.1 x"}], "host": [{"key": "Host", "value": "h"}]},
        "origin": {"custom": {"domainName": "h", "customHeaders": {"x-c": [{"key": "X-C", "value": "1"}]}, "path": ""}},
    }


def entry(name: str, value: str = "1") -> list[dict[str, str]]:
    return [{"key": name, "value": value}]


# --- what Lambda@Edge may return


def test_an_unchanged_request_and_new_headers_are_allowed() -> None:
    answer = given()
    answer["headers"]["authorization"] = entry("Authorization")
    del answer["headers"]["via"]
    del answer["querystring"]
    check_origin_request(given(), answer)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda a: a["headers"].update({"x-edge-a": entry("X-Edge-A")}), "x-edge-a"),
        (lambda a: a["headers"].update({"x-amz-cf-id": entry("X-Amz-Cf-Id")}), "x-amz-cf-id"),
        (lambda a: a["headers"].update({"connection": entry("Connection")}), "connection"),
        (lambda a: a["headers"].update({"via": entry("Via", "2.0 y")}), "changed the header via"),
        (lambda a: a["headers"].update({"if-none-match": entry("If-None-Match")}), "added the header if-none-match"),
        (lambda a: a["headers"].update({"X-Upper": entry("X-Upper")}), "X-Upper"),
        (lambda a: a["headers"].update({"x-a": entry("X-B")}), "only its case"),
        (lambda a: a["headers"].update({"x-a": entry("X-A", "1\r\nx-b: 2")}), "control characters"),
        (lambda a: a["headers"].update({"x-c": entry("X-C")}), "both in headers and"),
        (lambda a: a.update(method="HEAD"), "method"),
        (lambda a: a.update(clientIp="192.0.2.2"), "clientIp"),
        (lambda a: a.update(uri="a"), "URI"),
        (lambda a: a.update(uri="/a b"), "URI"),
        (lambda a: a.update(querystring="a b"), "query string"),
        (lambda a: a["origin"].update(s3={"domainName": "b"}), "exactly one"),
        (lambda a: a.update(origin={}), "exactly one"),
        (lambda a: a.update(headers=[]), "headers object"),
    ],
)
def test_what_cloudfront_refuses_from_lambda(change: Callable[[dict[str, Any]], None], says: str) -> None:
    answer = given()
    change(answer)
    with pytest.raises(RuleBroken, match=says):
        check_origin_request(given(), answer)


def test_every_amz_header_must_be_signed() -> None:
    authorization = (
        "Authorization",
        "AWS4-ECDSA-P256-SHA256 Credential=a/b, SignedHeaders=host;x-amz-date, Signature=0",
    )
    check_signature_covers([authorization, ("X-Amz-Date", "now"), ("Via", "x")])
    check_signature_covers([("X-Amz-Cf-Id", "no signature, no rule")])
    with pytest.raises(RuleBroken, match=r"does not cover x-amz-cf-id: .* refuse it with 403"):
        check_signature_covers([authorization, ("X-Amz-Date", "now"), ("X-Amz-Cf-Id", "id")])


# --- the cache


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


def test_the_cache_key_is_the_path_and_what_the_policy_names() -> None:
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
    writer = Cache(tmp_path, time.time).writer()
    writer.write(b"0123456789")
    modified = ("Last-Modified", "Wed, 01 Jan 2031 00:00:00 GMT")
    stored = Entry(200, [("ETag", '"e"'), modified], writer.commit(), writer.size, 0, 60, None)
    answer = from_stored(stored, dataclasses.replace(REQUEST, headers=list(headers.items())))
    assert (answer.status, b"".join(answer.chunks), answer.length) == (status, body, len(body))


# --- the viewer function


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
    return f"async function handler(event) {{ return {{statusCode: 200, body: JSON.stringify({expression})}}; }}"


def test_a_function_reads_its_keys() -> None:
    expression = (
        "[await cf.kvs().get('a'), await cf.kvs().get('j', {format: 'json'}), await cf.kvs('store').exists('b'),"
        " (await cf.kvs().meta()).keyCount, await cf.kvs().get('b').catch(e => 'none'),"
        " Array.from(await cf.kvs().get('u', {format: 'bytes'}))]"
    )
    keys = {"a": "1", "j": '{"k": [2]}', "u": "é"}
    assert body_of(answering(expression), keys) == ["1", {"k": [2]}, False, 3, "none", [0xC3, 0xA9]]


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
        "const x = 1;\nimport cf from 'cloudfront';\nfunction handler(event) { return event.request; }",
        "import crypto from 'crypto';\nfunction handler(event) { return event.request; }",
        "function handler(event) { return event.request; }" + " " * 10240,
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
def test_a_function_that_answers_wrongly_is_a_502(change: str) -> None:
    with pytest.raises(Refusal) as caught:
        run(f"function handler(event) {{ const r = event.request; {change}; return r; }}")
    assert caught.value.status == 502


def test_code_that_cloudfront_refuses() -> None:
    prepare(b"// comment\n/* more */ import cf from 'cloudfront';\nfunction handler(e) { return e.request; }")
    prepare(b" " * 10240)
    for code, says in [(b" " * 10241, "10241 bytes"), (b"let a = import('x');", "imports"), (b"\xff", "UTF-8")]:
        with pytest.raises(FunctionRefused, match=says):
            prepare(code)


def test_a_function_works_again_after_it_was_stopped() -> None:
    loop = "if (event.request.uri === '/x') { for (;;) {} }"
    code = f"async function handler(event) {{ await null; {loop} return event.request; }}"
    function = ViewerFunction(FunctionCode("test", code.encode()))
    with pytest.raises(Refusal):
        function.run(dataclasses.replace(REQUEST, uri="/x"), SYDNEY)
    assert function.run(REQUEST, SYDNEY) == REQUEST
    function.close()


# --- end to end


@dataclasses.dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def x_cache(self) -> str:
        return self.headers["x-cache"].removesuffix(" from cloudfront")


class Site:
    """A deployed distribution, its edge, and a viewer."""

    def __init__(self, cloud: LocalCloud, deployment: Deployment, archive: bytes, workdir: Path) -> None:
        self.cloud = cloud
        self.deployment = deployment
        self.archive = archive
        self.now = 0.0
        self.tamper = False
        self.sent: list[OriginRequest] = []
        self.edge = Edge(
            cloud.url,
            deployment.distribution_id,
            "eu-north-1",
            workdir,
            clock=lambda: time.time() + self.now,
            send=self._send,
        )

    def _send(self, request: OriginRequest) -> OriginRequest:
        self.sent.append(request)
        if not self.tamper:
            return request
        # The last digit of the signature.
        return dataclasses.replace(
            request,
            headers=[
                (name, value[:-1] + ("1" if value[-1] == "0" else "0") if name.lower() == "authorization" else value)
                for name, value in request.headers
            ],
        )

    def put(self, key: str, body: bytes, **more: Any) -> None:
        for region, bucket in self.deployment.buckets.items():
            self.cloud.client("s3", region).put_object(Bucket=bucket, Key=key, Body=body, **more)

    def get(self, path: str, pop: str | None = None, method: str = "GET", **headers: str) -> Reply:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if pop:
            sent["X-Edge-Location"] = pop
        where = urlsplit(self.edge.url)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
        try:
            connection.request(method, path, headers=sent)
            answer = connection.getresponse()
            return Reply(answer.status, {n.lower(): v for n, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()


def lambda_zip(source: str = HANDLER) -> bytes:
    spec, native = find_spec("awscrt"), find_spec("_awscrt")
    assert spec and spec.origin and native and native.origin
    package, library = Path(spec.origin).parent, Path(native.origin)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as content:
        content.writestr("handler.py", source)
        for path in package.rglob("*.py"):
            content.write(path, path.relative_to(package.parent))
        content.write(library, library.name)
    return archive.getvalue()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    workdir = tmp_path_factory.mktemp("site")
    with LocalCloud(workdir=workdir) as cloud:
        archive = lambda_zip()
        found = deploy(cloud, REGIONS, function_code=FUNCTION, lambda_zip=archive, keys={"release": "r1"})
        site = Site(cloud, found, archive, workdir)
        for region, bucket in found.buckets.items():
            cloud.client("s3", region).put_object(Bucket=bucket, Key="where", Body=region.encode())
        with site.edge:
            yield site


def test_miss_then_hit(site: Site) -> None:
    site.put("a.txt", b"hello", ContentType="text/plain", CacheControl="max-age=100")
    first = site.get("/a.txt", "ARN")
    assert (first.status, first.body, first.x_cache) == (200, b"hello", "Miss")
    assert first.headers["content-type"] == "text/plain"
    assert first.headers["content-length"] == "5"
    assert first.headers["x-amz-cf-pop"].startswith("ARN")
    assert "age" not in first.headers
    site.now += 30
    second = site.get("/a.txt", "ARN")
    assert (second.status, second.body, second.x_cache) == (200, b"hello", "Hit")
    assert 30 <= int(second.headers["age"]) < 40
    assert second.headers["x-amz-cf-id"] != first.headers["x-amz-cf-id"]
    assert second.headers["etag"] == first.headers["etag"]


def test_the_origin_gets_the_request_id_and_nothing_of_the_viewer(site: Site) -> None:
    site.put("private", b"x")
    site.sent.clear()
    reply = site.get("/private?acl", Cookie="a=b", Authorization="Basic x", x_amz_acl="y", Referer="z")
    assert reply.status == 200
    (request,) = site.sent
    names = [name.lower() for name, _ in request.headers]
    assert dict(request.headers)["X-Amz-Cf-Id"] == reply.headers["x-amz-cf-id"]
    assert request.target == "/private"
    assert not {"cookie", "referer", "x-amz-acl", "x-edge-location"} & set(names)
    assert names.count("authorization") == 1
    assert dict(request.headers)["User-Agent"] == "Amazon CloudFront"


def test_head_and_range_and_conditions(site: Site) -> None:
    site.put("digits", b"0123456789")
    head = site.get("/digits", method="HEAD")
    assert (head.status, head.body, head.headers["content-length"], head.x_cache) == (200, b"", "10", "Miss")
    part = site.get("/digits", Range="bytes=2-4")
    assert (part.status, part.body, part.x_cache) == (206, b"234", "Miss")
    etag = head.headers["etag"]
    assert site.get("/digits", If_None_Match=etag).status == 304
    assert site.get("/digits").x_cache == "Miss"
    assert site.get("/digits", method="HEAD").x_cache == "Hit"
    part = site.get("/digits", Range="bytes=-3")
    assert (part.status, part.body, part.x_cache) == (206, b"789", "Hit")
    assert part.headers["content-range"] == "bytes 7-9/10"
    assert site.get("/digits", If_None_Match=etag).x_cache == "Hit"
    assert site.get("/digits", Range="bytes=10-").status == 416


def test_each_point_of_presence_has_its_cache_and_its_nearest_bucket(site: Site) -> None:
    for pop, region in [("ARN", "eu-north-1"), ("IAD", "us-east-1"), ("SYD", "ap-southeast-2")]:
        for x_cache in ("Miss", "Hit"):
            reply = site.get("/where", pop)
            assert (reply.x_cache, reply.body.decode()) == (x_cache, region)
            assert reply.headers["x-local-bucket-region"] == region
            assert reply.headers["x-amz-cf-pop"][:3] == pop
    assert site.get("/where").x_cache == "Hit"  # the home Region is nearest to ARN


def test_an_expired_copy_is_revalidated(site: Site) -> None:
    site.put("old", b"1", CacheControl="max-age=5")
    assert site.get("/old").x_cache == "Miss"
    site.now += 6
    assert (site.get("/old").x_cache, site.get("/old").x_cache) == ("RefreshHit", "Hit")
    site.put("old", b"2", CacheControl="max-age=5")
    assert site.get("/old").body == b"1"
    site.now += 6
    assert (site.get("/old").body, site.get("/old").x_cache) == (b"2", "Hit")


def test_a_missing_object_is_remembered_for_ten_seconds(site: Site) -> None:
    reply = site.get("/late")
    assert (reply.status, reply.x_cache) == (404, "Error")
    site.put("late", b"here")
    assert site.get("/late").status == 404
    site.now += 11
    assert site.get("/late").body == b"here"


def test_hosts(site: Site) -> None:
    own = site.deployment.domain_name
    for host in (own, own.upper(), f"{own}:443", "localhost:1", "127.0.0.1", "[::1]:8080"):
        reply = site.get("/who", Host=host)
        assert (reply.status, json.loads(reply.body)["host"]) == (200, own)
    assert site.get("/who", Host="other.example.com").status == 404
    assert site.get("/who", Host="").status == 404


def test_the_point_of_presence_is_the_viewers_wish(site: Site) -> None:
    reply = site.get("/who", "syd")
    said = json.loads(reply.body)
    assert (said["pop"], said["region"], said["release"]) == ("SYD", SYDNEY.regional_edge_cache, "r1")
    assert "x-edge-location" not in said["headers"]
    assert (reply.x_cache, reply.headers["x-made"]) == ("FunctionGeneratedResponse", "yes")
    refused = site.get("/who", "XXX")
    assert refused.status == 400
    assert b"ARN" in refused.body
    assert site.get("/who", "").status in (200, 400)


def test_refusals_never_show_a_traceback(site: Site) -> None:
    for path, status, x_cache, says in [
        ("/throw", 503, "FunctionExecutionError", "could not run"),
        ("/fail", 502, "LambdaExecutionError", "on purpose"),
        ("/blocked", 502, "LambdaValidationError", "x-edge-result"),
        ("/unsigned-header", 502, "LambdaValidationError", "x-amz-tagging-directive"),
        ("/forgets-cf-id", 502, "LambdaValidationError", "x-amz-cf-id"),
        ("/slow", 504, "LambdaExecutionError", "timeout"),
    ]:
        reply = site.get(path)
        assert (reply.status, reply.x_cache) == (status, x_cache), path
        assert says in reply.body.decode()
        assert "Traceback" not in reply.body.decode()
        assert reply.headers["x-amz-cf-id"]
    assert site.get("/unsigned-request").status == 403
    assert site.get("/a", method="POST").status == 403
    assert site.get("/a", method="OPTIONS").status == 403


def test_a_tampered_signature_is_refused_by_s3(site: Site) -> None:
    site.put("tampered", b"x")
    site.tamper = True
    try:
        assert site.get("/tampered").status == 403
    finally:
        site.tamper = False
    site.now += 11
    assert site.get("/tampered").status == 200


def test_the_lambda_has_the_environment_of_lambda_at_edge(site: Site) -> None:
    reply = site.get("/environment")
    assert reply.x_cache == "LambdaGeneratedResponse"
    ours = {"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
    ours |= {"AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION", "PATH", "LANG"}
    assert set(json.loads(reply.body)) - {"LC_CTYPE"} == ours


def test_paths_are_passed_on_byte_for_byte(site: Site) -> None:
    key = "a b+c/ü(1)&'~/ok"
    site.put(key, b"special")
    encoded = "/" + quote(key, safe="/~")
    assert site.get(encoded).body == b"special"
    for number, path in enumerate(
        [encoded.replace("%28", "("), encoded.replace("%29", ")"), encoded.replace("%27", "'")]
    ):
        assert (site.get(path).body, number) == (b"special", number)
    assert site.get(encoded.replace("%26", "&")).body == b"special"
    # Another spelling is another cache key.
    assert site.get(encoded.replace("%C3%BC", "%c3%bc")).x_cache == "Miss"
    site.put("/double//slash/../x", b"kept")
    assert site.get("//double//slash/../x").body == b"kept"
    site.put("%41", b"percent")
    assert site.get("/%2541").body == b"percent"


def test_raw_unicode_bytes_reach_the_function_as_text(site: Site) -> None:
    where = urlsplit(site.edge.url)
    with socket.create_connection((where.hostname, where.port), timeout=30) as viewer:
        viewer.sendall("GET /echo/à//x?é HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: viewer.recv(4096), b""))
    assert answer.endswith("\r\n\r\n/echo/à//x".encode())


def test_a_big_object(site: Site) -> None:
    body = hashlib.shake_256(b"big").digest(40 * 1024 * 1024)
    region = "ap-southeast-2"
    site.cloud.client("s3", region).put_object(Bucket=site.deployment.buckets[region], Key="big", Body=body)
    for x_cache in ("Miss", "Hit"):
        reply = site.get("/big", "SYD")
        assert reply.x_cache == x_cache
        assert hashlib.sha256(reply.body).digest() == hashlib.sha256(body).digest()
    part = site.get("/big", "SYD", Range="bytes=20000000-20000009")
    assert (part.status, part.body) == (206, body[20000000:20000010])


def test_keep_alive(site: Site) -> None:
    site.put("kept", b"x" * 1000)
    where = urlsplit(site.edge.url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
    sockets = set()
    for path in ("/kept", "/kept", "/nothing", "/throw"):
        connection.request("GET", path)
        connection.getresponse().read()
        sockets.add(connection.sock)
    assert len(sockets) == 1
    connection.close()


def test_a_change_of_the_deployment_is_picked_up(site: Site) -> None:
    keys = site.cloud.client("cloudfront-keyvaluestore")
    arn = site.deployment.kvs_arn
    keys.put_key(KvsARN=arn, Key="release", Value="r2", IfMatch=keys.describe_key_value_store(KvsARN=arn)["ETag"])
    site.edge.refresh()
    assert json.loads(site.get("/who").body)["release"] == "r2"
    keys.put_key(KvsARN=arn, Key="release", Value="r3", IfMatch=keys.describe_key_value_store(KvsARN=arn)["ETag"])
    deadline = time.monotonic() + 10
    while json.loads(site.get("/who").body)["release"] != "r3":  # by itself
        assert time.monotonic() < deadline
        time.sleep(0.1)

    cloudfront, name = site.cloud.client("cloudfront"), site.deployment.viewer_function_arn.rpartition("/")[2]
    live = cloudfront.describe_function(Name=name, Stage="DEVELOPMENT")
    code = FUNCTION.replace("'/who'", "'/new-who'").encode()
    config = live["FunctionSummary"]["FunctionConfig"]
    cloudfront.update_function(Name=name, IfMatch=live["ETag"], FunctionConfig=config, FunctionCode=code)
    site.edge.refresh()
    assert site.get("/who").x_cache == "FunctionGeneratedResponse"  # updated, not published
    etag = cloudfront.describe_function(Name=name, Stage="DEVELOPMENT")["ETag"]
    cloudfront.publish_function(Name=name, IfMatch=etag)
    site.edge.refresh()
    assert site.get("/new-who").status == 200
    assert site.get("/who").x_cache == "Error"


def test_a_new_version_of_the_lambda(site: Site) -> None:
    client, cloudfront = site.cloud.client("lambda"), site.cloud.client("cloudfront")
    name = site.deployment.lambda_version_arn.split(":")[6]
    source = (
        "def handler(event, context):\n    return {'status': '200', 'body': 'version ' + context.function_version}\n"
    )
    client.update_function_code(FunctionName=name, ZipFile=lambda_zip(source))
    client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    arn = client.publish_version(FunctionName=name)["FunctionArn"]
    found = cloudfront.get_distribution_config(Id=site.deployment.distribution_id)
    original = json.loads(json.dumps(found["DistributionConfig"]))
    config = found["DistributionConfig"]
    config["DefaultCacheBehavior"]["LambdaFunctionAssociations"]["Items"][0]["LambdaFunctionARN"] = arn
    config["Enabled"] = True
    updated = cloudfront.update_distribution(
        Id=site.deployment.distribution_id, IfMatch=found["ETag"], DistributionConfig=config
    )
    site.edge.refresh()
    assert site.get("/version").body == b"version 2"
    config["Enabled"] = False
    updated = cloudfront.update_distribution(
        Id=site.deployment.distribution_id, IfMatch=updated["ETag"], DistributionConfig=config
    )
    site.edge.refresh()
    assert site.get("/version").status == 403
    cloudfront.update_distribution(
        Id=site.deployment.distribution_id, IfMatch=updated["ETag"], DistributionConfig=original
    )
    site.edge.refresh()
    site.put("back", b"again")
    assert site.get("/back").body == b"again"


def edge_process(site: Site, workdir: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "cloud.edge", "--endpoint", site.cloud.url, "--home-region", "eu-north-1"]
    command += ["--distribution", site.deployment.distribution_id, "--workdir", str(workdir), *more]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment)


def children_of(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(stat.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="counts processes in /proc")
@pytest.mark.parametrize("way", ["SIGTERM", "stdin", "SIGKILL"])
def test_nothing_is_left_when_it_stops(site: Site, tmp_path: Path, way: str) -> None:
    process = edge_process(site, tmp_path, "--port", "0", "--watch-stdin", "--log", str(tmp_path / "log"))
    assert process.stdin and process.stdout
    ready = process.stdout.readline().split()
    assert ready[:2] == ["edge", "ready"]
    site.put("left", b"x")
    port = urlsplit(ready[2]).port
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/left")
    assert connection.getresponse().read() == b"x"
    connection.close()
    workers = children_of(process.pid)
    assert len(workers) == 2
    if way == "stdin":
        process.stdin.close()
    else:
        process.send_signal(getattr(signal, way))
    assert process.wait(20) == (-9 if way == "SIGKILL" else 0)
    deadline = time.monotonic() + 5
    while any(Path(f"/proc/{pid}").exists() for pid in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    if way != "SIGKILL":
        assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_what_cannot_be_started_is_said_in_a_sentence(site: Site, tmp_path: Path) -> None:
    taken = str(urlsplit(site.edge.url).port)
    process = edge_process(site, tmp_path, "--port", taken)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert errors == "edge: The port is taken; choose another one with --port\n"
    with pytest.raises(EdgeError, match="There is no Region mars-1"):
        Edge(site.cloud.url, site.deployment.distribution_id, "mars-1", tmp_path)
