# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The S3 calls that read replication, one a method."""

from __future__ import annotations

import typing as t

from .._core.aws import Aws, is_boto3_error_code
from .rules import (
    Config,
)


class ReplicationApi:
    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def _s3(self, region: str) -> t.Any:
        return self._aws.client("s3", region)

    def _bucket(self, bucket: str) -> dict[str, str]:
        return {"Bucket": bucket, "ExpectedBucketOwner": self._aws.account_id}

    def replication(self, region: str, bucket: str) -> Config | None:
        """The bucket's replication configuration; None where it has none, or where there is no such bucket."""
        try:
            answer = self._s3(region).get_bucket_replication(**self._bucket(bucket))
        except is_boto3_error_code(["ReplicationConfigurationNotFoundError", "NoSuchBucket"]):
            return None
        return answer["ReplicationConfiguration"]
