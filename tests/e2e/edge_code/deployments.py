"""The options of the reference deployment for each origin mode, and the objects of the site."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from e2e.edge_code import project
from localaws.local_aws import LocalAws
from localaws.reference.deployment import bucket_names, nearest
from localaws.reference.site import HOME_REGION, REGIONS, Site

NEAREST = nearest(REGIONS)
RECORD = "bucket.shop.example.com"
_FAILOVER = {"X_Origin_Failover": "true"}


def options_of(local_aws: LocalAws, mode: str, name: str, servers: str, failover: bool = False) -> dict[str, Any]:
    """*failover*: with an origin group where the Lambda function selects the bucket."""
    buckets = bucket_names(local_aws, REGIONS, name)
    common: dict[str, Any] = {"function_code": project.viewer_function(mode), "keys": project.KEYS}
    config: dict[str, Any] = {
        "mode": mode,
        "buckets": {bucket: region for region, bucket in buckets.items()},
        "default": buckets[HOME_REGION],
    }
    more = {"failover_headers": _FAILOVER} if failover else {}
    if mode == "mrap":
        return {**common, "lambda_zip": project.package()}
    if mode == "mrap_oac":
        return common
    if mode == "region_map":
        first, second = ({cache: buckets[order[at]] for cache, order in NEAREST.items()} for at in (0, 1))
        config |= {"map": first, **({"next": second} if failover else {})}
        return {**common, **more, "origin": mode, "lambda_zip": project.package(config)}
    if mode == "dns_record":
        config |= {"nameservers": [servers], "record": RECORD}
        config["near"] = {cache: [buckets[region] for region in order[:2]] for cache, order in NEAREST.items()}
        headers = {"X_Origin_Record": RECORD}
        return {**common, **more, "origin": mode, "lambda_zip": project.package(config), "origin_headers": headers}
    return {**common, "origin": mode, "keys": {**project.KEYS, **project.origin_keys(NEAREST)}}


def publish(site: Site) -> None:
    """Upload the site to the home Region, from where it is replicated."""
    s3, bucket = site.local_aws.client("s3", HOME_REGION), site.deployment.buckets[HOME_REGION]
    for key, (body, content_type) in project.objects().items():
        s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type)
    for region, name in site.deployment.buckets.items():
        site.local_aws.client("s3", region).put_object(Bucket=name, Key="_edge/region", Body=region.encode())
