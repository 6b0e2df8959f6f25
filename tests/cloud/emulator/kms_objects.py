"""Objects that S3 encrypts with AWS KMS: which key they tell, and an ETag that is no MD5."""

from __future__ import annotations

import uuid
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import s3

from cloud.emulator import object_versions
from cloud.emulator.object_versions import KMS_ALGORITHMS, SSE, SSE_KEY

_BUCKET_KEY = f"{SSE}-bucket-key-enabled"


def install() -> None:
    resolve = s3._resolve_sse_write_headers
    put, copy = s3._put_object, s3._copy_object

    def with_key(headers: dict[str, str], bucket: str) -> Any:
        default = s3._bucket_default_sse_headers(bucket)
        if headers.get(SSE) == "aws:kms" and not headers.get(SSE_KEY):
            # The bucket's own key if it has one; MiniStack asks for the key to be named.
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

    s3._SSE_STORED_HEADERS = (*s3._SSE_STORED_HEADERS, _BUCKET_KEY)
    s3._resolve_sse_write_headers = with_key
    s3._put_object = put_object
    s3._copy_object = copy_object


def _with_its_own_etag(bucket: str, key: str, answer: Any) -> Any:
    """Source: S3 API reference, Object: with SSE-KMS the ETag is not an MD5 digest of the object's data."""
    status, headers, body = answer
    if status != 200 or headers.get(SSE) not in KMS_ALGORITHMS:
        return answer
    record = s3._buckets[bucket]["objects"][key]
    md5, etag = record["etag"], f'"{uuid.uuid4().hex}"'
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
