"""One state of a deployment: everything a request needs, and how it is read from a DistributionConfig."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cloud.edge.messages import EdgeError, Headers
from cloud.edge.policies import CachePolicy, OriginRequestPolicy
from cloud.edge.viewer_function import FunctionCode


@dataclass(frozen=True)
class Origin:
    domain_name: str
    path: str
    protocol: str
    port: int
    keepalive_timeout: int
    read_timeout: int
    ssl_protocols: tuple[str, ...]
    custom_headers: Headers


@dataclass(frozen=True)
class OriginFunction:
    version_arn: str
    name: str
    version: str
    handler: str
    role_arn: str
    timeout: float
    package: Path


@dataclass(frozen=True)
class Snapshot:
    distribution_id: str
    domain_name: str
    enabled: bool
    aliases: frozenset[str]
    allowed_methods: frozenset[str]
    default_root_object: str
    error_ttls: dict[int, float]
    origin: Origin
    cache_policy: CachePolicy
    origin_request_policy: OriginRequestPolicy
    viewer_function: FunctionCode | None
    origin_function: OriginFunction | None
    versions: tuple[str, ...]  # ETags of what it was read from


def associated_functions(config: dict[str, Any]) -> tuple[str | None, str | None]:
    """The viewer-request function's name and the origin-request version's ARN."""
    if items(config.get("CacheBehaviors")):
        raise EdgeError("The distribution has CacheBehaviors; the local edge plays the default behavior only")
    if any(one.get("ResponsePagePath") for one in items(config.get("CustomErrorResponses"))):
        raise EdgeError("The distribution has custom error pages; the local edge does not serve them yet")
    behavior = config["DefaultCacheBehavior"]
    functions = {one["EventType"]: one["FunctionARN"] for one in items(behavior.get("FunctionAssociations"))}
    lambdas = {one["EventType"]: one["LambdaFunctionARN"] for one in items(behavior.get("LambdaFunctionAssociations"))}
    if others := sorted((functions.keys() - {"viewer-request"}) | (lambdas.keys() - {"origin-request"})):
        raise EdgeError(f"The distribution has functions for {', '.join(others)}; the local edge does not run them yet")
    function = functions.get("viewer-request")
    return function and function.rpartition("/")[2], lambdas.get("origin-request")


def parse_origin(config: dict[str, Any], origin_id: str) -> Origin:
    found = next((one for one in items(config["Origins"]) if one["Id"] == origin_id), None)
    if found is None:
        raise EdgeError(f"The default behavior's target {origin_id} is not an origin; origin groups are not played yet")
    custom = found.get("CustomOriginConfig") or {}
    return Origin(
        domain_name=found["DomainName"],
        path=found.get("OriginPath") or "",
        protocol="http" if custom.get("OriginProtocolPolicy") == "http-only" else "https",
        port=int(custom.get("HTTPSPort", 443)),
        keepalive_timeout=int(custom.get("OriginKeepaliveTimeout", 5)),
        read_timeout=int(custom.get("OriginReadTimeout", 30)),
        ssl_protocols=tuple(items(custom.get("OriginSslProtocols"))) or ("TLSv1.2",),
        custom_headers=[(one["HeaderName"], one["HeaderValue"]) for one in items(found.get("CustomHeaders"))],
    )


def stores_of(summary: dict[str, Any]) -> list[str]:
    associations = summary["FunctionSummary"]["FunctionConfig"].get("KeyValueStoreAssociations")
    return [one["KeyValueStoreARN"] for one in items(associations)]


def items(value: dict[str, Any] | None) -> list[Any]:
    return (value or {}).get("Items") or []
