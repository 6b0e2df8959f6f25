# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What one bucket lacks of another, from two sorted listings. Pure, but for the listings it walks through."""

from __future__ import annotations

import dataclasses
import threading
import typing as t

T = t.TypeVar("T")


class Item(t.NamedTuple):
    """An object's current version, as a listing has it."""

    key: str
    size: int
    etag: str

    @property
    def is_multipart(self) -> bool:
        """Whether it was uploaded in parts: its ETag then ends with their number, and depends on their sizes."""
        return "-" in self.etag


@dataclasses.dataclass(frozen=True)
class Difference:
    """Of a destination: what it lacks of the source or has otherwise, what only it has, and how many are equal."""

    missing: tuple[Item, ...] = ()
    extra: tuple[Item, ...] = ()
    equal: int = 0

    @property
    def size(self) -> int:
        return sum(item.size for item in self.missing)


class Shared(t.Generic[T]):
    """What an iterator gives, for several threads that each walk through all of it at their own pace.

    So one source is listed once, while every destination's listing is compared with it.
    """

    def __init__(self, iterator: t.Iterator[T]) -> None:
        self._iterator = iterator
        self._seen: list[T] = []
        self._lock = threading.Lock()
        self._failure: Exception | None = None

    def __iter__(self) -> t.Iterator[T]:
        position = 0
        while position < len(self._seen) or self._advance(position):
            yield self._seen[position]
            position += 1

    def _advance(self, position: int) -> bool:
        """Whether there is something at *position*; the first thread that asks gets it for all."""
        with self._lock:
            if position < len(self._seen):
                return True
            if self._failure:  # a generator that failed is only at its end
                raise self._failure
            try:
                self._seen.append(next(self._iterator))
            except StopIteration:
                return False
            except Exception as error:
                self._failure = error
                raise
            return True


def pairs(
    source: t.Iterable[Item], destination: t.Iterable[Item]
) -> t.Iterator[tuple[t.Optional[Item], t.Optional[Item]]]:
    """Both listings side by side, by key.

    S3 lists keys in the order of their UTF-8 bytes, which is Python's order of strings.
    """
    rest = iter(destination)
    there = next(rest, None)
    for here in source:
        while there and there.key < here.key:
            yield None, there
            there = next(rest, None)
        if there and there.key == here.key:
            yield here, there
            there = next(rest, None)
        else:
            yield here, None
    while there:
        yield None, there
        there = next(rest, None)


def difference(
    source: t.Iterable[Item],
    destination: t.Iterable[Item],
    resolve: t.Callable[[t.Sequence[Item]], t.Container[str]],
) -> Difference:
    """What *destination* lacks of *source*, and has besides.

    *resolve* is given the objects that have the right size but another ETag, and returns which keys are
    the same content all the same.
    """
    missing: list[Item] = []
    doubtful: list[Item] = []
    extra: list[Item] = []
    equal = 0
    for here, there in pairs(source, destination):
        if here is None:
            extra.append(t.cast(Item, there))
        elif here == there or (there and here.size == there.size == 0):
            equal += 1
        elif there and here.size == there.size:
            doubtful.append(here)
        else:
            missing.append(here)
    same = resolve(doubtful) if doubtful else ()
    others = [item for item in doubtful if item.key not in same]
    return Difference(tuple(sorted(missing + others)), tuple(extra), equal + len(doubtful) - len(others))


_CHECKSUMS = ("ChecksumSHA256", "ChecksumCRC64NVME", "ChecksumCRC32C", "ChecksumCRC32", "ChecksumSHA1")


def same_content(source: t.Mapping[str, t.Any], destination: t.Mapping[str, t.Any]) -> bool:
    """Whether two objects of one size but different ETags have the same bytes, by what HeadObject returns for both.

    An ETag is no digest of the content where KMS encrypts, and depends on the sizes of the parts that
    were uploaded. Source: Amazon S3 API reference, "Object".
    """
    version = source.get("VersionId")
    if version not in (None, "null") and version == destination.get("VersionId"):
        return True  # a replica: replication keeps the version's id
    if source.get("ChecksumType") == destination.get("ChecksumType") == "FULL_OBJECT":
        shared = [name for name in _CHECKSUMS if name in source and name in destination]
        if shared:
            return all(source[name] == destination[name] for name in shared)
    if "kms" not in f"{source.get('ServerSideEncryption')} {destination.get('ServerSideEncryption')}":
        return False
    return bool(destination["LastModified"] >= source["LastModified"])
