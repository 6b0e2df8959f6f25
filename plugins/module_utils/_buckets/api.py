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
from .._core.progress import Progress
from .._core.retry import retry
from .._mrap.api import AccessPointApi
from .._rules.bucket_names import is_account_regional
from .._rules.ownership import OWNER_TAG, tag_list, tags_of
from .emptying import empty
from .removal import Contents

# While another change of the same bucket is in progress, and for up to an hour after one of the same name
# was deleted. Source: https://github.com/aws/aws-cli/issues/2593
_CONFLICT = "OperationAborted"

Config = dict[str, t.Any]


class BucketsApi:
    def __init__(self, aws: Aws, timeout: float) -> None:
        self._aws = aws
        self._timeout = timeout
        self._created: set[str] = set()

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

    def access_points(self) -> dict[str, list[str]]:
        """By bucket, the Multi-Region Access Points of the account that it is a member of."""
        found: dict[str, list[str]] = {}
        for access_point in AccessPointApi(self._aws).access_points():
            for bucket in access_point.regions.values():
                found.setdefault(bucket, []).append(access_point.name)
        return found

    def opt_in_status(self, regions: t.Sequence[str]) -> dict[str, str]:
        answer = self._aws.client("ec2", GLOBAL_REGION).describe_regions(AllRegions=True, RegionNames=list(regions))
        return {item["RegionName"]: item["OptInStatus"] for item in answer["Regions"]}

    def key(self, region: str, key_arn: str) -> Config:
        return self._aws.client("kms", region).describe_key(KeyId=key_arn)["KeyMetadata"]

    # Changes

    def _change(self, region: str, name: str, operation: str, **parameters: t.Any) -> None:
        call = getattr(self._s3(region), operation)
        # S3 may not know a new bucket everywhere at once.
        codes = (_CONFLICT, "NoSuchBucket") if name in self._created else (_CONFLICT,)
        retry(
            f"The bucket {name} in {region}",
            lambda: call(**self._bucket(name), **parameters),
            codes,
            timeout=self._timeout,
        )

    def create_bucket(self, region: str, name: str, tags: dict[str, str]) -> None:
        """Ours from its first moment by its tags, so that a run that is killed here does not leave a stranger."""
        configuration: Config = {"Tags": tag_list(tags)}
        if region != GLOBAL_REGION:  # which refuses its own name as a location
            configuration["LocationConstraint"] = region
        parameters: Config = {"CreateBucketConfiguration": configuration, "ObjectOwnership": "BucketOwnerEnforced"}
        if is_account_regional(name, self._aws.account_id, region):
            self._require_namespaces(region)
            parameters["BucketNamespace"] = "account-regional"
        what = f"The bucket {name} in {region}"
        call = self._s3(region).create_bucket
        try:
            retry(what, lambda: call(Bucket=name, **parameters), (_CONFLICT,), timeout=self._timeout)
        except is_boto3_error_code("BucketAlreadyOwnedByYou") as error:
            if self.tags(region, name).get(OWNER_TAG) != tags[OWNER_TAG]:  # else an earlier answer was lost
                raise EdgeError(
                    f"{what} was made by somebody else just now: run it again to see whether it can be used."
                ) from error
        self._created.add(name)

    def _require_namespaces(self, region: str) -> None:
        members = self._s3(region).meta.service_model.operation_model("CreateBucket").input_shape.members
        if "BucketNamespace" not in members:
            raise EdgeError(
                "This botocore does not know account-regional bucket names yet: update boto3 (requirements.txt has a "
                "version that does), or give the buckets' names."
            )

    def put_versioning(self, region: str, name: str, status: str) -> None:
        self._change(region, name, "put_bucket_versioning", VersioningConfiguration={"Status": status})

    def put_public_access_block(self, region: str, name: str, configuration: Config) -> None:
        self._change(region, name, "put_public_access_block", PublicAccessBlockConfiguration=configuration)

    def put_ownership(self, region: str, name: str, ownership: str) -> None:
        controls = {"Rules": [{"ObjectOwnership": ownership}]}
        self._change(region, name, "put_bucket_ownership_controls", OwnershipControls=controls)

    def put_encryption(self, region: str, name: str, rule: Config) -> None:
        configuration = {"Rules": [rule]}
        self._change(region, name, "put_bucket_encryption", ServerSideEncryptionConfiguration=configuration)

    def put_lifecycle(self, region: str, name: str, lifecycle: Config) -> None:
        others = {key: value for key, value in lifecycle.items() if key != "Rules"}
        rules = {"Rules": lifecycle["Rules"]}
        self._change(region, name, "put_bucket_lifecycle_configuration", LifecycleConfiguration=rules, **others)

    def put_tags(self, region: str, name: str, tags: dict[str, str]) -> None:
        self._change(region, name, "put_bucket_tagging", Tagging={"TagSet": tag_list(tags)})

    def put_policy(self, region: str, name: str, policy: Config) -> None:
        self._change(region, name, "put_bucket_policy", Policy=json.dumps(policy))

    def delete_replication(self, region: str, name: str) -> None:
        self._change(region, name, "delete_bucket_replication")

    def delete_bucket(self, region: str, name: str, everything: bool) -> None:
        """With *everything* in it: emptied again while replicas that were on their way come in."""
        s3, bucket = self._s3(region), self._bucket(name)
        what = f"The bucket {name} in {region}"
        progress = Progress(what)

        def delete() -> None:
            try:
                s3.delete_bucket(**bucket)
            except is_boto3_error_code("NoSuchBucket"):
                return  # the answer to an earlier attempt was lost
            except is_boto3_error_code("BucketNotEmpty"):
                if everything:
                    empty(s3, bucket, lambda gone: progress.count(f"{gone} late versions deleted"))
                raise

        if everything:
            empty(s3, bucket, lambda gone: progress.count(f"{gone} versions and uploads deleted"))
        codes = (_CONFLICT, "BucketNotEmpty") if everything else (_CONFLICT,)
        retry(what, delete, codes, timeout=self._timeout)
