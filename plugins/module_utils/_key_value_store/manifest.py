# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The manifest: the keys below a prefix as the last run left them, kept in the home bucket.

It is believed only if its own hash is the one that the digest key says, so it does no harm if it is lost or old.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import typing as t

from .._core.aws import Aws, is_boto3_error_code
from . import digest as digests
from .api import KeysApi
from .plan import Values


class KeysWithManifest(KeysApi):
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
            return parse(self._s3.get_object(**self._object(prefix))["Body"].read())
        except is_boto3_error_code(["NoSuchKey", "NoSuchBucket"]):
            return {}

    def put_manifest(self, prefix: str, values: Values) -> None:
        if self._s3 is not None:  # as it is where a plan has this step
            self._s3.put_object(**self._object(prefix), Body=text(values), ContentType="application/gzip")

    def _object(self, prefix: str) -> dict[str, str]:
        return {
            "Bucket": str(self._bucket),
            "Key": key(self._arn, prefix),
            "ExpectedBucketOwner": self._arn.split(":")[4],
        }


def key(arn: str, prefix: str) -> str:
    """A store that was deleted and made anew has another id. Prefixes may have bytes that a path cannot."""
    return f"_edge/keys/{arn.rpartition('/')[2]}/{hashlib.sha256(prefix.encode()).hexdigest()[:32]}.json.gz"


def vouched_for(values: Values, digest: digests.Digest | None) -> bool:
    return digest is not None and digest.all != "" and digests.of_all(values) == digest.all


def text(values: Values) -> bytes:
    # Without the time, so that the same keys are the same bytes.
    return gzip.compress(json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode(), mtime=0)


def parse(found: bytes) -> dict[str, str]:
    """No keys for what is no manifest: the hash of none is not the digest's."""
    try:
        document: t.Any = json.loads(gzip.decompress(found))
    except (OSError, EOFError, ValueError):
        return {}
    texts = isinstance(document, dict) and all(isinstance(value, str) for value in document.values())
    return document if texts else {}
