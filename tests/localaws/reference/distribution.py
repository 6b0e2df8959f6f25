"""The distribution of the reference deployment, in each origin mode."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
FAILOVER_CODES = [404, 500, 502, 503, 504]
_TLS = {
    "HTTPPort": 80,
    "HTTPSPort": 443,
    "OriginProtocolPolicy": "https-only",
    "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]},
}


@dataclass
class Distribution:
    """The variable parts of a DistributionConfig; `error_pages` by status: path, shown status and seconds."""

    name: str
    viewer_function_arn: str
    origins: list[dict[str, Any]] = field(default_factory=list)
    group: tuple[str, str] | None = None  # the ids of two origins, which are the target instead of the first origin
    lambda_version_arn: str = ""
    error_pages: dict[int, tuple[str, int, int]] = field(default_factory=dict)

    def config(self) -> dict[str, Any]:
        methods = {"Quantity": 2, "Items": ["GET", "HEAD"]}
        viewer = {"EventType": "viewer-request", "FunctionARN": self.viewer_function_arn}
        origin = {
            "EventType": "origin-request",
            "LambdaFunctionARN": self.lambda_version_arn,
            "IncludeBody": False,
        }
        return {
            "CallerReference": self.name,
            "Comment": self.name,
            "Enabled": True,
            "Origins": _items(self.origins),
            "OriginGroups": _items([_group(*self.group)] if self.group else []),
            "CustomErrorResponses": _items([_error_page(*one) for one in self.error_pages.items()]),
            "DefaultCacheBehavior": {
                "TargetOriginId": "group" if self.group else self.origins[0]["Id"],
                "ViewerProtocolPolicy": "redirect-to-https",
                "CachePolicyId": CACHING_OPTIMIZED,
                "Compress": True,
                "AllowedMethods": {**methods, "CachedMethods": methods},
                "FunctionAssociations": _items([viewer]),
                "LambdaFunctionAssociations": _items([origin] if self.lambda_version_arn else []),
            },
        }


def custom_origin(origin_id: str, host: str, access_control: str = "", **headers: str) -> dict[str, Any]:
    """A custom origin: an MRAP, or one signed for by a Lambda@Edge function."""
    custom = [{"HeaderName": name.replace("_", "-"), "HeaderValue": value} for name, value in headers.items()]
    return {
        "Id": origin_id,
        "DomainName": host,
        "CustomHeaders": _items(custom),
        "CustomOriginConfig": _TLS,
        "OriginAccessControlId": access_control,
    }


def bucket_origin(origin_id: str, host: str, access_control: str) -> dict[str, Any]:
    """An S3 origin with an origin access control."""
    return {
        "Id": origin_id,
        "DomainName": host,
        "S3OriginConfig": {"OriginAccessIdentity": ""},
        "OriginAccessControlId": access_control,
    }


def _group(*members: str) -> dict[str, Any]:
    return {
        "Id": "group",
        "FailoverCriteria": {"StatusCodes": _items(FAILOVER_CODES)},
        "Members": _items([{"OriginId": member} for member in members]),
    }


def _error_page(code: int, shown: tuple[str, int, int]) -> dict[str, Any]:
    path, status, seconds = shown
    page = {"ResponsePagePath": path, "ResponseCode": str(status)} if path else {}
    return {"ErrorCode": code, "ErrorCachingMinTTL": seconds, **page}


def _items(values: list[Any]) -> dict[str, Any]:
    return {"Quantity": len(values), **({"Items": values} if values else {})}
