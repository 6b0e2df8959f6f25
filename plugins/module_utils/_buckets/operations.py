# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the steps about buckets call: each waits while another change of the same bucket is in progress."""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import typing as t

from .._core.aws import GLOBAL_REGION, Aws, is_boto3_error_code
from .._core.errors import EdgeError
from .._core.parallel import in_parallel
from .._core.progress import Progress
from .._core.waiting import retry
from .._rules.bucket_names import is_account_regional
from .._rules.ownership import OWNER_TAG, tag_list
from .api import BucketsApi, Config

# While another change of the same bucket is in progress, and for up to an hour after one of the same name
# was deleted. Source: https://github.com/aws/aws-cli/issues/2593
_CONFLICT = "OperationAborted"

# As many as one DeleteObjects takes, and as many requests at a time in one Region.
_BATCH = 1000
_WIDTH = 4
_UPLOADS_AT_ONCE = 16

# DeleteObjects reports its failures in an answer of 200, which botocore does not look into.
_TEMPORARY = ("InternalError", "OperationAborted", "ServiceUnavailable", "SlowDown")

T = t.TypeVar("T")


class Operations(BucketsApi):
    """*timeout*: seconds to wait for one change."""

    def __init__(self, aws: Aws, timeout: float) -> None:
        super().__init__(aws)
        self._timeout = timeout
        self._created: set[str] = set()

    def create_bucket(self, region: str, name: str, tags: dict[str, str]) -> None:
        """Tagged from its first moment, so that a run that is killed here does not leave an unmanaged bucket.

        It needs s3:TagResource and s3:PutBucketOwnershipControls as well. Source: S3 API reference, CreateBucket.
        """
        configuration: Config = {"Tags": tag_list(tags)}
        if region != GLOBAL_REGION:  # which refuses its own name as a location
            configuration["LocationConstraint"] = region
        parameters: Config = {"CreateBucketConfiguration": configuration, "ObjectOwnership": "BucketOwnerEnforced"}
        if is_account_regional(name, self._aws.account_id, region):
            parameters["BucketNamespace"] = "account-regional"
        what = f"The bucket {name} in {region}"
        call = self._s3(region).create_bucket
        try:
            retry(what, lambda: call(Bucket=name, **parameters), (_CONFLICT,), timeout=self._timeout)
        except is_boto3_error_code("BucketAlreadyOwnedByYou") as error:
            if self.tags(region, name).get(OWNER_TAG) != tags[OWNER_TAG]:  # else an earlier answer was lost
                raise EdgeError(
                    f"{what} was created by another process just now: run it again to see whether it can be used."
                ) from error
        self._created.add(name)

    def put_versioning(self, region: str, name: str, status: str) -> None:
        self._change(region, name, self._s3(region).put_bucket_versioning, VersioningConfiguration={"Status": status})

    def put_public_access_block(self, region: str, name: str, configuration: Config) -> None:
        self._change(
            region, name, self._s3(region).put_public_access_block, PublicAccessBlockConfiguration=configuration
        )

    def put_ownership(self, region: str, name: str, ownership: str) -> None:
        controls = {"Rules": [{"ObjectOwnership": ownership}]}
        self._change(region, name, self._s3(region).put_bucket_ownership_controls, OwnershipControls=controls)

    def put_encryption(self, region: str, name: str, rule: Config) -> None:
        configuration = {"Rules": [rule]}
        self._change(
            region, name, self._s3(region).put_bucket_encryption, ServerSideEncryptionConfiguration=configuration
        )

    def put_lifecycle(self, region: str, name: str, lifecycle: Config) -> None:
        others = {key: value for key, value in lifecycle.items() if key != "Rules"}
        rules = {"Rules": lifecycle["Rules"]}
        self._change(
            region, name, self._s3(region).put_bucket_lifecycle_configuration, LifecycleConfiguration=rules, **others
        )

    def put_tags(self, region: str, name: str, tags: dict[str, str]) -> None:
        self._change(region, name, self._s3(region).put_bucket_tagging, Tagging={"TagSet": tag_list(tags)})

    def put_policy(self, region: str, name: str, policy: Config) -> None:
        self._change(region, name, self._s3(region).put_bucket_policy, Policy=json.dumps(policy))

    def delete_replication(self, region: str, name: str) -> None:
        self._change(region, name, self._s3(region).delete_bucket_replication)

    def delete_bucket(self, region: str, name: str, everything: bool) -> None:
        """With *everything* in it: emptied again while replicas that were on their way come in."""
        s3, bucket = self._s3(region), self._bucket(name)
        what = f"The bucket {name} in {region}"
        progress = Progress(what)

        def delete() -> None:
            try:
                s3.delete_bucket(**bucket)
            except is_boto3_error_code("NoSuchBucket"):
                return  # the answer to an earlier attempt was lost
            except is_boto3_error_code("BucketNotEmpty"):
                if everything:
                    empty(s3, bucket, lambda gone: progress.count(f"{gone} late versions deleted"))
                raise

        if everything:
            empty(s3, bucket, lambda gone: progress.count(f"{gone} versions and uploads deleted"))
        codes = (_CONFLICT, "BucketNotEmpty") if everything else (_CONFLICT,)
        retry(what, delete, codes, timeout=self._timeout)

    def _change(self, region: str, name: str, call: t.Callable[..., object], **parameters: t.Any) -> None:
        # S3 may not know a new bucket everywhere at once.
        codes = (_CONFLICT, "NoSuchBucket") if name in self._created else (_CONFLICT,)
        retry(
            f"The bucket {name} in {region}",
            lambda: call(**self._bucket(name), **parameters),
            codes,
            timeout=self._timeout,
        )


