"""Objects encrypted with AWS KMS: their key, and an ETag that is not an MD5 digest."""

from __future__ import annotations

import uuid
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import s3

from localaws.emulator.s3 import object_versions
from localaws.emulator.s3.object_versions import KMS_ALGORITHMS, SSE, SSE_KEY

_BUCKET_KEY = f"{SSE}-bucket-key-enabled"


def install() -> None:
    resolve = s3._resolve_sse_write_headers
    put, copy, complete = s3._put_object, s3._copy_object, s3._complete_multipart_upload

    def with_key(headers: dict[str, str], bucket: str) -> Any:
        default = s3._bucket_default_sse_headers(bucket)
        if headers.get(SSE) == "aws:kms" and not headers.get(SSE_KEY):
            # The bucket's default key if it has one; MiniStack requires a key in the request.
            key = default.get(SSE_KEY) if default.get(SSE) in KMS_ALGORITHMS else None
            headers = {**headers, SSE_KEY: key or _aws_managed_key(bucket)}
        found, error = resolve(headers, bucket)
        if error is None and found.get(SSE) in KMS_ALGORITHMS:
            found[SSE_KEY] = _arn(bucket, found.get(SSE_KEY) or _aws_managed_key(bucket))
            if default.get(SSE) == found[SSE] and "<BucketKeyEnabled>true" in s3._bucket_encryption[bucket]:
                found[_BUCKET_KEY] = "true"
        return found, error

    def put_object(bucket: str, key: str, body: bytes, headers: dict[str, str]) -> Any:
        return _with_its_own_etag(bucket, key, put(bucket, key, body, headers))

    def copy_object(bucket: str, key: str, headers: dict[str, str]) -> Any:
        return _with_its_own_etag(bucket, key, copy(bucket, key, headers))

    def complete_upload(
        bucket: str, key: str, body: bytes, query: dict[str, Any], headers: dict[str, str] | None = None
    ) -> Any:
        upload_id = s3._qp(query, "uploadId")
        again = upload_id not in s3._multipart_uploads
        answer = complete(bucket, key, body, query, headers)
        if again or answer[0] != 200:
            return answer
        answer = _with_its_own_etag(bucket, key, answer)
        s3._completed_multipart_uploads[upload_id]["response"] = answer  # for a repeated request
        return answer

    s3._SSE_STORED_HEADERS = (*s3._SSE_STORED_HEADERS, _BUCKET_KEY)
    s3._resolve_sse_write_headers = with_key
    s3._put_object = put_object
    s3._copy_object = copy_object
    s3._complete_multipart_upload = complete_upload


def _with_its_own_etag(bucket: str, key: str, answer: Any) -> Any:
    """Source: S3 API reference, Object: with SSE-KMS the ETag is not an MD5 digest of the object's data."""
    status, headers, body = answer
    if status != 200 or headers.get(SSE) not in KMS_ALGORITHMS:
        return answer
    record = s3._buckets[bucket]["objects"][key]
    md5, etag = record["etag"], object_versions.opaque_etag(record["etag"])
    record["etag"] = etag
    if record.get("version_id"):
        object_versions.set_field(bucket, key, record["version_id"], "etag", etag)
    if "ETag" in headers:
        headers["ETag"] = etag
    return status, headers, body.replace(md5.encode(), etag.encode())


def _arn(bucket: str, key: str) -> str:
    if key.startswith("arn:"):
        return key
    resource = key if key.startswith("alias/") else f"key/{key}"
    return f"arn:aws:kms:{s3.bucket_region(bucket)}:{get_account_id()}:{resource}"


def _aws_managed_key(bucket: str) -> str:
    """The key behind alias/aws/s3: one in each Region of an account."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"alias/aws/s3 {get_account_id()} {s3.bucket_region(bucket)}"))


def managed_key(bucket: str) -> str:
    """The ARN of the key that AWS manages for S3, in the bucket's Region."""
    return _arn(bucket, _aws_managed_key(bucket))


def context(bucket: str, key: str, sse: dict[str, str]) -> dict[str, str]:
    """The condition keys of S3's requests to KMS for an object with this encryption."""
    # With an S3 Bucket Key the context names the bucket.
    encrypted = f"arn:aws:s3:::{bucket}" if sse.get(_BUCKET_KEY) == "true" else f"arn:aws:s3:::{bucket}/{key}"
    return {
        "kms:ViaService": f"s3.{s3.bucket_region(bucket)}.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": encrypted,
    }
