"""The reference deployment, by plain boto3: buckets in several Regions and a CloudFront distribution in front of them,
with an MRAP, or with a bucket selected by Region, by a TXT record, or by the viewer function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from localaws.geo import by_round_trip, load_pops
from localaws.local_aws import LocalAws
from localaws.reference import resources as parts
from localaws.reference.distribution import Distribution, bucket_origin, custom_origin

_EDGE_SERVICES = ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]


@dataclass(frozen=True)
class Deployment:
    distribution_id: str
    distribution_arn: str
    domain_name: str
    mrap_name: str  # "" without an MRAP, like the next two
    mrap_alias: str
    mrap_arn: str
    buckets: dict[str, str]  # by Region; the first is replicated to the others
    lambda_role_name: str  # "" without a Lambda function, like its ARN and the version
    lambda_role_arn: str
    replication_role_name: str
    kvs_name: str
    kvs_arn: str
    viewer_function_arn: str
    lambda_version_arn: str

    @property
    def mrap_host(self) -> str:
        return f"{self.mrap_alias}.accesspoint.s3-global.amazonaws.com"


def bucket_names(local_aws: LocalAws, regions: list[str], name: str = "ref") -> dict[str, str]:
    """The names by Region, known before creation for the configuration of a Lambda package."""
    return {region: f"{name}-{region}-{local_aws.account_id}" for region in regions}


def bucket_host(region: str, bucket: str) -> str:
    return f"{bucket}.s3.{region}.amazonaws.com"


def nearest(regions: list[str]) -> dict[str, list[str]]:
    """For the Region of each regional edge cache, the buckets' Regions, nearest first."""
    caches = sorted({pop.regional_edge_cache for pop in load_pops().values()})
    return {cache: by_round_trip(cache, regions) for cache in caches}


def deploy(
    local_aws: LocalAws,
    regions: list[str],
    *,
    name: str = "ref",
    origin: str = "mrap",
    function_code: str,
    lambda_zip: bytes | None = None,
    keys: dict[str, str],
    lambda_handler: str = "handler.handler",
    lambda_runtime: str = "python3.13",
    origin_headers: dict[str, str] | None = None,
    failover_headers: dict[str, str] | None = None,
    change: Callable[[Distribution], Distribution] | None = None,
) -> Deployment:
    """Create everything.

    *origin* is mrap, region_map, dns_record or nearest_bucket. Without a *lambda_zip*, CloudFront signs by an OAC.
    With *failover_headers*, region_map and dns_record have an origin group whose second origin has these headers.
    *change* may change the distribution before its creation.
    """
    buckets = bucket_names(local_aws, regions, name)
    for region, bucket in buckets.items():
        parts.make_bucket(local_aws, region, bucket)
    parts.replicate(local_aws, regions[0], buckets, f"{name}-replication")
    alias = parts.mrap(local_aws, name, list(buckets.values())) if origin == "mrap" else ""
    mrap_arn = f"arn:aws:s3::{local_aws.account_id}:accesspoint/{alias}" if alias else ""
    role, role_arn, version_arn = "", "", ""
    if lambda_zip is not None:
        role = f"{name}-edge"
        role_arn = parts.make_role(local_aws, role, _EDGE_SERVICES, parts.reading(mrap_arn, buckets))
        version_arn = parts.lambda_version(
            local_aws, f"{name}-origin-request", role_arn, lambda_zip, lambda_handler, lambda_runtime
        )
    kvs_arn = parts.key_value_store(local_aws, name, keys)
    function_arn = parts.viewer_function(local_aws, name, function_code, kvs_arn)
    distribution = Distribution(name, function_arn, lambda_version_arn=version_arn)
    control = ""
    if lambda_zip is None:
        control = parts.origin_access_control(local_aws, name, "sigv4a" if alias else "sigv4")
    distribution = _with_origins(distribution, origin, alias, buckets, control, origin_headers or {}, failover_headers)
    distribution = change(distribution) if change else distribution
    made = local_aws.client("cloudfront").create_distribution(DistributionConfig=distribution.config())["Distribution"]
    if control:
        parts.allow_cloudfront_to_read(local_aws, made["ARN"], buckets)
        if alias:
            parts.allow_cloudfront_through_mrap(local_aws, made["ARN"], name, mrap_arn)
    return Deployment(
        distribution_id=made["Id"],
        distribution_arn=made["ARN"],
        domain_name=made["DomainName"],
        mrap_name=name if alias else "",
        mrap_alias=alias,
        mrap_arn=mrap_arn,
        buckets=buckets,
        lambda_role_name=role,
        lambda_role_arn=role_arn,
        replication_role_name=f"{name}-replication",
        kvs_name=name,
        kvs_arn=kvs_arn,
        viewer_function_arn=function_arn,
        lambda_version_arn=version_arn,
    )


def _with_origins(
    distribution: Distribution,
    origin: str,
    alias: str,
    buckets: dict[str, str],
    control: str,
    headers: dict[str, str],
    failover_headers: dict[str, str] | None,
) -> Distribution:
    hosts = {region: bucket_host(region, bucket) for region, bucket in buckets.items()}
    first, *others = hosts
    if origin == "mrap":
        host = f"{alias}.accesspoint.s3-global.amazonaws.com"
        return replace(distribution, origins=[custom_origin("mrap", host, control, **headers)])
    if origin in ("region_map", "dns_record"):
        # A custom origin, as the Lambda function signs; it replaces the host by another bucket.
        members = [custom_origin("bucket", hosts[first], **headers)]
        if failover_headers is None:
            return replace(distribution, origins=members)
        members.append(custom_origin("failover", hosts[others[0]], **failover_headers))
        return replace(distribution, origins=members, group=("bucket", "failover"))
    if origin == "nearest_bucket":
        origins: list[dict[str, Any]] = [bucket_origin(region, host, control) for region, host in hosts.items()]
        # The function's selection replaces this group, which serves without it.
        return replace(distribution, origins=origins, group=(first, others[0]))
    raise ValueError(f"There is no origin mode {origin!r}: mrap, region_map, dns_record or nearest_bucket")
