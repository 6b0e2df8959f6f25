"""What CloudFront and its key value store refuse and MiniStack accepts."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree

from cloud.emulator.errors import error
from cloud.emulator.request import Request, Response

_API = "/2020-05-31"
_MAX_FUNCTION_BYTES = 10_240
_MAX_BATCH, _MAX_KEY_BYTES, _MAX_VALUE_BYTES = 50, 512, 1_024
_DISTRIBUTION = {
    "POST": re.compile(rf"{_API}/distribution/?"),
    "PUT": re.compile(rf"{_API}/distribution/[^/]+/config"),
}
_FUNCTION = {"POST": re.compile(rf"{_API}/function/?"), "PUT": re.compile(rf"{_API}/function/[^/]+/?")}
# Lambda@Edge runs numbered versions of functions that live in us-east-1.
_EDGE_VERSION = re.compile(r"arn:aws:lambda:us-east-1:\d{12}:function:[A-Za-z0-9_-]+:\d+")


def install() -> None:
    """CloudFront signs for Multi-Region Access Points since 2026-08-20; MiniStack knows `sigv4` only."""
    from ministack.services import cloudfront

    cloudfront._VALID_SIGNING_PROTOCOLS = {"sigv4", "sigv4a"}


def control_plane(request: Request) -> Response | None:
    check = None
    for routes, candidate in ((_DISTRIBUTION, _distribution), (_FUNCTION, _function)):
        if request.method in routes and routes[request.method].fullmatch(request.path):
            check = candidate
    if check is None:
        return None
    try:
        return check(ElementTree.fromstring(request.body))
    except (ElementTree.ParseError, binascii.Error):
        return None  # MiniStack's to refuse


def _distribution(config: ElementTree.Element) -> Response | None:
    origins = _texts(config, "Origins/Items/Origin/Id")
    groups = _texts(config, "OriginGroups/Items/OriginGroup/Id")
    targets = _texts(config, "TargetOriginId")
    members = _texts(config, "OriginGroupMember/OriginId")
    if not (targets <= origins | groups and members <= origins):
        message = "One or more of your origins or origin groups do not exist."
        return error("cloudfront", 404, "NoSuchOrigin", message)
    for arn in sorted(_texts(config, "LambdaFunctionAssociation/LambdaFunctionARN")):
        if not _EDGE_VERSION.fullmatch(arn):
            message = f"The function ARN must reference a specific function version in us-east-1. ARN: {arn}"
            return error("cloudfront", 400, "InvalidLambdaFunctionAssociation", message)
    return None


def _function(config: ElementTree.Element) -> Response | None:
    for code in _texts(config, "FunctionCode"):
        if len(base64.b64decode(code)) > _MAX_FUNCTION_BYTES:
            message = f"The function is larger than {_MAX_FUNCTION_BYTES} bytes."
            return error("cloudfront", 413, "FunctionSizeLimitExceeded", message)
    return None


def _texts(element: ElementTree.Element, path: str) -> set[str]:
    anywhere = ".//" + "/".join(f"{{*}}{name}" for name in path.split("/"))
    return {(found.text or "").strip() for found in element.findall(anywhere)}


def key_value_store(request: Request) -> Response | None:
    if request.method not in {"POST", "PUT"}:
        return None
    try:
        document = json.loads(request.body or b"{}")
        if request.method == "PUT":
            return _pairs([(request.path.partition("/keys/")[2], document.get("Value"))])
        puts, deletes = document.get("Puts") or [], document.get("Deletes") or []
        if len(puts) + len(deletes) > _MAX_BATCH:
            return _invalid(f"One request can change at most {_MAX_BATCH} keys, this one has {len(puts + deletes)}")
        return _pairs([(item.get("Key"), item.get("Value")) for item in puts + deletes])
    except (ValueError, AttributeError, TypeError):
        return None  # MiniStack's to refuse


def _pairs(pairs: Iterable[tuple[Any, Any]]) -> Response | None:
    for key, value in pairs:
        if isinstance(key, str) and len(key.encode()) > _MAX_KEY_BYTES:
            return _invalid(f"Key is longer than {_MAX_KEY_BYTES} bytes: {key[:40]}...")
        if isinstance(value, str) and len(value.encode()) > _MAX_VALUE_BYTES:
            return _invalid(f"Value of {str(key)[:40]} is longer than {_MAX_VALUE_BYTES} bytes")
    return None


def _invalid(message: str) -> Response:
    return error("cloudfront-keyvaluestore", 400, "ValidationException", message)