def empty(s3: t.Any, bucket: dict[str, str], report: t.Callable[[int], object]) -> None:
    """One pass over everything in the *bucket* (its name and owner); *report* is given the number that is gone.

    What S3 could not delete just now is left, and so is what came in during the pass: DeleteBucket reports it.
    """
    gone = 0
    for uploads in _groups(_items(s3, "list_multipart_uploads", bucket, ("Uploads",)), _UPLOADS_AT_ONCE):
        in_parallel({_key(upload, "UploadId"): functools.partial(_abort, s3, bucket, upload) for upload in uploads})
        report(gone := gone + len(uploads))
    versions = _items(s3, "list_object_versions", bucket, ("Versions", "DeleteMarkers"))
    for batches in _groups(_groups(versions, _BATCH), _WIDTH):
        in_parallel({_key(batch[0], "VersionId"): functools.partial(_delete, s3, bucket, batch) for batch in batches})
        report(gone := gone + sum(map(len, batches)))


def _items(s3: t.Any, operation: str, bucket: dict[str, str], kinds: t.Sequence[str]) -> t.Iterator[dict[str, t.Any]]:
    for page in s3.get_paginator(operation).paginate(**bucket):
        for kind in kinds:
            yield from page.get(kind, [])


def _groups(items: t.Iterable[T], size: int) -> t.Iterator[list[T]]:
    remaining = iter(items)
    while group := list(itertools.islice(remaining, size)):
        yield group


def _key(item: dict[str, t.Any], identity: str) -> str:
    return f"{item['Key']} ({item[identity]})"


def _abort(s3: t.Any, bucket: dict[str, str], upload: dict[str, t.Any]) -> None:
    with contextlib.suppress(s3.exceptions.NoSuchUpload):
        s3.abort_multipart_upload(**bucket, Key=upload["Key"], UploadId=upload["UploadId"])


def _delete(s3: t.Any, bucket: dict[str, str], versions: t.Sequence[dict[str, t.Any]]) -> None:
    objects = [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in versions]
    answer = s3.delete_objects(**bucket, Delete={"Objects": objects, "Quiet": True})
    errors = [error for error in answer.get("Errors", []) if error.get("Code") not in _TEMPORARY]
    if errors:
        first = errors[0]
        raise EdgeError(
            f"{len(errors)} of {len(objects)} versions in {bucket['Bucket']} cannot be deleted, for example "
            f"{first.get('Key')}: {first.get('Code')} from DeleteObjects: {str(first.get('Message')).rstrip('.')}. "
            "Allow s3:DeleteObjectVersion, and look whether an object lock holds them."
        )
