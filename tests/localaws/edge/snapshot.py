"""One state of a deployment: everything that a request needs, parsed from a DistributionConfig."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localaws.edge.messages import EdgeError
from localaws.edge.origin.origins import Origin, Target, items
from localaws.edge.policies import CachePolicy, OriginRequestPolicy
from localaws.edge.response_headers import ResponseHeadersPolicy
from localaws.edge.viewer_function.function import FunctionCode

__all__ = ["ErrorResponse", "Origin", "OriginFunction", "Snapshot", "associated_functions", "stores_of"]
# CloudFront's default for "Error caching minimum TTL".
_ERROR_TTL = 10.0


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
class ErrorResponse:
    """A custom error response; without a page, only its time to live."""

    ttl: float = _ERROR_TTL
    page: str = ""
    status: int = 0


@dataclass(frozen=True)
class Snapshot:
    distribution_id: str
    arn: str
    domain_name: str
    enabled: bool
    aliases: frozenset[str]
    allowed_methods: frozenset[str]
    cached_methods: frozenset[str]
    default_root_object: str
    errors: dict[int, ErrorResponse]
    origins: dict[str, Origin]
    target: Target
    origin: Origin  # the first of the target, or the one of the current request
    cache_policy: CachePolicy
    origin_request_policy: OriginRequestPolicy
    response_headers: ResponseHeadersPolicy
    response_headers_policy_id: str
    viewer_function: FunctionCode | None
    origin_function: OriginFunction | None
    access_controls: tuple[str, ...]  # their ids
    deployed: bool  # everywhere: until then, some edge locations have the snapshot before
    versions: tuple[str, ...]  # the ETags of the resources it was read from, and the distribution's status

    def error(self, status: int) -> ErrorResponse:
        return self.errors.get(status, ErrorResponse())


def associated_functions(config: dict[str, Any]) -> tuple[str | None, str | None]:
    """The viewer-request function's name and the origin-request version's ARN."""
    if items(config.get("CacheBehaviors")):
        raise EdgeError("The distribution has CacheBehaviors; the local edge supports the default behavior only")
    behavior = config["DefaultCacheBehavior"]
    functions = {one["EventType"]: one["FunctionARN"] for one in items(behavior.get("FunctionAssociations"))}
    lambdas = {one["EventType"]: one["LambdaFunctionARN"] for one in items(behavior.get("LambdaFunctionAssociations"))}
    if others := sorted((functions.keys() - {"viewer-request"}) | (lambdas.keys() - {"origin-request"})):
        raise EdgeError(f"The distribution has functions for {', '.join(others)}; the local edge does not run them yet")
    function = functions.get("viewer-request")
    return function and function.rpartition("/")[2], lambdas.get("origin-request")


def parse_errors(config: dict[str, Any]) -> dict[int, ErrorResponse]:
    found = {}
    for one in items(config.get("CustomErrorResponses")):
        ttl, status = one.get("ErrorCachingMinTTL"), int(one["ErrorCode"])
        page, shown = one.get("ResponsePagePath") or "", one.get("ResponseCode") or ""
        if bool(page) != bool(shown):
            raise EdgeError(
                f"The custom error response for {status} needs both ResponsePagePath and ResponseCode, or none"
            )
        found[status] = ErrorResponse(_ERROR_TTL if ttl is None else float(ttl), page, int(shown or 0))
    return found


def check_signers(target: Target, lambda_arn: str | None) -> None:
    """Refuse sigv4a with Lambda@Edge ("Restrict access to an Amazon S3 Multi-Region Access Point origin").

    Another origin of the distribution may have such an origin access control: no request reaches it.
    """
    for origin in target.members:
        if origin.access_control and origin.access_control.protocol == "sigv4a" and lambda_arn:
            raise EdgeError(
                f"The origin {origin.id} has an origin access control that signs with sigv4a: CloudFront does not run "
                "Lambda@Edge for origin requests to it. Remove one of the two"
            )


def stores_of(summary: dict[str, Any]) -> list[str]:
    associations = summary["FunctionSummary"]["FunctionConfig"].get("KeyValueStoreAssociations")
    return [one["KeyValueStoreARN"] for one in items(associations)]
