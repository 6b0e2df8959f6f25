"""The source and destination buckets of a backfill, and their contents."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from localaws.local_aws import LocalAws
from localaws.reference.resources import make_bucket
from modules.runner import SITE, Modules

HOME, NEW, OTHER = "eu-north-1", "ap-south-1", "us-east-1"
MODULE = "s3_replication_backfill"


def empty_buckets(local_aws: LocalAws) -> dict[str, str]:
    """The site's buckets, empty and without replication; created by the first test of a file."""
    there = {bucket["Name"] for bucket in local_aws.client("s3").list_buckets()["Buckets"]}
    names = {region: f"{SITE}-{local_aws.account_id}-{region}-an" for region in (HOME, NEW, OTHER)}
    for region, name in names.items():
        if name not in there:
            make_bucket(local_aws, region, name)
        _empty(local_aws.client("s3", region), name)
    return names


def _empty(s3: Any, name: str) -> None:
    s3.delete_bucket_replication(Bucket=name)
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        for version in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            s3.delete_object(Bucket=name, Key=version["Key"], VersionId=version["VersionId"])


class Content:
    """The objects in the buckets, written and read as root."""

    def __init__(self, local_aws: LocalAws, buckets: dict[str, str]) -> None:
        self._local_aws = local_aws
        self._buckets = buckets

    def put(self, region: str, key: str, body: bytes = b"x", **headers: Any) -> None:
        self._local_aws.client("s3", region).put_object(Bucket=self._buckets[region], Key=key, Body=body, **headers)

    def of(self, region: str) -> dict[str, str]:
        answer = self._local_aws.client("s3", region).list_objects_v2(Bucket=self._buckets[region])
        return {item["Key"]: item["ETag"] for item in answer.get("Contents", [])}


def backfill(modules: Modules, buckets: dict[str, str], **options: Any) -> dict[str, Any]:
    return modules.run(MODULE, buckets=buckets, source_region=HOME, **options)
