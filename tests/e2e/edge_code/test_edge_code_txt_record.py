"""The origin request function reads a TXT record in the emulator's Route 53, from the name server of the Lambda."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from pathlib import Path

from e2e.edge_code import project
from e2e.edge_code.deployments import options_of
from localaws.local_aws import LocalAws
from localaws.reference.deployment import bucket_names
from localaws.reference.site import HOME_REGION, REGIONS, Site

ZONE = "txt-record.example"


def test_the_function_resolves_the_record_by_its_own_resolv_conf(local_aws: LocalAws, tmp_path: Path) -> None:
    """The package names no server, as in AWS."""
    buckets = bucket_names(local_aws, REGIONS, "by-name")
    config = {
        "mode": "dns_record",
        "buckets": {bucket: region for region, bucket in buckets.items()},
        "record": f"bucket.{ZONE}",
    }
    route53 = local_aws.client("route53")
    zone_id = route53.create_hosted_zone(Name=ZONE, CallerReference=ZONE)["HostedZone"]["Id"]

    def set_record(bucket: str) -> None:
        record = {
            "Name": f"bucket.{ZONE}",
            "Type": "TXT",
            "TTL": 0,
            "ResourceRecords": [{"Value": f'"{bucket}"'}],
        }
        batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
        route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)

    package = {"lambda_zip": project.package(config), "origin_headers": {}}
    site = Site(local_aws, tmp_path, "by-name", **{**options_of(local_aws, "dns_record", "by-name", ""), **package})
    for region, bucket in buckets.items():
        local_aws.client("s3", region).put_object(Bucket=bucket, Key="_edge/region", Body=region.encode())
    with site.edge:
        for region in ("us-east-1", HOME_REGION):
            set_record(buckets[region])
            wait_until_served_from(site, region)


def wait_until_served_from(site: Site, region: str) -> None:
    """The name server keeps an answer for a second."""
    deadline = time.monotonic() + 30
    while True:
        site.now += 3600  # the edge's cached copies expire
        if site.get("/_edge/region", "SYD").body.decode() == region:
            return
        assert time.monotonic() < deadline
        time.sleep(0.1)
