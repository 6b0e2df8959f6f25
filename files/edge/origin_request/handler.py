# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The origin request function (Lambda@Edge): resolves a target, and signs the request for it.

`config.json` in the package defines how targets are resolved (`configuration.py`); without it they are Multi-Region
Access Points. A request for any other origin is returned unchanged, and so is one for an S3 origin: CloudFront itself
signs for those. So one distribution may have origins of both kinds behind one function.

A function may choose an origin that the distribution does not have. Source: CloudFront Developer Guide, "Lambda@Edge
event structure".

The failover origin of an origin group is one with the custom header X-Origin-Failover. CloudFront runs the function
again for it, and the origin mode resolves another target.
"""

from __future__ import annotations

import os
from urllib.parse import quote_from_bytes, unquote_to_bytes

from configuration import load
from target import OriginRequest

# What S3 leaves unencoded in a path; everything else is encoded, also '+', which it would read as a space.
# Source: IAM User Guide, "Create a signed AWS API request", UriEncode.
UNRESERVED = "/-._~"

METHODS = ("GET", "HEAD", "OPTIONS")

# CloudFront passes the names of custom headers in lower case.
FAILOVER_HEADER = "x-origin-failover"
RECORD_HEADER = "x-origin-record"

# Without pathlib, which costs a cold start more than signing does.
CONFIGURATION = load(os.path.join(os.path.dirname(__file__), "config.json"))  # noqa: PTH118, PTH120

# Only what the origin mode needs is imported: a cold start reads and compiles nothing else.
if CONFIGURATION["mode"] == "mrap":
    from access_point import Targets
elif CONFIGURATION["mode"] == "region_map":
    from region_map import Targets
else:
    from dns_record import Targets

targets = Targets(CONFIGURATION)


def handler(event: dict, context: object = None) -> dict:
    cf = event["Records"][0]["cf"]
    request, request_id = cf["request"], cf["config"]["requestId"]
    origin = request.get("origin", {}).get("custom")
    if origin is None:
        return request
    custom = origin.get("customHeaders", {})
    record = custom[RECORD_HEADER][0]["value"] if RECORD_HEADER in custom else None
    asked = OriginRequest(origin["domainName"], FAILOVER_HEADER in custom, record, request_id)
    if not targets.owns(asked):
        return request
    if request["method"] not in METHODS:
        return answer("405", "Method Not Allowed", Allow=", ".join(METHODS))

    # The same string is signed and sent, however the viewer encoded it. CloudFront puts the origin's path
    # before it, so that is signed too.
    try:
        origin["path"] = encoded(origin.get("path", ""))
        request["uri"] = encoded(request["uri"])
        request["querystring"] = query(request.get("querystring", ""))
    except UnicodeEncodeError:
        return answer("400", "Bad Request")  # an unpaired surrogate, which no bytes encode
    path = origin["path"] + request["uri"]
    if not path[1:] and request["method"] != "OPTIONS":
        return answer("404", "Not Found")  # without a key, S3 would list the bucket

    host, sign = targets.resolve(asked)
    origin["domainName"] = host
    if custom:
        origin["customHeaders"] = {name: values for name, values in custom.items() if not is_ours(name)}

    headers = {name: values for name, values in request["headers"].items() if not is_ours(name)}
    headers["host"] = [{"key": "Host", "value": host}]
    # CloudFront adds X-Amz-Cf-Id, the event's requestId, after this function. S3 refuses an unsigned header
    # x-amz-*, so it is signed here, as in the sample of aws-samples for Multi-Region Access Points; CloudFront
    # refuses a function that returns it, so it is not returned.
    signed = sign(request["method"], host, path, request["querystring"], {"x-amz-cf-id": request_id})
    for name, value in signed:
        headers[name.lower()] = [{"key": name, "value": value}]
    request["headers"] = headers
    return request


def encoded(path: str) -> str:
    """*path* with every byte decoded once and encoded once. Bytes that are not UTF-8 are surrogates."""
    return quote_from_bytes(unquote_to_bytes(path.encode("utf-8", "surrogateescape")), UNRESERVED)


def query(given: str) -> str:
    """The part of the viewer's query string that is sent: S3 would take versionId, acl and other commands from it."""
    if not given or not CONFIGURATION.get("query"):
        return ""
    from query_string import selected

    return selected(given, CONFIGURATION["query"])


def is_ours(name: str) -> bool:
    """Whether only this function may send the header: any other one would be a command to S3."""
    return name in ("authorization", RECORD_HEADER, FAILOVER_HEADER) or name.startswith("x-amz-")


def answer(status: str, description: str, **headers: str) -> dict:
    made = {name.lower(): [{"key": name, "value": value}] for name, value in headers.items()}
    return {"status": status, "statusDescription": description, "headers": made}
