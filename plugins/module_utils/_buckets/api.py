# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The S3 calls about buckets, one a method. Every call names the owner it expects."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._aws import Aws, AWSRetry, is_boto3_error_code
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError

# S3 answers OperationAborted while another change of the same bucket is in progress, and NoSuchBucket
# for a moment after CreateBucket; botocore retries neither.
_settling = AWSRetry.jittered_backoff(retries=8, delay=1, max_delay=20, catch_extra_error_codes=["OperationAborted"])
_new = AWSRetry.jittered_backoff(
    retries=8, delay=1, max_delay=20, catch_extra_error_codes=["OperationAborted", "NoSuchBucket"]
)

Config = dict[str, t.Any]


class BucketsApi:
    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def _s3(self, region: str) -> t.Any:
        return self._aws.client("s3", region)

    def _bucket(self, name: str) -> dict[str, str]:
        return {"Bucket": name, "ExpectedBucketOwner": self._aws.account_id}

    def _require_namespaces(self, region: str) -> None:
        members = self._s3(region).meta.service_model.operation_model("CreateBucket").input_shape.members
        if "BucketNamespace" not in members:
            raise EdgeError(
                "This botocore does not know account-regional bucket names yet: update boto3 (requirements.txt has a "
                "version that does), or give the buckets' names."
            )

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
        if found != region:  # botocore follows S3's redirect to the bucket's own Region
            raise EdgeError(f"The bucket {name} is in {found}, not in {region}: give it for {found}, or another name.")
        return True

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

    def lifecycle(self, region: str, name: str) -> list[Config]:
        try:
            return self._s3(region).get_bucket_lifecycle_configuration(**self._bucket(name))["Rules"]
        except is_boto3_error_code("NoSuchLifecycleConfiguration"):
            return []

    def tags(self, region: str, name: str) -> dict[str, str]:
        try:
            answer = self._s3(region).get_bucket_tagging(**self._bucket(name))
        except is_boto3_error_code("NoSuchTagSet"):
            return {}
        return {tag["Key"]: tag["Value"] for tag in answer["TagSet"]}

    def policy(self, region: str, name: str) -> list[Config]:
        try:
            answer = self._s3(region).get_bucket_policy(**self._bucket(name))
        except is_boto3_error_code("NoSuchBucketPolicy"):
            return []
        statements = json.loads(answer["Policy"])["Statement"]
        return statements if isinstance(statements, list) else [statements]

    # Changes

    @_settling
    def create_bucket(self, region: str, name: str, account_regional: bool) -> None:
        parameters: Config = {"Bucket": name, "ObjectOwnership": "BucketOwnerEnforced"}
        if region != "us-east-1":  # which refuses its own name as a location
            parameters["CreateBucketConfiguration"] = {"LocationConstraint": region}
        if account_regional:
            self._require_namespaces(region)
            parameters["BucketNamespace"] = "account-regional"
        try:
            self._s3(region).create_bucket(**parameters)
        except is_boto3_error_code("BucketAlreadyOwnedByYou"):
            return  # the answer to an earlier attempt of this very call was lost

    @_new
    def put_versioning(self, region: str, name: str, status: str) -> None:
        self._s3(region).put_bucket_versioning(**self._bucket(name), VersioningConfiguration={"Status": status})

    @_new
    def put_public_access_block(self, region: str, name: str, configuration: Config) -> None:
        self._s3(region).put_public_access_block(**self._bucket(name), PublicAccessBlockConfiguration=configuration)

    @_new
    def put_ownership(self, region: str, name: str, ownership: str) -> None:
        self._s3(region).put_bucket_ownership_controls(
            **self._bucket(name), OwnershipControls={"Rules": [{"ObjectOwnership": ownership}]}
        )

    @_new
    def put_lifecycle(self, region: str, name: str, rules: list[Config]) -> None:
        self._s3(region).put_bucket_lifecycle_configuration(
            **self._bucket(name), LifecycleConfiguration={"Rules": rules}
        )

    @_new
    def put_tags(self, region: str, name: str, tags: dict[str, str]) -> None:
        tag_set = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
        self._s3(region).put_bucket_tagging(**self._bucket(name), Tagging={"TagSet": tag_set})

    @_new
    def put_policy(self, region: str, name: str, statements: list[Config]) -> None:
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        self._s3(region).put_bucket_policy(**self._bucket(name), Policy=document)
