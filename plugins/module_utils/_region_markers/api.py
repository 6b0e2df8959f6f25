# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The S3 calls about the object in each bucket that says which Region it is in."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._aws import Aws, is_boto3_error_code
from ansible_collections.multiregion.edge.plugins.module_utils._fleet import in_parallel
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import wait_until

KEY = "_edge/region"

# More than one bucket ever has of one key: the Regions' markers and their delete markers.
_PAGE = 1000


class MarkersApi:
    def __init__(self, aws: Aws, timeout: float) -> None:
        self._aws = aws
        self._timeout = timeout

    def _object(self, bucket: str) -> dict[str, str]:
        return {"Bucket": bucket, "ExpectedBucketOwner": self._aws.account_id, "Key": KEY}

    def _s3(self, region: str) -> t.Any:
        return self._aws.client("s3", region)

    # Reads

    def versions(self, region: str, bucket: str) -> list[str]:
        """The ids of all versions and delete markers, the newest first; none where there is no such bucket."""
        try:
            answer = self._s3(region).list_object_versions(
                Bucket=bucket, ExpectedBucketOwner=self._aws.account_id, Prefix=KEY, MaxKeys=_PAGE
            )
        except is_boto3_error_code("NoSuchBucket"):
            return []
        found = [item for item in [*answer.get("Versions", []), *answer.get("DeleteMarkers", [])] if item["Key"] == KEY]
        found.sort(key=lambda item: item["LastModified"], reverse=True)
        return [item["VersionId"] for item in found]

    def content(self, region: str, bucket: str, version: str) -> str | None:
        """The Region that the version names; None for a delete marker."""
        try:
            answer = self._s3(region).get_object(**self._object(bucket), VersionId=version)
        except is_boto3_error_code(["MethodNotAllowed", "NoSuchKey", "NoSuchVersion"]):
            return None
        return answer["Body"].read(64).decode("ascii", "replace")

    def _is_pending(self, region: str, bucket: str) -> bool:
        try:
            return self._s3(region).head_object(**self._object(bucket)).get("ReplicationStatus") == "PENDING"
        except is_boto3_error_code("404"):
            return False

    # Changes

    def put_marker(self, region: str, bucket: str) -> None:
        self._s3(region).put_object(
            **self._object(bucket), Body=region.encode(), ContentType="text/plain", CacheControl="no-store"
        )

    def remove_replicas(self, buckets: t.Mapping[str, str]) -> None:
        """Remove from each Region's bucket the markers that replication brought there.

        A deletion that names the version is never replicated, so each bucket keeps its own. It waits
        until S3 has replicated all of them, for a replica that came later would stay.
        """
        wait_until(
            "The Regions' markers",
            lambda: self._pending(buckets),
            lambda pending: not pending,
            timeout=self._timeout,
            describe=lambda pending: f"still replicated from {', '.join(pending)}",
        )
        in_parallel({region: functools.partial(self._keep_own, region, bucket) for region, bucket in buckets.items()})

    def _pending(self, buckets: t.Mapping[str, str]) -> list[str]:
        answers = in_parallel(
            {region: functools.partial(self._is_pending, region, bucket) for region, bucket in buckets.items()}
        )
        return sorted(region for region, pending in answers.items() if pending)

    def _keep_own(self, region: str, bucket: str) -> None:
        own_seen = False
        for version in self.versions(region, bucket):
            is_own = not own_seen and self.content(region, bucket, version) == region
            own_seen = own_seen or is_own
            if not is_own:
                self._s3(region).delete_object(**self._object(bucket), VersionId=version)
