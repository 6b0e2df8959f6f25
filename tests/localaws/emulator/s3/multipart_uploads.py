"""Multipart uploads: their tags, and the parts that S3 refuses to assemble; MiniStack has neither.

Source: S3 API reference, CreateMultipartUpload; CompleteMultipartUpload, "special errors".
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qsl

from ministack.services import s3

from localaws.emulator.s3.object_versions import Version

Answer = tuple[int, dict[str, str], bytes]
_MIN_PART_BYTES = 5 * 1024**2
_MAX_TAGS = 10
# The tags of the upload that is being completed.
_tags: ContextVar[dict[str, str] | None] = ContextVar("tags", default=None)


def install() -> None:
    """Install after replication, whose rules read the tags."""
    create, complete = s3._create_multipart_upload, s3._complete_multipart_upload
    replicate = s3._maybe_replicate

    def create_upload(bucket: str, key: str, headers: dict[str, str]) -> Answer:
        tags = dict(parse_qsl(headers.get("x-amz-tagging", ""), keep_blank_values=True))
        if len(tags) > _MAX_TAGS:
            return _error("BadRequest", f"Object tags cannot be greater than {_MAX_TAGS}", bucket, key)
        answer: Answer = create(bucket, key, headers)
        if answer[0] == 200:
            upload_id = s3.fromstring(answer[2]).findtext("{*}UploadId")
            s3._multipart_uploads[upload_id]["tags"] = tags
        return answer

    def complete_upload(
        bucket: str, key: str, body: bytes, query: dict[str, Any], headers: dict[str, str] | None = None
    ) -> Answer:
        upload = s3._multipart_uploads.get(s3._qp(query, "uploadId"))
        if upload is None:  # unknown, or completed already
            return complete(bucket, key, body, query, headers)
        refused = _refused(bucket, key, body, upload)
        if refused is not None:
            return refused
        token = _tags.set(upload["tags"])
        try:
            answer: Answer = complete(bucket, key, body, query, headers)
        finally:
            _tags.reset(token)
        if answer[0] == 200 and upload["tags"]:
            s3._object_tags[(bucket, key, answer[1].get("x-amz-version-id"))] = upload["tags"]
        return answer

    def replicate_with_tags(
        bucket: str, key: str, record: Version, data: Any, tags: dict[str, str] | None = None
    ) -> None:
        replicate(bucket, key, record, data, tags or _tags.get())

    s3._create_multipart_upload = create_upload
    s3._complete_multipart_upload = complete_upload
    s3._maybe_replicate = replicate_with_tags


def _refused(bucket: str, key: str, body: bytes, upload: dict[str, Any]) -> Answer | None:
    try:
        numbers = [int(part.findtext("{*}PartNumber")) for part in s3.fromstring(body).iterfind("{*}Part")]
    except (s3.ParseError, TypeError, ValueError):
        numbers = []
    if not numbers:
        return _error("MalformedXML", s3._MALFORMED_XML, bucket, key)
    if numbers != sorted(set(numbers)):
        message = "The list of parts was not in ascending order. The parts list must be specified in order."
        return _error("InvalidPartOrder", message, bucket, key)
    # MiniStack refuses a missing part.
    if any(upload["parts"].get(number, {}).get("size", _MIN_PART_BYTES) < _MIN_PART_BYTES for number in numbers[:-1]):
        message = "Your proposed upload is smaller than the minimum allowed size"
        return _error("EntityTooSmall", message, bucket, key)
    return None


def _error(code: str, message: str, bucket: str, key: str) -> Answer:
    answer: Answer = s3._error(code, message, 400, f"/{bucket}/{key}")
    return answer
