# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The S3 calls about the object in each bucket with the name of its Region."""

from __future__ import annotations

import functools
import typing as t

from .._core.aws import Aws, is_boto3_error_code
from .._core.parallel import in_parallel
from .._rules.names import REGION_MARKER
from .plan import (
    UNREAD,
    Marker,
)

# More than one bucket ever has of one key: the Regions' markers and their delete markers.
_PAGE = 1000


class MarkersApi:
    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def _object(self, bucket: str) -> dict[str, str]:
        return {"Bucket": bucket, "ExpectedBucketOwner": self._aws.account_id, "Key": REGION_MARKER}

    def _s3(self, region: str) -> t.Any:
        return self._aws.client("s3", region)

    def markers(self, buckets: t.Mapping[str, str]) -> dict[str, list[Marker]]:
        """By Region, all versions of its bucket's marker, the newest first; none where there is no such bucket."""
        return in_parallel({region: functools.partial(self._markers, region, name) for region, name in buckets.items()})

    def _markers(self, region: str, bucket: str) -> list[Marker]:
        try:
            answer = self._s3(region).list_object_versions(
                Bucket=bucket, ExpectedBucketOwner=self._aws.account_id, Prefix=REGION_MARKER, MaxKeys=_PAGE
            )
        except is_boto3_error_code("NoSuchBucket"):
            return []
        deleted = answer.get("DeleteMarkers", [])
        found = [item for item in [*answer.get("Versions", []), *deleted] if item["Key"] == REGION_MARKER]
        found.sort(key=lambda item: (item["IsLatest"], item["LastModified"]), reverse=True)
        return [
            Marker(item["VersionId"], None) if item in deleted else self._marker(region, bucket, item["VersionId"])
            for item in found
        ]

    def _marker(self, region: str, bucket: str, version: str) -> Marker:
        try:
            answer = self._s3(region).get_object(**self._object(bucket), VersionId=version)
        except is_boto3_error_code(["NoSuchKey", "NoSuchVersion"]):
            return Marker(version, UNREAD)
        content = answer["Body"].read(64).decode("ascii", "replace")
        return Marker(version, content, answer.get("ReplicationStatus") == "PENDING")
