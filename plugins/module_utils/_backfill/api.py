# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The S3 and S3 Batch Operations calls of a backfill, one a method."""

from __future__ import annotations

import typing as t
from urllib.parse import urlencode

from .._core.aws import Aws, AWSRetry, is_boto3_error_code
from .._rules.ownership import tags_of
from .compare import Item

Head = dict[str, t.Any]

# botocore's retries share a budget for each client, which many copies side by side can use up.
_patient = AWSRetry.jittered_backoff(retries=8, delay=1, max_delay=30, catch_extra_error_codes=["SlowDown", "503"])

# Of what HeadObject returns: what CopyObject does not keep by itself, and what CreateMultipartUpload needs.
# Source: Amazon S3 API reference, "CopyObject".
_NOT_COPIED = ("StorageClass", "WebsiteRedirectLocation")
_KEPT = (
    *_NOT_COPIED,
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "Expires",
    "Metadata",
)

# Objects of a new Region are COMPLETED, for they were replicated to the others.
_STATUSES = ["NONE", "FAILED", "COMPLETED", "REPLICA"]


class BackfillApi:
    """All about one source bucket."""

    def __init__(self, aws: Aws, region: str, bucket: str) -> None:
        self._aws = aws
        self._region = region
        self._bucket = bucket

    def _s3(self, region: str) -> t.Any:
        return self._aws.client("s3", region)

    @property
    def _jobs(self) -> t.Any:
        return self._aws.client("s3control", self._region)

    def _of(self, bucket: str) -> dict[str, str]:
        return {"Bucket": bucket, "ExpectedBucketOwner": self._aws.account_id}

    def _from(self, item: Item) -> dict[str, t.Any]:
        return {
            "CopySource": {"Bucket": self._bucket, "Key": item.key},
            "CopySourceIfMatch": item.etag,
            "ExpectedSourceBucketOwner": self._aws.account_id,
        }

    # Reads

    def objects(self, region: str, bucket: str, prefix: str) -> t.Iterator[Item]:
        """The current versions below *prefix*, page by page."""
        pages = self._s3(region).get_paginator("list_objects_v2")
        for page in pages.paginate(**self._of(bucket), Prefix=prefix):
            for entry in page.get("Contents", []):
                yield Item(entry["Key"], entry["Size"], entry["ETag"].strip('"'))

    @_patient
    def head(self, region: str, bucket: str, key: str) -> Head:
        return self._s3(region).head_object(**self._of(bucket), Key=key, ChecksumMode="ENABLED")

    @_patient
    def source_head(self, item: Item, part: int | None = None) -> Head:
        """Of the whole object or of one of its parts; refused if it is another one by now."""
        of_part = {"PartNumber": part} if part else {}
        return self._s3(self._region).head_object(
            **self._of(self._bucket), Key=item.key, IfMatch=f'"{item.etag}"', **of_part
        )

    def source_has(self, key: str) -> bool:
        try:
            self._s3(self._region).head_object(**self._of(self._bucket), Key=key)
        except is_boto3_error_code("404"):
            return False
        return True

    @_patient
    def source_tags(self, key: str) -> dict[str, str]:
        answer = self._s3(self._region).get_object_tagging(**self._of(self._bucket), Key=key)
        return tags_of(answer["TagSet"])

    def replication_rules(self) -> list[dict[str, t.Any]]:
        try:
            answer = self._s3(self._region).get_bucket_replication(**self._of(self._bucket))
        except is_boto3_error_code("ReplicationConfigurationNotFoundError"):
            return []
        return answer["ReplicationConfiguration"]["Rules"]

    @property
    def _job_description(self) -> str:
        return f"multiregion.edge: backfill from {self._bucket}"

    def jobs(self) -> list[dict[str, t.Any]]:
        """Our jobs of this source, the newest first."""
        found: list[dict[str, t.Any]] = []
        page: dict[str, str] = {}
        while True:
            answer = self._jobs.list_jobs(AccountId=self._aws.account_id, **page)
            found += [job for job in answer.get("Jobs", []) if job.get("Description") == self._job_description]
            if not answer.get("NextToken"):
                return sorted(found, key=lambda job: job["CreationTime"], reverse=True)
            page = {"NextToken": answer["NextToken"]}

    def job(self, job_id: str) -> dict[str, t.Any]:
        return self._jobs.describe_job(AccountId=self._aws.account_id, JobId=job_id)["Job"]

    # Changes

    def create_job(self, role_arn: str, prefixes: t.Sequence[str], token: str) -> str:
        manifest = {
            "ExpectedBucketOwner": self._aws.account_id,
            "SourceBucket": f"arn:aws:s3:::{self._bucket}",
            "EnableManifestOutput": False,
            "Filter": {
                "EligibleForReplication": True,
                "ObjectReplicationStatuses": _STATUSES,
                "KeyNameConstraint": {"MatchAnyPrefix": list(prefixes)},
            },
        }
        return self._jobs.create_job(
            AccountId=self._aws.account_id,
            ConfirmationRequired=False,
            ClientRequestToken=token,
            Operation={"S3ReplicateObject": {}},
            Report={"Enabled": False},
            ManifestGenerator={"S3JobManifestGenerator": manifest},
            Priority=10,
            RoleArn=role_arn,
            Description=self._job_description,
        )["JobId"]

    @_patient
    def copy(self, region: str, bucket: str, item: Item, head: Head) -> None:
        kept = {name: head[name] for name in _NOT_COPIED if name in head}
        self._s3(region).copy_object(**self._of(bucket), Key=item.key, **self._from(item), **kept)

    @_patient
    def begin_upload(self, region: str, bucket: str, key: str, head: Head, tags: t.Mapping[str, str]) -> str:
        kept = {name: head[name] for name in _KEPT if name in head}
        if tags:
            kept["Tagging"] = urlencode(tags)
        return self._s3(region).create_multipart_upload(**self._of(bucket), Key=key, **kept)["UploadId"]

    @_patient
    def copy_part(
        self, region: str, bucket: str, item: Item, upload: str, number: int, first: int, last: int
    ) -> dict[str, t.Any]:
        """Copy the bytes from *first* to *last* as part *number*; what completing the upload asks for."""
        answer = self._s3(region).upload_part_copy(
            **self._of(bucket),
            Key=item.key,
            UploadId=upload,
            PartNumber=number,
            CopySourceRange=f"bytes={first}-{last}",
            **self._from(item),
        )
        return {"PartNumber": number, "ETag": answer["CopyPartResult"]["ETag"]}

    @_patient
    def complete_upload(self, region: str, bucket: str, key: str, upload: str, parts: list[dict[str, t.Any]]) -> None:
        self._s3(region).complete_multipart_upload(
            **self._of(bucket), Key=key, UploadId=upload, MultipartUpload={"Parts": parts}
        )

    def abort_upload(self, region: str, bucket: str, key: str, upload: str) -> None:
        self._s3(region).abort_multipart_upload(**self._of(bucket), Key=key, UploadId=upload)

    def put_delete_marker(self, region: str, bucket: str, item: Item) -> None:
        """Only if the object is still the one that was listed."""
        self._s3(region).delete_object(**self._of(bucket), Key=item.key, IfMatch=f'"{item.etag}"')
