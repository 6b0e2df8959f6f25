# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations of a backfill: multipart copies, and batch jobs with every final status."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._backfill.api import BackfillApi
from ansible_collections.multiregion.edge.plugins.module_utils._backfill.compare import Item
from ansible_collections.multiregion.edge.plugins.module_utils._backfill.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._core import waiting
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.waiting import Deadline
from botocore.exceptions import ClientError

from unit.fakes import client_error

VIDEO = Item("video", 25, "e-3")
SIZES = [10, 8, 7]


class FakeApi(BackfillApi):
    """Answer from ``jobs_seen``, the last one repeatedly, and fail for the calls in ``failures``."""

    def __init__(self, *jobs_seen: dict[str, t.Any], **failures: Exception) -> None:
        self.jobs_seen = list(jobs_seen)
        self.failures = failures
        self.calls: list[t.Any] = []

    def _call(self, name: str, *arguments: t.Any) -> None:
        self.calls.append((name, *arguments))
        if name in self.failures:
            raise self.failures[name]

    def source_head(self, item: Item, part: int | None = None) -> dict[str, t.Any]:
        return {"ContentLength": SIZES[part - 1], "PartsCount": len(SIZES)} if part else {"ContentType": "video/mp4"}

    def source_tags(self, key: str) -> dict[str, str]:
        return {"team": "web"}

    def copy(self, region: str, bucket: str, item: Item, head: dict[str, t.Any]) -> None:
        self._call("copy", item.key)

    def begin_upload(self, region: str, bucket: str, key: str, head: t.Any, tags: t.Any) -> str:
        self._call("begin", head, tags)
        return "u1"

    def copy_part(
        self, region: str, bucket: str, item: Item, upload: str, number: int, first: int, last: int
    ) -> dict[str, t.Any]:
        self._call("part", number, first, last)
        return {"PartNumber": number, "ETag": f"e{number}"}

    def complete_upload(self, region: str, bucket: str, key: str, upload: str, parts: list[t.Any]) -> None:
        self._call("complete", [part["PartNumber"] for part in parts])

    def abort_upload(self, region: str, bucket: str, key: str, upload: str) -> None:
        self._call("abort", upload)

    def create_job(self, role_arn: str, prefixes: t.Sequence[str], token: str) -> str:
        self._call("create_job", role_arn, prefixes, token)
        return "j1"

    def job(self, job_id: str) -> dict[str, t.Any]:
        self._call("job", job_id)
        return self.jobs_seen.pop(0) if len(self.jobs_seen) > 1 else self.jobs_seen[0]


def copied(api: FakeApi, item: Item = VIDEO) -> list[t.Any]:
    Operations(api, Deadline(60)).copy("ap-south-1", "site-ap", [item])
    return api.calls


def test_a_copy_has_parts_of_the_same_sizes_headers_and_tags() -> None:
    begin, *parts, complete = copied(FakeApi())
    assert begin == ("begin", {"ContentType": "video/mp4"}, {"team": "web"})
    assert sorted(parts) == [("part", 1, 0, 9), ("part", 2, 10, 17), ("part", 3, 18, 24)]
    assert complete == ("complete", [1, 2, 3])


def test_an_object_that_changes_during_its_copy_is_left_to_the_next_comparison() -> None:
    assert copied(FakeApi(part=client_error("PreconditionFailed", "UploadPartCopy")))[-1] == ("abort", "u1")


def test_an_empty_object_is_copied_without_parts() -> None:
    assert copied(FakeApi(), VIDEO._replace(size=0)) == [("copy", "video")]


def test_no_copy_is_started_after_the_deadline() -> None:
    seconds = iter(range(9))  # one per reading: at the start, and before each object
    api = FakeApi()
    work = Operations(api, Deadline(3, clock=lambda: next(seconds)))
    items = [Item(f"page-{number}", 1, "e") for number in range(5)]
    with pytest.raises(EdgeError, match=r"was not done after 3 s: 2 of 5 objects are. They stay"):
        work.copy("ap-south-1", "site-ap", items)
    assert len(api.calls) == 2


def test_a_refused_part_ends_the_copy_and_aborts_the_upload() -> None:
    api = FakeApi(part=client_error("AccessDenied", "UploadPartCopy"))
    with pytest.raises(
        EdgeError, match=r"failed for 1 of 1 objects, such as video: .*AccessDenied from UploadPartCopy"
    ):
        copied(api)
    assert api.calls[-1] == ("abort", "u1")


def test_many_failures_are_one_message() -> None:
    api = FakeApi(part=client_error("AccessDenied", "UploadPartCopy"))
    items = [VIDEO._replace(key=f"v{number:03}") for number in range(40)]
    with pytest.raises(EdgeError) as failure:
        Operations(api, Deadline(60)).copy("ap-south-1", "site-ap", items)
    assert str(failure.value).startswith("Copying in ap-south-1 failed for 40 of 40 objects, such as v000: ")


ACTIVE = {"Status": "Active", "ProgressSummary": {"TotalNumberOfTasks": 9, "NumberOfTasksSucceeded": 4}}
COMPLETE = {"Status": "Complete", "ProgressSummary": {"TotalNumberOfTasks": 9, "NumberOfTasksSucceeded": 9}}
SOME_FAILED = {
    "Status": "Complete",
    "ProgressSummary": {"TotalNumberOfTasks": 9, "NumberOfTasksSucceeded": 7, "NumberOfTasksFailed": 2},
}
FAILED = {"Status": "Failed", "FailureReasons": [{"FailureReason": "No objects are eligible."}]}
DENIED = client_error("AccessDenied", "CreateJob", "not you")


@pytest.fixture(autouse=True)
def no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting.wait_until, "__kwdefaults__", {**waiting.wait_until.__kwdefaults__, "pause": 0})


def run_job(api: FakeApi, job_id: str | None = None, required: bool = False, timeout: float = 60) -> list[str]:
    work = Operations(api, Deadline(timeout))
    work.replicate_by_job(job_id, "arn:role", ["r/"], "token", required)
    return work.notes


def test_a_job_is_created_and_waited_for() -> None:
    api = FakeApi({"Status": "New"}, ACTIVE, COMPLETE)
    assert run_job(api) == []
    assert api.calls == [("create_job", "arn:role", ["r/"], "token"), *[("job", "j1")] * 3]


def test_a_running_job_is_only_waited_for() -> None:
    api = FakeApi(COMPLETE)
    assert (run_job(api, job_id="j7"), api.calls) == ([], [("job", "j7")])


@pytest.mark.parametrize(
    ("ended", "note"),
    [
        (SOME_FAILED, "did not replicate all: Complete, 7 of 9 objects, 2 failed"),
        (FAILED, "did not replicate all: Failed. No objects are eligible."),
        ({"Status": "Cancelled"}, "did not replicate all: Cancelled"),
    ],
)
def test_failed_tasks_of_a_job_are_recorded(ended: dict[str, t.Any], note: str) -> None:
    (note_made,) = run_job(FakeApi(ended))
    assert note in note_made


def test_a_refused_job_is_replaced_by_copies_unless_required() -> None:
    (note,) = run_job(FakeApi(create_job=DENIED))
    assert "copied one by one: AccessDenied from CreateJob: not you." in note
    with pytest.raises(ClientError):
        run_job(FakeApi(create_job=DENIED), required=True)


def test_the_deadline_error_of_a_job_has_the_next_step() -> None:
    with pytest.raises(EdgeError, match=r"The batch job j1: .*Active, 4 of 9 objects.* run it again to keep waiting"):
        run_job(FakeApi(ACTIVE), timeout=0)
