"""Refusals of CloudFront for the result of an edge function ("Restrictions on edge functions", CloudFront guide)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from localaws.edge.messages import Headers, header

_DISALLOWED = frozenset(
    [
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "trailer",
        "upgrade",
        "x-amzn-auth",
        "x-amzn-cf-billing",
        "x-amzn-cf-id",
        "x-amzn-cf-xff",
        "x-amzn-errortype",
        "x-amzn-fle-profile",
        "x-amzn-header-count",
        "x-amzn-header-order",
        "x-amzn-lambda-integration-tag",
        "x-amzn-requestid",
        "x-cache",
        "x-forwarded-proto",
        "x-real-ip",
    ]
)
_DISALLOWED_PREFIXES = ("x-accel-", "x-amz-cf-", "x-edge-")
READ_ONLY_VIEWER_REQUEST = frozenset(["cdn-loop", "content-length", "host", "transfer-encoding", "via"])
READ_ONLY_ORIGIN_REQUEST = frozenset(
    [
        "accept-encoding",
        "cdn-loop",
        "content-length",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "transfer-encoding",
        "via",
    ]
)
# "Custom headers that CloudFront can't add to origin requests".
_NOT_CUSTOM = frozenset(
    [
        "cache-control",
        "connection",
        "content-length",
        "cookie",
        "host",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "max-forwards",
        "origin",
        "pragma",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "range",
        "request-range",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
        "x-real-ip",
    ]
)
_NOT_CUSTOM_PREFIXES = ("x-amz-", "x-edge-")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")
_TARGET = re.compile(r"/[^\x00-\x20\x7f#]*")
_SIGNED_HEADERS = re.compile(r"SignedHeaders=([^,\s]*)")


class RuleBroken(Exception):
    """The function's result is not valid; CloudFront answers the viewer with a 502."""


def check_headers(given: Mapping[str, Any], returned: Mapping[str, Any], read_only: frozenset[str]) -> None:
    """Refuse disallowed headers, and changes of read-only ones."""
    for name, value in returned.items():
        if not _TOKEN.fullmatch(name):
            raise RuleBroken(f"The function returned a header name that is not a lower-case token: {name!r}")
        if name in given and given[name] == value:
            continue
        if name in _DISALLOWED or name.startswith(_DISALLOWED_PREFIXES):
            raise RuleBroken(f"The function returned the header {name}, which edge functions may not set")
        if name in read_only:
            verb = "changed" if name in given else "added"
            raise RuleBroken(f"The function {verb} the header {name}, which is read-only in this event")


def check_uri(uri: object) -> None:
    # A URI with a space or a line break would change the request.
    if not isinstance(uri, str) or not _TARGET.fullmatch(uri) or "?" in uri:
        raise RuleBroken(f"The function returned a URI that is not a path starting with '/': {uri!r}")


def check_query(query: object) -> None:
    if not isinstance(query, str) or not _TARGET.fullmatch("/" + query):
        raise RuleBroken(f"The function returned a query string that is not valid in a URL: {query!r}")


def check_origin_path(path: object) -> None:
    if path != "" and (not isinstance(path, str) or not _TARGET.fullmatch(path) or path.endswith("/") or "?" in path):
        raise RuleBroken(f"An origin's path is empty or begins, but does not end, with '/': {path!r}")


def check_custom_headers(names: Iterable[str]) -> None:
    for name in names:
        if name.lower() in _NOT_CUSTOM or name.lower().startswith(_NOT_CUSTOM_PREFIXES):
            raise RuleBroken(f"The header {name} cannot be one of an origin's customHeaders")


def check_origin_request(given: Mapping[str, Any], returned: Any) -> None:
    """The request that a Lambda@Edge origin-request function returned, against the one in its event."""
    if not isinstance(returned, dict):
        raise RuleBroken("The function did not return a request or a response object")
    for name in ("method", "clientIp"):
        if returned.get(name, given[name]) != given[name]:
            raise RuleBroken(f"The function changed {name}, which is read-only")
    check_uri(returned.get("uri"))
    check_query(returned.get("querystring") or "")
    headers = returned.get("headers")
    if not isinstance(headers, dict):
        raise RuleBroken("The function returned a request without a headers object")
    for name, entries in headers.items():
        check_header_entries(name, entries)
    plain = {name: _values(entries) for name, entries in headers.items()}
    check_headers(
        {name: _values(entries) for name, entries in given["headers"].items()}, plain, READ_ONLY_ORIGIN_REQUEST
    )
    origin = returned.get("origin")
    if not isinstance(origin, dict) or len(origin.keys() & {"custom", "s3"}) != 1:
        raise RuleBroken("The function must return exactly one of origin.custom and origin.s3")
    ((_, settings),) = [(kind, origin[kind]) for kind in ("custom", "s3") if kind in origin]
    if not isinstance(settings, dict) or not isinstance(settings.get("domainName"), str):
        raise RuleBroken("The function returned an origin without a domainName")
    custom, path = settings.get("customHeaders") or {}, settings.get("path") or ""
    if not isinstance(custom, dict) or not isinstance(path, str):
        raise RuleBroken("The function returned an origin whose customHeaders or path is of the wrong type")
    check_origin_path(path)
    check_custom_headers(custom)
    for name, entries in custom.items():
        check_header_entries(name, entries)
        if name in headers:
            raise RuleBroken(f"The header {name} is both in headers and in the origin's customHeaders")


def check_header_entries(name: object, entries: object) -> None:
    """`{"name": [{"key": "Name", "value": "..."}]}`, the shape of Lambda@Edge."""
    if not isinstance(name, str) or not isinstance(entries, list) or not entries:
        raise RuleBroken(f"The header {name!r} must be a non-empty list of {{key, value}} objects")
    for entry in entries:
        value = entry.get("value") if isinstance(entry, dict) else None
        if not isinstance(value, str) or re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value):
            raise RuleBroken(f"The header {name} has a value that is not a string without control characters")
        if str(entry.get("key") or name).lower() != name:
            raise RuleBroken(f"The header {name} has the key {entry['key']!r}: only its case may differ")


def check_signature_covers(headers: Headers) -> None:
    """S3 refuses a signed request with an x-amz-* header that is not signed ("Create a signed AWS API request")."""
    authorization = header(headers, "authorization") or ""
    if not authorization.startswith("AWS4-"):
        return
    match = _SIGNED_HEADERS.search(authorization)
    signed = set(match[1].lower().split(";")) if match else set()
    unsigned = sorted({name.lower() for name, _ in headers if name.lower().startswith("x-amz-")} - signed)
    if unsigned:
        names = ", ".join(unsigned)
        raise RuleBroken(
            f"The signature does not cover {names}: CloudFront would send it and S3 would refuse it with 403. "
            "Every x-amz-* header must be in SignedHeaders, including the x-amz-cf-id that CloudFront adds"
        )


def _values(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["value"] for entry in entries]
