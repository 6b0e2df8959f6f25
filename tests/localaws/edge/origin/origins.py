"""The origins of a distribution, its origin groups, and its origin access controls."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localaws.edge.messages import EdgeError, Headers

_MRAP_HOST = re.compile(r"[a-z][a-z0-9]*\.mrap\.accesspoint\.s3-global\.amazonaws\.com")
_BUCKET_HOST = re.compile(r"[a-z0-9][a-z0-9.-]*\.s3\.([a-z0-9-]+)\.amazonaws\.com")


@dataclass(frozen=True)
class AccessControl:
    """An origin access control: CloudFront signs with its own credentials."""

    protocol: str  # sigv4 or sigv4a
    behavior: str  # always, never or no-override


@dataclass(frozen=True)
class Origin:
    id: str
    kind: str  # s3 or custom, as in a Lambda@Edge event
    domain_name: str
    path: str
    protocol: str
    port: int
    keepalive_timeout: int
    read_timeout: int
    ssl_protocols: tuple[str, ...]
    custom_headers: Headers
    access_control: AccessControl | None = None
    host_header: str | None = None

    @property
    def host(self) -> str:
        return self.host_header or self.domain_name


@dataclass(frozen=True)
class Target:
    """An origin, or an origin group: two origins, and the status codes that cause failover to the second."""

    members: tuple[Origin, ...]
    failover_codes: frozenset[int] = frozenset()


# "Create an origin group": the allowed failover status codes.
FAILOVER_CODES = frozenset((400, 403, 404, 416, 429, 500, 502, 503, 504))


def parse_origins(config: dict[str, Any], controls: Mapping[str, AccessControl]) -> dict[str, Origin]:
    """The origins by id. *controls*: the origin access controls by id."""
    return {found["Id"]: _origin(found, controls) for found in items(config["Origins"])}


def parse_target(config: dict[str, Any], origins: Mapping[str, Origin]) -> Target:
    """The target of the default cache behavior."""
    wanted = config["DefaultCacheBehavior"]["TargetOriginId"]
    if wanted in origins:
        return Target((origins[wanted],))
    for group in items(config.get("OriginGroups")):
        if group["Id"] == wanted:
            members = tuple(origins[member["OriginId"]] for member in items(group["Members"]))
            return Target(members, frozenset(items(group["FailoverCriteria"]["StatusCodes"])))
    raise EdgeError(f"The default behavior's target {wanted} is neither an origin nor an origin group")


def access_control_ids(config: dict[str, Any]) -> list[str]:
    found = {one.get("OriginAccessControlId") for one in items(config["Origins"])}
    return sorted(one for one in found if one)


def parse_access_control(config: dict[str, Any]) -> AccessControl:
    return AccessControl(config["SigningProtocol"], config["SigningBehavior"])


def _origin(found: dict[str, Any], controls: Mapping[str, AccessControl]) -> Origin:
    custom, s3 = found.get("CustomOriginConfig"), found.get("S3OriginConfig") or {}
    host, control_id = found["DomainName"], found.get("OriginAccessControlId") or ""
    if s3.get("OriginAccessIdentity"):
        raise EdgeError(f"The origin {found['Id']} has an origin access identity; the local edge supports OACs only")
    # CloudFront answers 400 to both.
    if custom and control_id and bucket_region(host):
        raise EdgeError(
            f"The origin {found['Id']} is a custom one and has an origin access control for S3: a bucket that "
            "CloudFront signs for needs an S3OriginConfig in place of the CustomOriginConfig"
        )
    if not custom and not is_s3(host):
        raise EdgeError(f"The origin {found['Id']} has an S3OriginConfig, but {host} is not the name of an S3 bucket")
    return Origin(
        id=found["Id"],
        kind="custom" if custom else "s3",
        domain_name=host,
        path=found.get("OriginPath") or "",
        protocol="http" if (custom or {}).get("OriginProtocolPolicy") == "http-only" else "https",
        port=int((custom or {}).get("HTTPSPort", 443)),
        keepalive_timeout=int((custom or {}).get("OriginKeepaliveTimeout", 5)),
        read_timeout=int((custom or s3).get("OriginReadTimeout", 30)),
        ssl_protocols=tuple(items((custom or {}).get("OriginSslProtocols"))) or ("TLSv1.2",),
        custom_headers=[(one["HeaderName"], one["HeaderValue"]) for one in items(found.get("CustomHeaders"))],
        access_control=controls.get(control_id),
    )


def items(value: dict[str, Any] | None) -> list[Any]:
    return (value or {}).get("Items") or []


def is_s3(host: str) -> bool:
    return bool(_MRAP_HOST.fullmatch(host) or _BUCKET_HOST.fullmatch(host))


def bucket_region(host: str) -> str | None:
    """The Region in a bucket's host name. None for an MRAP, which has many."""
    found = _BUCKET_HOST.fullmatch(host)
    return found[1] if found else None
