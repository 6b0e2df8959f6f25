# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lambda@Edge, origin request: resolve a target, sign for it.

The target is the Multi-Region Access Point that is the request's origin. A request for another
origin, such as the second member of an origin group, passes untouched.
"""

from __future__ import annotations

from urllib.parse import quote_from_bytes, unquote_to_bytes

from sigv4a import sign

ACCESS_POINT_SUFFIX = ".mrap.accesspoint.s3-global.amazonaws.com"

# What S3 leaves unencoded in a path; everything else is encoded, '+' too, which it would read as a space.
# Source: IAM User Guide, "Create a signed AWS API request", UriEncode.
UNRESERVED = "/-._~"

METHODS = ("GET", "HEAD", "OPTIONS")


def handler(event: dict, context: object = None) -> dict:
    cf = event["Records"][0]["cf"]
    request = cf["request"]
    origin = request.get("origin", {}).get("custom")
    if origin is None or not origin["domainName"].endswith(ACCESS_POINT_SUFFIX):
        return request
    if request["method"] not in METHODS:
        allow = [{"key": "Allow", "value": ", ".join(METHODS)}]
        return {"status": "405", "statusDescription": "Method Not Allowed", "headers": {"allow": allow}}

    host = origin["domainName"]
    # The same string is signed and sent, whichever way the viewer had encoded it. CloudFront puts the
    # origin's path before it, so that is signed too.
    request["uri"] = encoded(request["uri"])
    # S3 would take versionId, acl and other commands from it.
    request["querystring"] = ""

    headers = {name: values for name, values in request["headers"].items() if not is_ours(name)}
    headers["host"] = [{"key": "Host", "value": host}]
    # CloudFront adds X-Amz-Cf-Id after this function. S3 refuses a header x-amz-* that is not signed, so
    # it is signed here; CloudFront refuses a function that returns it, so it is not returned.
    signed = sign(
        request["method"],
        host,
        origin.get("path", "") + request["uri"],
        {"x-amz-cf-id": cf["config"]["requestId"]},
    )
    for name, value in signed.items():
        headers[name.lower()] = [{"key": name, "value": value}]
    request["headers"] = headers
    return request


def encoded(path: str) -> str:
    """*path* with every byte decoded once and encoded once."""
    return quote_from_bytes(unquote_to_bytes(path), safe=UNRESERVED)


def is_ours(name: str) -> bool:
    """Whether only this function may set the header: a viewer's own would be commands to S3."""
    return name == "authorization" or name.startswith("x-amz-")
