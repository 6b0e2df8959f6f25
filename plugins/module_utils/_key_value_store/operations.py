# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the steps about keys call: the store's own calls, and the manifest's."""

from __future__ import annotations

from .._core.aws import Aws, is_boto3_error_code
from . import manifest
from .api import KeysApi
from .plan import Values


class Operations(KeysApi):
    """The keys, and an object in a bucket of the same account."""

    def __init__(self, aws: Aws, arn: str, bucket: str | None, region: str | None) -> None:
        super().__init__(aws)
        self._arn = arn
        self._bucket = bucket
        self._s3 = aws.client("s3", region) if bucket else None

    def manifest(self, prefix: str) -> dict[str, str]:
        """The keys, or none where there is no manifest."""
        if self._s3 is None:
            return {}
        try:
            return manifest.parse(self._s3.get_object(**self._object(prefix))["Body"].read())
        except is_boto3_error_code(["NoSuchKey", "NoSuchBucket"]):
            return {}

    def put_manifest(self, prefix: str, values: Values) -> None:
        if self._s3 is not None:  # as it is where a plan has this step
            self._s3.put_object(**self._object(prefix), Body=manifest.text(values), ContentType="application/gzip")

    def _object(self, prefix: str) -> dict[str, str]:
        return {
            "Bucket": str(self._bucket),
            "Key": manifest.key(self._arn, prefix),
            "ExpectedBucketOwner": self._arn.split(":")[4],
        }
