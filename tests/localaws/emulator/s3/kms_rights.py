"""S3 uses a customer's KMS key with the rights of the requester; MiniStack does not check them.

Sources: S3 User Guide, "Using server-side encryption with AWS KMS keys", "Permissions", and "Multipart upload API and
permissions"; S3 API reference, HeadObject. The AWS managed key for S3 needs no rights.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ministack.core import iam_actions
from ministack.services import s3

from localaws.emulator.s3 import authorisation, kms_objects, object_versions
from localaws.emulator.s3.object_versions import KMS_ALGORITHMS, SSE, SSE_KEY

Headers = dict[str, str]
_DECRYPT, _GENERATE = "kms:Decrypt", "kms:GenerateDataKey"
_NOT_CONTENT = frozenset({"uploadId", "tagging", "acl", "attributes", "retention", "legal-hold", "annotation"})


def install() -> None:
    dispatch = s3._dispatch

    def permitted(method: str, bucket: str, key: str, headers: Headers, body: bytes, query: Any) -> Any:
        for action, name, of, sse in _needed(method, bucket, key, headers, query) if key else ():
            if sse.get(SSE) not in KMS_ALGORITHMS or sse[SSE_KEY] == kms_objects.managed_key(name):
                continue
            context = kms_objects.context(name, of, sse)
            message = authorisation.denial(headers, query, action, sse[SSE_KEY], context, "kms")
            if message is not None:
                return s3._error("AccessDenied", message, 403, f"/{bucket}/{key}")
        return dispatch(method, bucket, key, headers, body, query)

    s3._dispatch = permitted


def _needed(
    method: str, bucket: str, key: str, headers: Headers, query: Any
) -> Iterator[tuple[str, str, str, Headers]]:
    """Action, bucket, key, and encryption of each use of a KMS key."""
    content = not _NOT_CONTENT & query.keys()
    if method == "GET" and content:
        yield _DECRYPT, bucket, key, _encryption(bucket, key, s3._qp(query, "versionId"))
    if method == "HEAD" and "x-amz-checksum-mode" in headers:
        for action in (_DECRYPT, _GENERATE):
            yield action, bucket, key, _encryption(bucket, key, s3._qp(query, "versionId"))
    if method == "PUT" and "x-amz-copy-source" in headers:
        arn, version_id = iam_actions._s3_source_object(headers) or ("", "")
        name, _, source = arn.removeprefix("arn:aws:s3:::").partition("/")
        yield _DECRYPT, name, source, _encryption(name, source, version_id)
    if method == "PUT" and "partNumber" in query:
        upload = s3._multipart_uploads.get(s3._qp(query, "uploadId")) or {}
        yield _DECRYPT, bucket, key, upload.get("preserved_headers", {})
    written = (method == "PUT" and content) or (method == "POST" and "uploads" in query)
    if written and bucket in s3._buckets:
        found, _ = s3._resolve_sse_write_headers(headers, bucket)
        yield _GENERATE, bucket, key, found or {}


def _encryption(bucket: str, key: str, version_id: str) -> Headers:
    current = (s3._buckets.get(bucket) or {"objects": {}})["objects"].get(key)
    record = object_versions.find(bucket, key, version_id) if version_id else current
    found: Headers = (record or {}).get("preserved_headers", {})
    return found
