# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The S3 calls about buckets, one a method. Every call names the owner it expects."""

from __future__ import annotations

import json
import typing as t

from .._core.aws import GLOBAL_REGION, Aws, is_boto3_error_code
from .._core.errors import EdgeError
from .._mrap.api import MrapApi
from .._rules.ownership import tags_of
from .removal import Contents

Config = dict[str, t.Any]


class BucketsApi:
    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def _s3(self, region: str) -> t.Any:
        return self._aws.client("s3", region)

    def _bucket(self, name: str) -> dict[str, str]:
        return {"Bucket": name, "ExpectedBucketOwner": self._aws.account_id}

    # Reads

    def exists(self, region: str, name: str) -> bool:
        try:
            found = self._s3(region).head_bucket(**self._bucket(name)).get("BucketRegion", region)
        except is_boto3_error_code("404"):
            return False
        except is_boto3_error_code("403") as error:
            raise EdgeError(
                f"The bucket {name} in {region} is not this account's ({self._aws.account_id}), or HeadBucket is not "
                "allowed. Choose another name, or allow s3:ListBucket on it."
            ) from error
        except is_boto3_error_code("400") as error:  # the answer to HEAD has no body, and so no reason
            raise EdgeError(
                f"S3 in {region} does not take these credentials (400 from HeadBucket of {name}): the Region must be "
                "enabled in the account, and temporary credentials for an opt-in Region must come from a Regional "
                "endpoint of STS."
            ) from error
        if found != region:  # botocore follows S3's redirect to the bucket's own Region
            raise EdgeError(f"The bucket {name} is in {found}, not in {region}: give it for {found}, or another name.")
        return True

    def aspects(self, region: str, name: str) -> Config:
        """What a plan compares, by its names."""
        return {
            "public_access_block": self.public_access_block(region, name),
            "ownership": self.ownership(region, name),
            "policy": self.policy(region, name),
            "versioning": self.versioning(region, name),
            "encryption": self.encryption(region, name),
            "tags": self.tags(region, name),
            "lifecycle": self.lifecycle(region, name),
        }

    def versioning(self, region: str, name: str) -> str | None:
        return self._s3(region).get_bucket_versioning(**self._bucket(name)).get("Status")

    def public_access_block(self, region: str, name: str) -> Config | None:
        try:
            answer = self._s3(region).get_public_access_block(**self._bucket(name))
        except is_boto3_error_code("NoSuchPublicAccessBlockConfiguration"):
            return None
        return answer["PublicAccessBlockConfiguration"]

    def ownership(self, region: str, name: str) -> str | None:
        try:
            answer = self._s3(region).get_bucket_ownership_controls(**self._bucket(name))
        except is_boto3_error_code("OwnershipControlsNotFoundError"):
            return None
        return answer["OwnershipControls"]["Rules"][0]["ObjectOwnership"]

    def encryption(self, region: str, name: str) -> Config | None:
        try:
            answer = self._s3(region).get_bucket_encryption(**self._bucket(name))
        except is_boto3_error_code("ServerSideEncryptionConfigurationNotFoundError"):
            return None
        return answer["ServerSideEncryptionConfiguration"]["Rules"][0]

    def lifecycle(self, region: str, name: str) -> Config | None:
        try:
            answer = self._s3(region).get_bucket_lifecycle_configuration(**self._bucket(name))
        except is_boto3_error_code("NoSuchLifecycleConfiguration"):
            return None
        return {key: answer[key] for key in ("Rules", "TransitionDefaultMinimumObjectSize") if key in answer}

    def tags(self, region: str, name: str) -> dict[str, str]:
        try:
            answer = self._s3(region).get_bucket_tagging(**self._bucket(name))
        except is_boto3_error_code("NoSuchTagSet"):
            return {}
        return tags_of(answer["TagSet"])

    def policy(self, region: str, name: str) -> Config | None:
        try:
            answer = self._s3(region).get_bucket_policy(**self._bucket(name))
        except is_boto3_error_code("NoSuchBucketPolicy"):
            return None
        return json.loads(answer["Policy"])

    def replicates(self, region: str, name: str) -> bool:
        try:
            self._s3(region).get_bucket_replication(**self._bucket(name))
        except is_boto3_error_code("ReplicationConfigurationNotFoundError"):
            return False
        return True

    def contents(self, region: str, name: str) -> Contents:
        """What is in it, by one page of each listing."""
        listed = self._s3(region).list_object_versions(**self._bucket(name))
        versions, markers = listed.get("Versions", []), listed.get("DeleteMarkers", [])
        ongoing = self._s3(region).list_multipart_uploads(**self._bucket(name))
        uploads = ongoing.get("Uploads", [])
        return Contents(
            versions=len(versions),
            delete_markers=len(markers),
            uploads=len(uploads),
            more=listed["IsTruncated"] or ongoing["IsTruncated"],
            example=next((item["Key"] for item in [*versions, *markers, *uploads]), ""),
        )

    def in_use(self, region: str, name: str) -> bool:
        listed = self._s3(region).list_object_versions(**self._bucket(name), MaxKeys=1)
        return bool(listed.get("Versions") or listed.get("DeleteMarkers"))

    def mraps(self) -> dict[str, list[str]]:
        """By bucket, the Multi-Region Access Points of the account that it is a member of."""
        found: dict[str, list[str]] = {}
        for mrap in MrapApi(self._aws).mraps():
            for bucket in mrap.regions.values():
                found.setdefault(bucket, []).append(mrap.name)
        return found

    def opt_in_status(self, regions: t.Sequence[str]) -> dict[str, str]:
        answer = self._aws.client("ec2", GLOBAL_REGION).describe_regions(AllRegions=True, RegionNames=list(regions))
        return {item["RegionName"]: item["OptInStatus"] for item in answer["Regions"]}

    def key(self, region: str, key_arn: str) -> Config:
        return self._aws.client("kms", region).describe_key(KeyId=key_arn)["KeyMetadata"]
