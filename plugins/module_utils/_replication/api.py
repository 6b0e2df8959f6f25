# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The S3 calls about replication, one a method."""

from __future__ import annotations

import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._aws import Aws, AWSRetry, is_boto3_error_code

Config = dict[str, t.Any]

# InvalidRequest: "Versioning must be 'Enabled' on the bucket" until that is seen everywhere, and a role
# that IAM has not yet spread. Bounded to two minutes or so, for it can also be a real mistake.
_settling = AWSRetry.jittered_backoff(
    retries=12, delay=2, max_delay=30, catch_extra_error_codes=["OperationAborted", "InvalidRequest", "NoSuchBucket"]
)


class ReplicationApi:
    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def _s3(self, region: str) -> t.Any:
        return self._aws.client("s3", region)

    def replication(self, region: str, bucket: str) -> Config | None:
        """The bucket's replication configuration; None where it has none, or where there is no such bucket."""
        try:
            answer = self._s3(region).get_bucket_replication(Bucket=bucket, ExpectedBucketOwner=self._aws.account_id)
        except is_boto3_error_code(["ReplicationConfigurationNotFoundError", "NoSuchBucket"]):
            return None
        return answer["ReplicationConfiguration"]

    def delete_replication(self, region: str, bucket: str) -> None:
        self._s3(region).delete_bucket_replication(Bucket=bucket, ExpectedBucketOwner=self._aws.account_id)

    @_settling
    def put_replication(self, region: str, bucket: str, configuration: Config) -> None:
        self._s3(region).put_bucket_replication(
            Bucket=bucket, ExpectedBucketOwner=self._aws.account_id, ReplicationConfiguration=configuration
        )
