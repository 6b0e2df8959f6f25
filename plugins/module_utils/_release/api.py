# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The S3 calls about a release's objects, one a method."""

from __future__ import annotations

try:
    from boto3.s3.transfer import TransferConfig
except ImportError:  # AnsibleAWSModule names what to install
    pass

from .._core.aws import Aws, is_boto3_error_code
from . import error_page
from .files import PART_BYTES
from .plan import Listing

# Files go up side by side already. "classic": another client would go past the endpoint override and the retries.
_TRANSFER = {
    "multipart_threshold": PART_BYTES,
    "multipart_chunksize": PART_BYTES,
    "use_threads": False,
    "preferred_transfer_client": "classic",
}


class ReleaseApi:
    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def objects(self, region: str, bucket: str, prefix: str) -> Listing:
        """Every object below *prefix*; none where there is no such bucket yet."""
        pages = self._aws.client("s3", region).get_paginator("list_objects_v2")
        found: Listing = {}
        try:
            for page in pages.paginate(Bucket=bucket, Prefix=prefix, ExpectedBucketOwner=self._aws.account_id):
                found.update(
                    (item["Key"], (item["Size"], item["ETag"].strip('"'))) for item in page.get("Contents", [])
                )
        except is_boto3_error_code("NoSuchBucket"):
            return {}
        return found

    def error_page(self, region: str, bucket: str) -> error_page.Page | None:
        where = {"Bucket": bucket, "Key": error_page.KEY, "ExpectedBucketOwner": self._aws.account_id}
        try:
            return error_page.page(self._aws.client("s3", region).head_object(**where))
        except is_boto3_error_code(["404", "NoSuchBucket", "NoSuchKey"]):  # the answer to a HEAD has no code in it
            return None

    def mark(self, region: str, bucket: str, key: str) -> None:
        self._aws.client("s3", region).put_object(
            Bucket=bucket, Key=key, Body=b"", ExpectedBucketOwner=self._aws.account_id
        )

    def upload(self, region: str, bucket: str, key: str, source: str, headers: dict[str, str]) -> None:
        self._aws.client("s3", region).upload_file(
            source,
            bucket,
            key,
            ExtraArgs={**headers, "ExpectedBucketOwner": self._aws.account_id},
            Config=TransferConfig(**_TRANSFER),
        )
