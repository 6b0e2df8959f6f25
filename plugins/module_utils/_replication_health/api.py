# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The calls that read the state of replication, one a method, and those of the probe objects."""

from __future__ import annotations

import datetime
import itertools
import typing as t

from .._core.aws import Aws, is_boto3_error_code
from .._core.errors import EdgeError
from .assess import Config


class HealthApi:
    def __init__(self, aws: Aws, buckets: t.Mapping[str, str]) -> None:
        self._aws = aws
        self._buckets = buckets

    def _s3(self, region: str) -> t.Any:
        return self._aws.client("s3", region)

    def _bucket(self, region: str) -> dict[str, str]:
        return {"Bucket": self._buckets[region], "ExpectedBucketOwner": self._aws.account_id}

    def is_own(self, arn: str) -> bool:
        """Whether *arn* is of this account, where alone it can be looked at."""
        return f":{self._aws.account_id}:" in arn

    # Reads

    def trouble(self, region: str) -> str | None:
        """Why the bucket cannot be replicated; None if it can be read. EdgeError without the right to read it."""
        try:
            found = self._s3(region).head_bucket(**self._bucket(region)).get("BucketRegion", region)
        except is_boto3_error_code("404"):
            return f"is not there in {region}: create it with s3_regional_buckets."
        except is_boto3_error_code("403") as error:
            raise EdgeError(
                f"The bucket {self._buckets[region]} in {region} belongs to another account than "
                f"{self._aws.account_id}, or s3:ListBucket on it is not allowed: allow it, or correct buckets."
            ) from error
        return None if found == region else f"is in {found}, not in {region}: give it for {found}, or another name."

    def versioning(self, region: str) -> str | None:
        return self._s3(region).get_bucket_versioning(**self._bucket(region)).get("Status")

    def replication(self, region: str) -> Config | None:
        try:
            answer = self._s3(region).get_bucket_replication(**self._bucket(region))
        except is_boto3_error_code("ReplicationConfigurationNotFoundError"):
            return None
        return answer["ReplicationConfiguration"]

    def encryption(self, region: str) -> str | None:
        """What the bucket encrypts with by default: AES256, aws:kms or aws:kms:dsse."""
        try:
            answer = self._s3(region).get_bucket_encryption(**self._bucket(region))
        except is_boto3_error_code("ServerSideEncryptionConfigurationNotFoundError"):
            return None
        rule = answer["ServerSideEncryptionConfiguration"]["Rules"][0]
        return rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm")

    def trust_policy(self, role_arn: str) -> Config | None:
        """The role's; None if the role is gone."""
        try:
            answer = self._aws.client("iam").get_role(RoleName=role_arn.rpartition("/")[2])
        except is_boto3_error_code("NoSuchEntity"):
            return None
        return answer["Role"]["AssumeRolePolicyDocument"]

    def denied(self, role_arn: str, resource: str, actions: t.Sequence[str]) -> list[str]:
        """The *actions* that the role's policies do not allow on *resource*."""
        answer = self._aws.client("iam").simulate_principal_policy(
            PolicySourceArn=role_arn, ActionNames=list(actions), ResourceArns=[resource]
        )
        # A condition on a key that the simulation was not given proves nothing.
        return [
            result["EvalActionName"]
            for result in answer["EvaluationResults"]
            if result["EvalDecision"] != "allowed" and not result.get("MissingContextValues")
        ]

    def key_state(self, region: str, key: str) -> str | None:
        """Enabled, Disabled, PendingDeletion, ...; None if the key is gone."""
        try:
            return self._aws.client("kms", region).describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
        except is_boto3_error_code("NotFoundException"):
            return None

    def metrics(self, region: str, queries: list[Config], since: datetime.timedelta) -> dict[str, list[float]]:
        """Each query's values by its id, the newest first."""
        now = datetime.datetime.now(datetime.UTC)
        pages = self._aws.client("cloudwatch", region).get_paginator("get_metric_data")
        found: dict[str, list[float]] = {query["Id"]: [] for query in queries}
        for page in pages.paginate(
            MetricDataQueries=queries, StartTime=now - since, EndTime=now, ScanBy="TimestampDescending"
        ):
            for result in page["MetricDataResults"]:
                found[result["Id"]] += result["Values"]
        return found

    def keys(self, region: str, prefix: str, limit: int) -> list[str]:
        """The first *limit* keys that begin with *prefix*."""
        pages = self._s3(region).get_paginator("list_objects_v2")
        entries = (
            entry["Key"]
            for page in pages.paginate(**self._bucket(region), Prefix=prefix)
            for entry in page.get("Contents", [])
        )
        return list(itertools.islice(entries, limit))

    def head(self, region: str, key: str) -> Config | None:
        """What S3 returns for the object; None if there is none."""
        try:
            return self._s3(region).head_object(**self._bucket(region), Key=key)
        except is_boto3_error_code("404"):
            return None

    def versions(self, region: str, prefix: str) -> list[Config]:
        """All versions and delete markers of the keys that begin with *prefix*."""
        pages = self._s3(region).get_paginator("list_object_versions")
        return [
            entry
            for page in pages.paginate(**self._bucket(region), Prefix=prefix)
            for entry in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        ]

    # Changes, of probe objects only

    def put(self, region: str, key: str) -> None:
        self._s3(region).put_object(
            **self._bucket(region), Key=key, Body=region.encode(), ContentType="text/plain", CacheControl="no-store"
        )

    def delete_version(self, region: str, key: str, version: str) -> None:
        self._s3(region).delete_object(**self._bucket(region), Key=key, VersionId=version)
