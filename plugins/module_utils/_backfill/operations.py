# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""How objects are brought to a Region: the steps of a backfill's plan."""

from __future__ import annotations

import functools
import itertools
import typing as t

from .._core.aws import ClientError
from .._core.errors import EdgeError, explain
from .._core.parallel import MultiRegionError, in_parallel
from .._core.progress import Progress
from .._core.waiting import Deadline, wait_until
from .api import BackfillApi
from .compare import Item
from .plan import ENDED

# Objects side by side in one Region; of those that were uploaded in parts, few with several parts side by side.
_WIDTH = 24
_LARGE_WIDTH = 4
_PARTS_WIDTH = 6
# Objects after which a failure ends it.
_CHUNK = 500

# It was deleted or written again since it was listed.
_CHANGED = ("404", "412", "NoSuchKey", "PreconditionFailed")


class Operations:
    def __init__(self, api: BackfillApi, deadline: Deadline) -> None:
        self._api = api
        self._deadline = deadline
        # What the user should know of a job that did not do it all.
        self.notes: list[str] = []

    def copy(self, region: str, bucket: str, items: t.Sequence[Item]) -> None:
        small = [item for item in items if not item.is_multipart]
        large = [item for item in items if item.is_multipart]
        work = functools.partial(self._copy_one, region, bucket)
        self._for_each("Copying", region, [(small, _WIDTH), (large, _LARGE_WIDTH)], work)

    def mark_deleted(self, region: str, bucket: str, items: t.Sequence[Item]) -> None:
        work = functools.partial(self._mark_one, region, bucket)
        self._for_each("Deleting", region, [(items, _WIDTH)], work)

    def _for_each(
        self,
        doing: str,
        region: str,
        groups: t.Sequence[tuple[t.Sequence[Item], int]],
        work: t.Callable[[Item], None],
    ) -> None:
        """*work* for every item of each group, as many at a time as the group allows."""
        total = sum(len(items) for items, _width in groups)
        progress = Progress(f"{doing} in {region}")
        numbers = itertools.count(1)

        def one(item: Item) -> None:
            if not self._deadline.left:
                return
            try:
                work(item)
            except (ClientError, MultiRegionError) as error:
                if not _is_of_a_change(error):
                    raise
            progress.count(f"{next(numbers)} of {total} objects")

        for items, width in groups:
            for start in range(0, len(items), _CHUNK):
                chunk = items[start : start + _CHUNK]
                try:
                    in_parallel({item.key: functools.partial(one, item) for item in chunk}, width)
                except MultiRegionError as error:
                    key, cause = min(error.failures.items())
                    raise EdgeError(
                        f"{doing} in {region} failed for {len(error.failures)} of {total} objects, such as {key}: "
                        f"{explain(cause)} What was done stays: run it again to go on."
                    ) from error
        done = next(numbers) - 1
        if done < total:
            raise EdgeError(
                f"{doing} in {region} was not done after {self._deadline.seconds:g} s: {done} of {total} objects are. "
                "They stay: run it again to go on, or with a larger wait_timeout."
            )

    def _copy_one(self, region: str, bucket: str, item: Item) -> None:
        head = self._api.source_head(item)
        if item.is_multipart and item.size:  # there is no range of nothing
            self._copy_parts(region, bucket, item, head)
        else:
            self._api.copy(region, bucket, item, head)

    def _copy_parts(self, region: str, bucket: str, item: Item, head: dict[str, t.Any]) -> None:
        """In parts of the same sizes, for the ETag to be the same; CopyObject takes no more than 5 GB anyway."""
        ends = list(itertools.accumulate(self._part_sizes(item)))
        upload = self._api.begin_upload(region, bucket, item.key, head, self._api.source_tags(item.key))
        try:
            copied = in_parallel(
                {
                    f"{number:05}": functools.partial(
                        self._api.copy_part, region, bucket, item, upload, number, first, end - 1
                    )
                    for number, (first, end) in enumerate(zip([0, *ends], ends, strict=False), 1)
                },
                _PARTS_WIDTH,
            )
            self._api.complete_upload(region, bucket, item.key, upload, list(copied.values()))
        except BaseException:
            self._api.abort_upload(region, bucket, item.key, upload)
            raise

    def _part_sizes(self, item: Item) -> list[int]:
        """S3 returns the size of one part at a time, and parts need not be of one size."""
        first = self._api.source_head(item, 1)
        if "PartsCount" not in first:
            raise EdgeError(f"S3 does not return the parts of {item.key}: choose batch as method, or upload it again.")
        others = in_parallel(
            {
                f"{number:05}": functools.partial(self._api.source_head, item, number)
                for number in range(2, first["PartsCount"] + 1)
            },
            _PARTS_WIDTH,
        )
        return [part["ContentLength"] for part in (first, *others.values())]

    def _mark_one(self, region: str, bucket: str, item: Item) -> None:
        if not self._api.source_has(item.key):  # it may have been written since it was listed, and replicated
            self._api.put_delete_marker(region, bucket, item)

    def replicate_by_job(
        self, job_id: str | None, role_arn: str, prefixes: t.Sequence[str], token: str, required: bool
    ) -> None:
        """Create the job, or join the one that runs, and wait for its end.

        Unless it is required, what it does not do is for copies to do.
        """
        try:
            job_id = job_id or self._api.create_job(role_arn, prefixes, token)
        except ClientError as error:
            if required:
                raise
            self.notes.append(f"The batch job was refused, so objects were copied one by one: {explain(error)}")
            return
        job = wait_until(
            f"The batch job {job_id}",
            functools.partial(self._api.job, job_id),
            lambda seen: seen["Status"] in ENDED,
            timeout=self._deadline,
            describe=_job_state,
        )
        failed = job.get("ProgressSummary", {}).get("NumberOfTasksFailed", 0)
        if job["Status"] != "Complete" or failed:
            reasons = [reason.get("FailureReason", "") for reason in job.get("FailureReasons", [])]
            self.notes.append(f"The batch job {job_id} did not replicate all: {_job_state(job)}. {' '.join(reasons)}")


def _job_state(job: t.Mapping[str, t.Any]) -> str:
    done = job.get("ProgressSummary", {})
    total = done.get("TotalNumberOfTasks")
    if not total:
        return str(job["Status"])
    failed = done.get("NumberOfTasksFailed", 0)
    return (
        f"{job['Status']}, {done.get('NumberOfTasksSucceeded', 0)} of {total} objects"
        f"{f', {failed} failed' if failed else ''}"
    )


def _is_of_a_change(error: Exception) -> bool:
    """Whether it only means that the object has changed since: the next comparison shows what to do."""
    failures = error.failures.values() if isinstance(error, MultiRegionError) else [error]
    return all(
        isinstance(failure, ClientError) and failure.response["Error"]["Code"] in _CHANGED for failure in failures
    )
