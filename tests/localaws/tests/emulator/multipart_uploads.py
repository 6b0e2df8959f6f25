"""Multipart uploads for the tests."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

MIN_PART = 5 * 1024**2
# Not of one size.
BODIES = (b"x" * (MIN_PART + 5), b"y" * MIN_PART, b"z")


def upload(s3: Any, bucket: str, key: str, bodies: Sequence[bytes] = BODIES, **headers: Any) -> dict[str, Any]:
    """The answer of CompleteMultipartUpload."""
    target = {"Bucket": bucket, "Key": key}
    upload_id = s3.create_multipart_upload(**target, **headers)["UploadId"]
    parts = []
    for number, body in enumerate(bodies, 1):
        etag = s3.upload_part(**target, UploadId=upload_id, PartNumber=number, Body=body)["ETag"]
        parts.append({"PartNumber": number, "ETag": etag})
    done: dict[str, Any] = s3.complete_multipart_upload(**target, UploadId=upload_id, MultipartUpload={"Parts": parts})
    return done
