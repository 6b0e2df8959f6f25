"""The request to the origin: its headers, what Lambda@Edge made of it, and sending it."""

from __future__ import annotations

import base64
import http.client
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from cloud.edge.header_rules import (
    RuleBroken,
    check_header_entries,
    check_headers,
    check_origin_request,
    check_signature_covers,
)
from cloud.edge.messages import (
    CHUNK_BYTES,
    HOP_BY_HOP,
    Headers,
    OriginAnswer,
    OriginRequest,
    Refusal,
    ViewerRequest,
    header,
)
from cloud.edge.policies import forwarded, selected_query
from cloud.edge.snapshot import Origin, Snapshot
from cloud.geo import Pop

_S3_HOST = re.compile(
    r"[a-z][a-z0-9]*\.mrap\.accesspoint\.s3-global\.amazonaws\.com|[a-z0-9][a-z0-9.-]*\.s3\.[a-z0-9-]+\.amazonaws\.com"
)
_FROM_VIEWER = ("range", "if-range", "if-none-match", "if-modified-since", "if-match", "if-unmodified-since")
_SET_BY_CLOUDFRONT = frozenset(("host", "user-agent", "via", "x-forwarded-for", "accept-encoding", *_FROM_VIEWER))
_GENERATED_BYTES = 1024 * 1024


def headers_for(snapshot: Snapshot, request: ViewerRequest) -> tuple[Headers, str]:
    """The headers and the query string CloudFront would send ("HTTP request headers and CloudFront behavior")."""
    cache, policy = snapshot.cache_policy, snapshot.origin_request_policy
    wanted = forwarded(request, cache, policy)
    agent = header(wanted, "user-agent") or "Amazon CloudFront"
    hops = request.header("x-forwarded-for")
    headers: Headers = [
        ("X-Forwarded-For", f"{hops}, {request.client_ip}" if hops else request.client_ip),
        ("User-Agent", agent),
        ("Via", via(snapshot.domain_name)),
        ("Host", header(wanted, "host") or snapshot.origin.domain_name),
    ]
    encoding = cache.accept_encoding(request.header("accept-encoding"))
    if encoding:
        headers.append(("Accept-Encoding", encoding))
    for name in _FROM_VIEWER:
        value = request.header(name)
        if value is not None:
            headers.append((name.title(), value))
    headers += [
        (name.title(), value)
        for name, value in wanted
        if name not in _SET_BY_CLOUDFRONT and name not in HOP_BY_HOP and name != "x-amz-cf-id"
    ]
    return headers, selected_query(request.query, [cache.query_strings, policy.query_strings])


def via(domain_name: str) -> str:
    return f"1.1 {domain_name} (CloudFront)"


def plain_request(origin: Origin, request: ViewerRequest, headers: Headers, query: str) -> OriginRequest:
    target = origin.path + request.uri + (f"?{query}" if query else "")
    host = header(headers, "host") or origin.domain_name
    return _checked(
        OriginRequest(request.method, host, target, [*_without_host(headers), *origin.custom_headers]), request
    )


def from_lambda(given: dict[str, Any], returned: Any, request: ViewerRequest) -> OriginRequest | OriginAnswer:
    """What a Lambda@Edge function made of the request. RuleBroken for what CloudFront refuses."""
    if isinstance(returned, dict) and "status" in returned:
        return _generated(returned)
    check_origin_request(given, returned)
    settings = returned["origin"].get("custom") or returned["origin"]["s3"]
    headers = _flat(returned["headers"])
    query = returned.get("querystring") or ""
    target = (settings.get("path") or "") + returned["uri"] + (f"?{query}" if query else "")
    host = header(headers, "host") or settings["domainName"]
    custom = _flat(settings.get("customHeaders") or {})
    return _checked(OriginRequest(given["method"], host, target, [*_without_host(headers), *custom]), request)


