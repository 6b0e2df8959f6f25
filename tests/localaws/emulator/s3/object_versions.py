"""The versions of an object in MiniStack's store, and the insertion of one that was created elsewhere."""

from __future__ import annotations

import uuid
from typing import Any

from ministack.services import s3

Version = dict[str, Any]
KMS_ALGORITHMS = ("aws:kms", "aws:kms:dsse")
SSE = "x-amz-server-side-encryption"
SSE_KEY = f"{SSE}-aws-kms-key-id"

# A version that was deleted permanently is never replicated to that bucket again.
# Source: S3 User Guide, "Amazon S3 replication failure reasons", DstObjectHardDeleted.
_deleted_for_good: set[tuple[str, str, str]] = set()


def install() -> None:
    delete = s3._delete_object_version

    def delete_version(bucket: Any, name: str, key: str, version_id: str) -> tuple[bool, bool]:
        found, was_marker = delete(bucket, name, key, version_id)
        if found:
            _deleted_for_good.add((name, key, version_id))
        return found, was_marker

    s3._delete_object_version = delete_version


def find(bucket: str, key: str, version_id: str) -> Version | None:
    versions: list[Version] = s3._object_versions.get((bucket, key)) or []
    return next((version for version in versions if version["version_id"] == version_id), None)


def of_bucket(bucket: str) -> list[tuple[str, Version]]:
    """Every version with its key, oldest first."""
    stacks = [(key, versions) for (name, key), versions in s3._object_versions.items() if name == bucket]
    found = [(key, version) for key, versions in stacks for version in versions]
    return sorted(found, key=lambda each: str(each[1]["last_modified"]))


def current_of(bucket: str, key: str, version_id: str) -> Version | None:
    """The record for reads without a version id, if it is of this version."""
    record: Version | None = s3._buckets[bucket]["objects"].get(key)
    return record if record is not None and record.get("version_id") == version_id else None


def set_field(bucket: str, key: str, version_id: str, name: str, value: Any) -> None:
    for record in (find(bucket, key, version_id), current_of(bucket, key, version_id)):
        if record is not None:
            record[name] = value


def deleted_for_good(bucket: str, key: str, version_id: str) -> bool:
    return (bucket, key, version_id) in _deleted_for_good


def insert(bucket: str, key: str, version: Version) -> None:
    """Insert a version by its age. An older one does not hide the current one."""
    objects = s3._buckets[bucket]["objects"]
    versions: list[Version] = s3._object_versions.setdefault((bucket, key), [])
    s3._preserve_null_version(bucket, key, versions, objects.get(key))
    newer = [index for index, each in enumerate(versions) if each["last_modified"] > version["last_modified"]]
    versions.insert(newer[0] if newer else len(versions), version)
    for each in versions:
        each["is_latest"] = each is versions[-1]
    if versions[-1] is not version:
        return
    if version.get("is_delete_marker"):
        objects.pop(key, None)
        return
    # MiniStack drops these two when it makes the current object from a version.
    more = {name: version.get(name) for name in ("parts", "checksum_type")}
    objects[key] = s3._object_record_from_version(version) | more


def is_kms_encrypted(version: Version) -> bool:
    return version.get("preserved_headers", {}).get(SSE) in KMS_ALGORITHMS


def opaque_etag(etag: str) -> str:
    """An ETag for an object encrypted with KMS: not a digest, with the number of parts of *etag*."""
    _, dash, parts = etag.strip('"').partition("-")
    return f'"{uuid.uuid4().hex}{dash}{parts}"'


def tags(bucket: str, key: str, version_id: str) -> dict[str, str]:
    return dict(s3._object_tags.get((bucket, key, version_id)) or {})
