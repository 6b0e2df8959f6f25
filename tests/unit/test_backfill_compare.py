# SPDX-License-Identifier: GPL-3.0-or-later

"""The objects of the source that a destination lacks, according to their listings."""

from __future__ import annotations

import datetime
import threading
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._backfill.compare import (
    Difference,
    Item,
    Shared,
    difference,
    same_content,
)

A, B, C = Item("a", 1, "e1"), Item("b", 2, "e2"), Item("c", 3, "e3-2")
LONGER = Item("b", 9, "e9")
OTHER_ETAG = Item("b", 2, "e9")


def nothing_is_same(items: t.Sequence[Item]) -> set[str]:
    return set()


@pytest.mark.parametrize(
    ("source", "destination", "expected"),
    [
        ([A, B, C], [A, B, C], Difference(equal=3)),
        ([], [], Difference()),
        ([A, B, C], [], Difference(missing=(A, B, C))),
        ([], [A, C], Difference(extra=(A, C))),
        ([B], [A, C], Difference(missing=(B,), extra=(A, C))),
        ([A, C], [B], Difference(missing=(A, C), extra=(B,))),
        ([A, B, C], [A, C], Difference(missing=(B,), equal=2)),
        ([A, C], [A, B, C], Difference(extra=(B,), equal=2)),
        ([A, B], [A, LONGER], Difference(missing=(B,), equal=1)),
        ([A, B], [A, OTHER_ETAG], Difference(missing=(B,), equal=1)),
        ([Item("d", 0, "e-1")], [Item("d", 0, "e")], Difference(equal=1)),
    ],
)
def test_difference(source: list[Item], destination: list[Item], expected: Difference) -> None:
    assert difference(source, destination, nothing_is_same) == expected


def test_objects_of_equal_size_with_different_etags_are_compared_again() -> None:
    asked: list[t.Sequence[Item]] = []

    def all_but_c(items: t.Sequence[Item]) -> set[str]:
        asked.append(items)
        return {"b"}

    found = difference([A, B, C], [A, OTHER_ETAG, C._replace(etag="e9")], all_but_c)
    assert (asked, found) == ([[B, C]], Difference(missing=(C,), equal=2))


def test_keys_are_in_byte_order() -> None:
    """The order of S3's listings: capitals first, and characters beyond UTF-16's first plane last."""
    items = [Item(key, 0, "") for key in ("Z", "a", "é", "\uffee", "\U0001f600")]
    assert sorted(items, key=lambda item: item.key.encode()) == items
    assert difference(items, items[1::2], nothing_is_same) == Difference(missing=tuple(items[::2]), equal=2)


def test_the_size_is_that_of_the_missing_objects() -> None:
    assert Difference(missing=(A, C), extra=(B,)).size == 4


def test_a_multipart_upload_is_recognised_by_its_etag() -> None:
    assert (A.is_multipart, C.is_multipart) == (False, True)


class TestShared:
    def test_every_destination_gets_all_and_the_source_is_read_once(self) -> None:
        read: list[int] = []

        def numbers() -> t.Iterator[int]:
            for number in range(2000):
                read.append(number)
                yield number

        shared = Shared(numbers())
        results: list[list[int]] = []
        threads = [threading.Thread(target=lambda: results.append(list(shared))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [list(range(2000))] * 4 and read == list(range(2000))

    def test_a_failure_reaches_every_destination(self) -> None:
        def broken() -> t.Iterator[int]:
            yield 1
            raise OSError("gone")

        shared = Shared(broken())
        for _ in range(2):
            with pytest.raises(OSError, match="gone"):
                list(shared)


EARLIER = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
LATER = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
FULL = {"ChecksumType": "FULL_OBJECT"}
KMS = {"ServerSideEncryption": "aws:kms"}


@pytest.mark.parametrize(
    ("source", "destination", "same"),
    [
        ({"VersionId": "v1"}, {"VersionId": "v1"}, True),
        ({"VersionId": "v1"}, {"VersionId": "v2"}, False),
        ({"VersionId": "null"}, {"VersionId": "null"}, False),
        ({}, {}, False),
        ({**FULL, "ChecksumCRC64NVME": "x"}, {**FULL, "ChecksumCRC64NVME": "x"}, True),
        ({**FULL, "ChecksumCRC64NVME": "x"}, {**FULL, "ChecksumCRC64NVME": "y"}, False),
        ({**FULL, "ChecksumCRC64NVME": "x", **KMS}, {**FULL, "ChecksumCRC64NVME": "y", **KMS}, False),
        ({**FULL, "ChecksumCRC64NVME": "x"}, {**FULL, "ChecksumSHA256": "x"}, False),
        ({"ChecksumType": "COMPOSITE", "ChecksumCRC32": "x-2"}, {**FULL, "ChecksumCRC32": "x-2"}, False),
        (KMS, {}, True),
        ({}, {"ServerSideEncryption": "aws:kms:dsse"}, True),
        ({"ServerSideEncryption": "AES256"}, {"ServerSideEncryption": "AES256"}, False),
        ({**KMS, "LastModified": LATER}, {**KMS, "LastModified": EARLIER}, False),
    ],
)
def test_same_content(source: dict[str, t.Any], destination: dict[str, t.Any], same: bool) -> None:
    times = {"LastModified": EARLIER}, {"LastModified": LATER}
    assert same_content({**times[0], **source}, {**times[1], **destination}) is same