def _checked(found: OriginRequest, request: ViewerRequest) -> OriginRequest:
    wire = [*found.headers, ("X-Amz-Cf-Id", request.request_id)]
    check_signature_covers(wire)
    if not _S3_HOST.fullmatch(found.host):
        text = f"The origin host {found.host} is neither an S3 bucket nor a Multi-Region Access Point; the local edge "
        raise Refusal(502, text + "does not play other origins yet")
    return OriginRequest(found.method, found.host, found.target, wire)


def _generated(returned: dict[str, Any]) -> OriginAnswer:
    headers = returned.get("headers") or {}
    if not isinstance(headers, dict):
        raise RuleBroken("The function returned a response whose headers are not an object")
    for name, entries in headers.items():
        check_header_entries(name, entries)
    check_headers({}, headers, frozenset({"transfer-encoding", "via"}))
    body = returned.get("body") or ""
    try:
        status = int(returned["status"])
        data = base64.b64decode(body, validate=True) if returned.get("bodyEncoding") == "base64" else body.encode()
    except (ValueError, TypeError, AttributeError) as error:
        raise RuleBroken(f"The function returned a response that is not valid: {error}") from error
    if not 200 <= status <= 599 or len(data) > _GENERATED_BYTES:
        raise RuleBroken(f"The function returned a response with status {status} and {len(data)} bytes")
    return OriginAnswer(status, _flat(headers), iter([data] if data else []), len(data), generated=True)


class _Connection(http.client.HTTPConnection):
    def _encode_request(self, request: str) -> bytes:
        # The viewer's own bytes: http.client would allow ASCII only.
        return request.encode("utf-8", "surrogateescape")


def send(endpoint: str, request: OriginRequest, pop: Pop, read_timeout: float) -> OriginAnswer:
    where = urlsplit(endpoint)
    connection = _Connection(where.hostname or "", where.port, timeout=read_timeout)
    try:
        connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", request.host)
        for name, value in request.headers:
            connection.putheader(name, value.encode("utf-8", "surrogateescape"))
        # After everything that is signed: what the emulator is told about the network in between.
        connection.putheader("X-Forwarded-Proto", "https")
        connection.putheader("x-local-location", f"{pop.location.latitude},{pop.location.longitude}")
        connection.endheaders()
        answer = connection.getresponse()
    except TimeoutError as error:
        connection.close()
        raise Refusal(504, f"The origin {request.host} did not answer within {read_timeout:g} s") from error
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        raise Refusal(502, f"The origin {request.host} could not be asked: {error or type(error).__name__}") from error
    except ValueError as error:
        connection.close()
        raise Refusal(502, f"The request to the origin is not valid: {error}") from error
    headers = [
        (name, value)
        for name, value in answer.getheaders()
        if name.lower() not in HOP_BY_HOP and not name.lower().startswith("x-local-")
    ]
    length = 0 if request.method == "HEAD" or answer.status in (204, 304) else answer.length
    region = answer.getheader("x-local-bucket-region")
    return OriginAnswer(answer.status, headers, _body(connection, answer, length), length, region)


def _body(
    connection: http.client.HTTPConnection, answer: http.client.HTTPResponse, length: int | None
) -> Iterator[bytes]:
    received = 0
    try:
        while length != 0 and (chunk := answer.read(CHUNK_BYTES)):
            received += len(chunk)
            yield chunk
        # http.client takes an early end for the end when it is asked for parts.
        if length is not None and received != length:
            raise ConnectionError(f"the origin's body ended after {received} of {length} bytes")
    except http.client.HTTPException as error:
        raise ConnectionError(f"the origin's body ended early: {error!r}") from error
    finally:
        connection.close()


def _without_host(headers: Headers) -> Headers:
    return [(name, value) for name, value in headers if name.lower() != "host"]


def _flat(headers: dict[str, list[dict[str, str]]]) -> Headers:
    return [(entry.get("key") or name, entry["value"]) for name, entries in headers.items() for entry in entries]
