"""The request to the origin: its headers, the result of Lambda@Edge, and sending it."""

from __future__ import annotations

import base64
import dataclasses
import http.client
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from localaws.edge.header_rules import (
    RuleBroken,
    check_header_entries,
    check_headers,
    check_origin_request,
    check_signature_covers,
)
from localaws.edge.messages import (
    CHUNK_BYTES,
    HOP_BY_HOP,
    Headers,
    OriginAnswer,
    OriginRequest,
    Refusal,
    Unreachable,
    ViewerRequest,
    header,
)
from localaws.edge.origin.origins import Origin, bucket_region, is_s3
from localaws.edge.policies import forwarded, selected_query
from localaws.edge.snapshot import Snapshot
from localaws.geo import Pop, load_regions

_FROM_VIEWER = ("range", "if-range", "if-none-match", "if-modified-since", "if-match", "if-unmodified-since")
_SET_BY_CLOUDFRONT = frozenset(("host", "user-agent", "via", "x-forwarded-for", "accept-encoding", *_FROM_VIEWER))
_GENERATED_BYTES = 1024 * 1024


def headers_for(snapshot: Snapshot, request: ViewerRequest) -> tuple[Headers, str]:
    """The headers and the query string that CloudFront sends ("HTTP request headers and CloudFront behavior")."""
    cache, policy = snapshot.cache_policy, snapshot.origin_request_policy
    wanted = forwarded(request, cache, policy)
    agent = header(wanted, "user-agent") or "Amazon CloudFront"
    hops = request.header("x-forwarded-for")
    headers: Headers = [
        ("X-Forwarded-For", f"{hops}, {request.client_ip}" if hops else request.client_ip),
        ("User-Agent", agent),
        ("Via", via(snapshot.domain_name)),
        ("Host", header(wanted, "host") or snapshot.origin.host),
    ]
    encoding = cache.accept_encoding(request.header("accept-encoding"))
    if encoding:
        headers.append(("Accept-Encoding", encoding))
    for name in _FROM_VIEWER:
        value = request.header(name)
        if value is not None:
            headers.append((name.title(), value))
    # "CloudFront replaces the header": custom headers of the origin, added later, override a viewer's.
    custom = {name.lower() for name, _ in snapshot.origin.custom_headers}
    unwanted = _SET_BY_CLOUDFRONT | HOP_BY_HOP | custom | {"x-amz-cf-id"}
    headers += [(name.title(), value) for name, value in wanted if name not in unwanted]
    return headers, selected_query(request.query, [cache.query_strings, policy.query_strings])


def via(domain_name: str) -> str:
    return f"1.1 {domain_name} (CloudFront)"


def plain_request(origin: Origin, request: ViewerRequest, headers: Headers, query: str) -> OriginRequest:
    target = origin.path + request.uri + (f"?{query}" if query else "")
    host = header(headers, "host") or origin.host
    return OriginRequest(request.method, host, target, [*_without_host(headers), *origin.custom_headers])


def from_lambda(given: dict[str, Any], returned: Any) -> OriginRequest | OriginAnswer:
    """The result of a Lambda@Edge function. RuleBroken if CloudFront refuses it."""
    if isinstance(returned, dict) and "status" in returned:
        return _generated(returned)
    check_origin_request(given, returned)
    settings = returned["origin"].get("custom") or returned["origin"]["s3"]
    headers = _flat(returned["headers"])
    query = returned.get("querystring") or ""
    target = (settings.get("path") or "") + returned["uri"] + (f"?{query}" if query else "")
    host = header(headers, "host") or settings["domainName"]
    custom = _flat(settings.get("customHeaders") or {})
    return OriginRequest(given["method"], host, target, [*_without_host(headers), *custom])


def with_request_id(found: OriginRequest, request_id: str) -> OriginRequest:
    return dataclasses.replace(found, headers=[*found.headers, ("X-Amz-Cf-Id", request_id)])


def check(found: OriginRequest) -> None:
    """The last check before it is sent: RuleBroken if S3 would refuse it, Refusal if the host is not S3."""
    check_signature_covers(found.headers)
    if not is_s3(found.host):
        text = f"The origin host {found.host} is neither an S3 bucket nor a Multi-Region Access Point; the local edge "
        raise Refusal(502, text + "does not support other origins yet")


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
    flat = _flat(headers)
    size = len(data) + sum(len(name) + len(value) for name, value in flat)  # "including headers and body"
    if not 200 <= status <= 599 or size > _GENERATED_BYTES:
        raise RuleBroken(f"The function returned a response with status {status} and {size} bytes")
    return OriginAnswer(status, flat, iter([data] if data else []), len(data), generated=True)


class _Connection(http.client.HTTPConnection):
    def _encode_request(self, request: str) -> bytes:
        # The viewer's bytes: http.client allows ASCII only.
        return request.encode("utf-8", "surrogateescape")


def send(endpoint: str, request: OriginRequest, pop: Pop, read_timeout: float) -> OriginAnswer:
    where = urlsplit(endpoint)
    connection = _Connection(where.hostname or "", where.port, timeout=read_timeout)
    try:
        connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", request.host)
        for name, value in request.headers:
            connection.putheader(name, value.encode("utf-8", "surrogateescape"))
        # Not signed: where the request comes from, for the emulator. It is the regional edge cache that asks an origin.
        connection.putheader("X-Forwarded-Proto", "https")
        latitude, longitude = load_regions()[pop.regional_edge_cache].location
        connection.putheader("x-local-location", f"{latitude},{longitude}")
        connection.endheaders()
        answer = connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        raise unreachable(request.host, error, read_timeout) from error
    except ValueError as error:
        connection.close()
        raise Refusal(502, f"The request to the origin is not valid: {error}") from error
    headers = [
        (name, value)
        for name, value in answer.getheaders()
        if name.lower() not in HOP_BY_HOP and not name.lower().startswith("x-local-")
    ]
    length = 0 if request.method == "HEAD" or answer.status in (204, 304) else answer.length
    region = answer.getheader("x-local-bucket-region") or bucket_region(request.host)
    return OriginAnswer(answer.status, headers, _body(connection, answer, length), length, region)


def unreachable(host: str, error: Exception, read_timeout: float) -> Unreachable:
    if isinstance(error, TimeoutError):
        return Unreachable(504, f"The origin {host} did not answer within {read_timeout:g} s", counts_as=504)
    return Unreachable(502, f"The origin {host} is not reachable: {error or type(error).__name__}", counts_as=503)


def _body(
    connection: http.client.HTTPConnection, answer: http.client.HTTPResponse, length: int | None
) -> Iterator[bytes]:
    received = 0
    try:
        while length != 0 and (chunk := answer.read(CHUNK_BYTES)):
            received += len(chunk)
            yield chunk
        # http.client does not report an early end of a body that is read in chunks.
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
