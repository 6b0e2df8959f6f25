"""Bucket configuration: visible with a delay, refused during another change, and in S3's order of steps."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import s3

from localaws.emulator.core import behaviour

Answer = tuple[int, dict[str, str], bytes]
_PARTS = ("versioning", "policy", "publicAccessBlock", "ownershipControls", "encryption", "lifecycle", "tagging")
_DELAYED = (*_PARTS, "replication")
_CONFLICT = "A conflicting conditional operation is currently in progress against this resource. Please try again."

# The state of a part before each change: the time of the change, how long the old state is visible, and Get's answer.
_before: dict[tuple[str, str], list[tuple[float, float, Answer]]] = {}
# The refused changes of each bucket since the behaviour was set.
_conflicts: Counter[str] = Counter()


def install() -> None:
    dispatch = s3._dispatch
    behaviour.before_change.append(_conflicts.clear)

    def configured(method: str, bucket: str, key: str, headers: dict[str, str], body: bytes, query: Any) -> Any:
        if not bucket or key:
            return dispatch(method, bucket, key, headers, body, query)
        part = next((name for name in _DELAYED if name in query), None)
        if part is None:
            refused = _creation_refused(bucket, headers) if method == "PUT" and not query else None
            answer = refused or dispatch(method, bucket, key, headers, body, query)
            if method == "DELETE" and not query and answer[0] < 300:
                for changed in [changed for changed in _before if changed[0] == bucket]:
                    del _before[changed]
            return answer
        if method == "GET":
            return _still_seen(bucket, part) or dispatch(method, bucket, key, headers, body, query)
        refused = _conflict(method, bucket) or _refused(method, bucket, part, body)
        if refused is not None:
            return refused
        before = dispatch("GET", bucket, "", {}, b"", {part: [""]})
        answer = dispatch(method, bucket, key, headers, body, query)
        if answer[0] < 300 and behaviour.current.bucket_configuration_seconds:
            seen = (behaviour.now(), behaviour.current.bucket_configuration_seconds, before)
            _before.setdefault((bucket, part), []).append(seen)
        return answer

    s3._dispatch = configured


def versioning(bucket: str) -> str | None:
    """The bucket's versioning as GetBucketVersioning returns it now."""
    _, _, document = s3._dispatch("GET", bucket, "", {}, b"", {"versioning": [""]})
    status: str | None = s3.fromstring(document).findtext("{*}Status")
    return status


def _still_seen(bucket: str, part: str) -> Answer | None:
    """The part before its first change that is not visible yet."""
    changes = _before.get((bucket, part), [])
    while changes and not _hidden(*changes[0][:2]):
        changes.pop(0)
    return changes[0][2] if changes else None


def _hidden(since: float, seconds: float) -> bool:
    return behaviour.now() - since < min(seconds, behaviour.current.bucket_configuration_seconds)


def _conflict(method: str, bucket: str) -> Answer | None:
    if method != "PUT" or _conflicts[bucket] >= behaviour.current.bucket_conflicts:
        return None
    _conflicts[bucket] += 1
    return _error("OperationAborted", _CONFLICT, 409, bucket)


def _refused(method: str, bucket: str, part: str, body: bytes) -> Answer | None:
    if method != "PUT":
        return None
    if part == "versioning" and b"Suspended" in body and s3._bucket_replication.get(bucket):
        message = (
            "A replication configuration is present on this bucket, so you cannot change the versioning state. "
            "To change the versioning state, first delete the replication configuration."
        )
        return _error("InvalidBucketState", message, 409, bucket)
    if part == "encryption" and b"<SSEAlgorithm>AES256<" in body and b"<KMSMasterKeyID>" in body:
        message = "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse"
        return _error("InvalidArgument", message, 400, bucket)
    return None


def _creation_refused(bucket: str, headers: dict[str, str]) -> Answer | None:
    """A name in the account's namespace can be created once; us-east-1 is lenient in the global namespace only.

    Source: S3 API reference, CreateBucket, BucketAlreadyOwnedByYou; S3 User Guide, "Namespaces for general purpose
    buckets".
    """
    record = s3._buckets.get(bucket)
    own = record is not None and re.fullmatch(rf".+-{get_account_id()}-{record['region']}-an", bucket)
    if own and headers.get("x-amz-bucket-namespace") == "account-regional":
        message = "Your previous request to create the named bucket succeeded and you already own it."
        return _error("BucketAlreadyOwnedByYou", message, 409, bucket)
    return None


def _error(code: str, message: str, status: int, bucket: str) -> Answer:
    answer: Answer = s3._error(code, message, status, f"/{bucket}")
    return answer
