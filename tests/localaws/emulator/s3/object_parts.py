"""GetObject and HeadObject with partNumber; MiniStack has it for GetObject of the current version only.

Source: S3 API reference, GetObject and HeadObject, partNumber; "Error responses", InvalidPartNumber.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.services import s3

from localaws.emulator.s3 import object_versions

Answer = tuple[int, dict[str, str], bytes]
_MAX_PARTS = 10_000


def install() -> None:
    get, head = s3._get_object, s3._head_object

    def get_object(bucket: str, key: str, headers: dict[str, str], query: dict[str, Any] | None = None) -> Any:
        return _read(get, bucket, key, headers, query or {})

    def head_object(
        bucket: str, key: str, headers: dict[str, str] | None = None, query: dict[str, Any] | None = None
    ) -> Any:
        return _read(head, bucket, key, headers or {}, query or {})

    s3._get_object = get_object
    s3._head_object = head_object


def _read(read: Callable[..., Answer], bucket: str, key: str, headers: dict[str, str], query: dict[str, Any]) -> Answer:
    number = s3._qp(query, "partNumber")
    if not number:
        return read(bucket, key, headers, query)
    if not (number.isdecimal() and 1 <= int(number) <= _MAX_PARTS):
        message = f"Part number must be an integer between 1 and {_MAX_PARTS}, inclusive"
        return _error("InvalidArgument", message, 400, bucket, key)
    if "range" in headers:
        message = "Cannot specify both Range header and partNumber query parameter"
        return _error("InvalidRequest", message, 400, bucket, key)
    # MiniStack would add the checksum of the whole object, which a client would compare with the part.
    asked = {name: value for name, value in headers.items() if name != "x-amz-checksum-mode"}
    whole = read(bucket, key, asked, {name: value for name, value in query.items() if name != "partNumber"})
    return _part(whole, int(number), bucket, key) if whole[0] == 200 else whole


def _part(whole: Answer, number: int, bucket: str, key: str) -> Answer:
    _, headers, body = whole
    size, parts = int(headers["Content-Length"]), _sizes(bucket, key, headers.get("x-amz-version-id"))
    sizes = parts or {1: size}  # an object put at once has one part, without x-amz-mp-parts-count
    if number not in sizes:
        return _error("InvalidPartNumber", "The requested partnumber is not satisfiable", 416, bucket, key)
    first = sum(length for other, length in sizes.items() if other < number)
    end = first + sizes[number]
    found = {**headers, "Content-Length": str(end - first), "Content-Range": f"bytes {first}-{end - 1}/{size}"}
    if parts:
        found["x-amz-mp-parts-count"] = str(len(parts))
    return 206, found, body[first:end]


def _sizes(bucket: str, key: str, version_id: str | None) -> dict[int, int]:
    """The sizes of the parts by number; empty for an object put at once."""
    version = object_versions.find(bucket, key, version_id) if version_id else None
    record = version or s3._buckets[bucket]["objects"].get(key) or {}
    return {part["PartNumber"]: part["Size"] for part in record.get("parts") or []}


def _error(code: str, message: str, status: int, bucket: str, key: str) -> Answer:
    answer: Answer = s3._error(code, message, status, f"/{bucket}/{key}")
    return answer
