# SPDX-License-Identifier: GPL-3.0-or-later

"""One pass over everything in a bucket."""

from __future__ import annotations

import threading
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._buckets.operations import empty
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError

BUCKET = {"Bucket": "b", "ExpectedBucketOwner": "111122223333"}


class NoSuchUpload(Exception):
    pass


class FakeS3:
    """Pages of a bucket's versions and uploads, and the requested deletions."""

    class exceptions:
        NoSuchUpload = NoSuchUpload

    def __init__(self, versions: int = 0, uploads: int = 0, errors: t.Sequence[dict[str, str]] = ()) -> None:
        names = [f"k{number}" for number in range(versions)]
        half = versions // 2
        self.pages = {
            "list_object_versions": [
                {"Versions": [{"Key": name, "VersionId": "v", "Size": 1} for name in names[:half]]},
                {"DeleteMarkers": [{"Key": name, "VersionId": "m"} for name in names[half:]]},
            ],
            "list_multipart_uploads": [{"Uploads": [{"Key": "big", "UploadId": str(n)} for n in range(uploads)]}, {}],
        }
        self.errors = errors
        self.batches: list[list[dict[str, str]]] = []
        self.aborted: list[str] = []
        self._lock = threading.Lock()

    def get_paginator(self, operation: str) -> t.Any:
        pages = self.pages[operation]

        class Paginator:
            def paginate(self, **bucket: str) -> t.Any:
                assert bucket == BUCKET
                return iter(pages)

        return Paginator()

    def delete_objects(self, Bucket: str, ExpectedBucketOwner: str, Delete: dict[str, t.Any]) -> dict[str, t.Any]:
        with self._lock:
            self.batches.append(Delete["Objects"])
        return {"Errors": list(self.errors)} if self.errors else {}

    def abort_multipart_upload(self, UploadId: str, **others: str) -> None:
        if UploadId == "0":
            raise NoSuchUpload()  # it has ended already
        self.aborted.append(UploadId)


def progress_of(s3: FakeS3) -> list[int]:
    reported: list[int] = []
    empty(s3, BUCKET, reported.append)
    return reported


def test_everything_is_deleted_in_batches_of_the_allowed_size() -> None:
    s3 = FakeS3(versions=5500, uploads=20)
    assert progress_of(s3) == [16, 20, 4020, 5520]
    assert sorted(map(len, s3.batches)) == [500, 1000, 1000, 1000, 1000, 1000]
    deleted = {(item["Key"], item["VersionId"]) for batch in s3.batches for item in batch}
    assert deleted == {(f"k{n}", "v" if n < 2750 else "m") for n in range(5500)}
    assert len(s3.aborted) == 19


def test_an_empty_bucket_needs_no_deletion() -> None:
    s3 = FakeS3()
    assert progress_of(s3) == []
    assert (s3.batches, s3.aborted) == ([], [])


def test_errors_in_an_answer_of_200_are_a_failure() -> None:
    s3 = FakeS3(versions=2, errors=[{"Key": "k1", "Code": "AccessDenied", "Message": "Access Denied"}])
    with pytest.raises(EdgeError, match=r"1 of 2 versions in b cannot .* k1: AccessDenied from DeleteObjects: Access"):
        progress_of(s3)


def test_transient_errors_are_left_to_the_next_pass() -> None:
    assert progress_of(FakeS3(versions=2, errors=[{"Key": "k1", "Code": "SlowDown", "Message": "Reduce"}])) == [2]
