# SPDX-License-Identifier: GPL-3.0-or-later

"""Events of origin requests, the handler as packaged, and the verification of its result as S3 does it."""

from __future__ import annotations

import importlib
import json
import shutil
import sys
import typing as t
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from edge.sigv4a_verifier import verify

SOURCE = Path(__file__).parents[2] / "files" / "edge" / "origin_request"
HOST = "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com"
REQUEST_ID = "4TyzHTaYWb1GX1qTfsHhEqV6HUDd_BzoBZnwfnvQc_1oF26ClkoUSEQ=="
ACCESS_KEY, SECRET_KEY, TOKEN = "ASIAEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "v2-session-token//=="
CREDENTIALS = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_SESSION_TOKEN": TOKEN}

# Two in one Region: one function may serve the buckets of many distributions.
BUCKETS = {"shop-eu": "eu-north-1", "shop-us": "us-east-1", "blog-eu": "eu-north-1"}

Event = dict[str, t.Any]
Handler = t.Callable[[Event], Event]


@contextmanager
def packaged(directory: Path, configuration: dict[str, t.Any] | None = None) -> Iterator[t.Any]:
    """The module `handler` of a package in *directory*, with no module of an earlier package left."""
    names = [path.stem for path in SOURCE.glob("*.py")]
    for path in SOURCE.glob("*.py"):
        shutil.copy(path, directory)
    if configuration is not None:
        (directory / "config.json").write_text(json.dumps(configuration))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(directory))
        for name in names:
            sys.modules.pop(name, None)
        try:
            yield importlib.import_module("handler")
        finally:
            for name in names:
                sys.modules.pop(name, None)


def host_of(bucket: str) -> str:
    return f"{bucket}.s3.{BUCKETS[bucket]}.amazonaws.com"


def custom(domain_name: str = HOST, path: str = "", **headers: str) -> dict[str, t.Any]:
    """A custom origin. CloudFront gives the names of its headers in lower case."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {
        "custom": {
            "customHeaders": {name.lower(): [{"key": name, "value": value}] for name, value in named.items()},
            "domainName": domain_name,
            "keepaliveTimeout": 5,
            "path": path,
            "port": 443,
            "protocol": "https",
            "readTimeout": 30,
            "sslProtocols": ["TLSv1.2"],
        }
    }


def event(
    uri: str = "/r/1/index.html",
    method: str = "GET",
    querystring: str = "",
    origin: dict[str, t.Any] | None = None,
    request_id: str = REQUEST_ID,
    **headers: str,
) -> Event:
    """As in the CloudFront Developer Guide, "Lambda@Edge event structure", origin request."""
    given = {"Host": HOST, "User-Agent": "Amazon CloudFront", "X-Forwarded-For": "203.0.113.178"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    request = {
        "clientIp": "203.0.113.178",
        "method": method,
        "uri": uri,
        "querystring": querystring,
        "headers": {name.lower(): [{"key": name, "value": value}] for name, value in given.items()},
        "origin": origin or custom(),
    }
    config = {"distributionId": "EDFDVBD6EXAMPLE", "eventType": "origin-request", "requestId": request_id}
    return {"Records": [{"cf": {"config": config, "request": request}}]}


def arriving(request: Event, request_id: str = REQUEST_ID) -> dict[str, str]:
    """The headers that S3 gets: the origin's, X-Amz-Cf-Id from CloudFront, and the Host that the function set."""
    both = {**request["origin"]["custom"]["customHeaders"], **request["headers"]}
    return {**{name: values[0]["value"] for name, values in both.items()}, "x-amz-cf-id": request_id}


def verified(
    request: Event, token: str | None = TOKEN, region: str | None = None, request_id: str = REQUEST_ID
) -> list[str]:
    """The names of the signed headers of the request as CloudFront sends it. Raises if S3 would refuse it.
    *region*: that of the bucket; without it, the request is for an MRAP."""
    origin = request["origin"]["custom"]
    assert request["headers"]["host"] == [{"key": "Host", "value": origin["domainName"]}]
    return verify(
        request["method"],
        origin["path"] + request["uri"],
        arriving(request, request_id),
        ACCESS_KEY,
        SECRET_KEY,
        token,
        query=request["querystring"],
        region=region,
    )
