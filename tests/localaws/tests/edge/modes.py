"""The project's site in each of the ways to pick a bucket: what to deploy, and what is published."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from localaws.local_aws import LocalAws
from localaws.reference.deployment import bucket_names, nearest
from localaws.tests.edge import project
from localaws.tests.edge.deployed import HOME_REGION, REGIONS, Site

NEAREST = nearest(REGIONS)
RECORD = "bucket.shop.example.com"
_FAILOVER = {"X_Origin_Failover": "true"}


def how(local_aws: LocalAws, mode: str, name: str, servers: str, failover: bool = False) -> dict[str, Any]:
    """What to deploy. *failover*: with an origin group where the Lambda function picks a bucket."""
    buckets = bucket_names(local_aws, REGIONS, name)
    common: dict[str, Any] = {"function_code": project.router(mode), "keys": project.KEYS}
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
        config["nameservers"] = [servers]
        headers = {"X_Origin_Record": RECORD}
        return {**common, **more, "origin": mode, "lambda_zip": project.package(config), "origin_headers": headers}
    return {**common, "origin": mode, "keys": {**project.KEYS, **project.origin_keys(NEAREST)}}


def publish(site: Site) -> None:
    """To the home Region, as everybody does; from there it is replicated."""
    s3, bucket = site.local_aws.client("s3", HOME_REGION), site.deployment.buckets[HOME_REGION]
    for key, (body, content_type) in project.objects().items():
        s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type)
    for region, name in site.deployment.buckets.items():
        site.local_aws.client("s3", region).put_object(Bucket=name, Key="_edge/region", Body=region.encode())
