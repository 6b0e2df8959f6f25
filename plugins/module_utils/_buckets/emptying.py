# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Everything out of a bucket: versions, delete markers and unfinished uploads."""

from __future__ import annotations

import contextlib
import functools
import itertools
import typing as t

from .._core.errors import EdgeError
from .._core.parallel import in_parallel

# As many as one DeleteObjects takes, and as many requests at a time in one Region.
_BATCH = 1000
_WIDTH = 4
_UPLOADS_AT_ONCE = 16

# DeleteObjects tells its failures in an answer of 200, which botocore does not look into.
_PASSING = ("InternalError", "OperationAborted", "ServiceUnavailable", "SlowDown")

T = t.TypeVar("T")


def empty(s3: t.Any, bucket: dict[str, str], tell: t.Callable[[int], object]) -> None:
    """One pass over everything in the *bucket* (its name and owner); *tell* is given the number that is gone.

    What S3 could not delete just now is left, and so is what came in meanwhile: DeleteBucket will say so.
    """
    gone = 0
    for uploads in _groups(_items(s3, "list_multipart_uploads", bucket, ("Uploads",)), _UPLOADS_AT_ONCE):
        in_parallel({_lane(upload, "UploadId"): functools.partial(_abort, s3, bucket, upload) for upload in uploads})
        tell(gone := gone + len(uploads))
    versions = _items(s3, "list_object_versions", bucket, ("Versions", "DeleteMarkers"))
    for batches in _groups(_groups(versions, _BATCH), _WIDTH):
        in_parallel({_lane(batch[0], "VersionId"): functools.partial(_delete, s3, bucket, batch) for batch in batches})
        tell(gone := gone + sum(map(len, batches)))


def _items(s3: t.Any, operation: str, bucket: dict[str, str], kinds: t.Sequence[str]) -> t.Iterator[dict[str, t.Any]]:
    for page in s3.get_paginator(operation).paginate(**bucket):
        for kind in kinds:
            yield from page.get(kind, [])


def _groups(items: t.Iterable[T], size: int) -> t.Iterator[list[T]]:
    remaining = iter(items)
    while group := list(itertools.islice(remaining, size)):
        yield group


def _lane(item: dict[str, t.Any], identity: str) -> str:
    return f"{item['Key']} ({item[identity]})"


def _abort(s3: t.Any, bucket: dict[str, str], upload: dict[str, t.Any]) -> None:
    with contextlib.suppress(s3.exceptions.NoSuchUpload):
        s3.abort_multipart_upload(**bucket, Key=upload["Key"], UploadId=upload["UploadId"])


def _delete(s3: t.Any, bucket: dict[str, str], versions: t.Sequence[dict[str, t.Any]]) -> None:
    objects = [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in versions]
    answer = s3.delete_objects(**bucket, Delete={"Objects": objects, "Quiet": True})
    errors = [error for error in answer.get("Errors", []) if error.get("Code") not in _PASSING]
    if errors:
        first = errors[0]
        raise EdgeError(
            f"{len(errors)} of {len(objects)} versions in {bucket['Bucket']} cannot be deleted, for example "
            f"{first.get('Key')}: {first.get('Code')} from DeleteObjects: {str(first.get('Message')).rstrip('.')}. "
            "Allow s3:DeleteObjectVersion, and look whether an object lock holds them."
        )
