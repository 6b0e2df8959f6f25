"""Refusals of CloudFront before authorisation: unknown origins, Lambda functions without a version."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from localaws.emulator.core.errors import error
from localaws.emulator.core.request import Request, Response

_API = "/2020-05-31"
_DISTRIBUTION = {
    "POST": re.compile(rf"{_API}/distribution/?"),
    "PUT": re.compile(rf"{_API}/distribution/[^/]+/config"),
}
# Lambda@Edge runs numbered versions of functions that live in us-east-1.
_EDGE_VERSION = re.compile(r"arn:aws:lambda:us-east-1:\d{12}:function:[A-Za-z0-9_-]+:\d+")


def install() -> None:
    """CloudFront signs for Multi-Region Access Points since 2026-08-20; MiniStack has `sigv4` only."""
    from ministack.services import cloudfront

    cloudfront._VALID_SIGNING_PROTOCOLS = {"sigv4", "sigv4a"}


def refusal(request: Request) -> Response | None:
    route = _DISTRIBUTION.get(request.method)
    if route is None or not route.fullmatch(request.path):
        return None
    try:
        return _distribution(ElementTree.fromstring(request.body))
    except ElementTree.ParseError:
        return None  # MiniStack refuses it


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


def _texts(element: ElementTree.Element, path: str) -> set[str]:
    anywhere = ".//" + "/".join(f"{{*}}{name}" for name in path.split("/"))
    return {(found.text or "").strip() for found in element.findall(anywhere)}
