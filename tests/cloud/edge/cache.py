"""What a point of presence remembers ("Manage how long content stays in the cache", Amazon CloudFront guide)."""

from __future__ import annotations

import email.utils
import hashlib
import os
import re
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from cloud.edge.messages import CHUNK_BYTES, Headers, header
from cloud.edge.policies import CachePolicy

# CloudFront's default for "Error caching minimum TTL".
DEFAULT_ERROR_TTL = 10.0
_UNCACHEABLE = ("no-store", "no-cache", "private")


@dataclass(frozen=True)
class Entry:
    status: int
    headers: Headers
    body: Path
    size: int
    stored_at: float
    ttl: float
    bucket_region: str | None

    def age(self, now: float) -> int:
        return max(0, int(now - self.stored_at))

    def fresh(self, now: float) -> bool:
        return now < self.stored_at + self.ttl

    def chunks(self, first: int = 0, length: int | None = None) -> Iterator[bytes]:
        left = self.size if length is None else length
        with self.body.open("rb") as body:
            body.seek(first)
            while left > 0 and (chunk := body.read(min(left, CHUNK_BYTES))):
                left -= len(chunk)
                yield chunk


def time_to_live(headers: Headers, policy: CachePolicy, now: float) -> float:
    """How long CloudFront keeps a successful answer; 0: not at all."""
    directives = _directives(header(headers, "cache-control") or "")
    if any(name in directives for name in _UNCACHEABLE):
        # A minimum TTL above 0 wins over the origin's wish.
        return policy.min_ttl
    wished = next((_seconds(directives[name]) for name in ("s-maxage", "max-age") if name in directives), None)
    expires = header(headers, "expires")
    if wished is None and expires is not None:
        moment = _http_date(expires)
        wished = 0.0 if moment is None else max(0.0, moment - now)
    if wished is None:
        wished = policy.default_ttl
    return min(max(wished, policy.min_ttl), max(policy.max_ttl, policy.min_ttl))


class Cache:
    """Entries by point of presence and key. A body is one file, however many entries have it; files stay until the edge
    stops, so an answer being sent never loses its own."""

    def __init__(self, directory: Path, clock: Callable[[], float]) -> None:
        self._directory = directory
        self._clock = clock
        self._entries: dict[tuple[str, Any], Entry] = {}
        self._lock = threading.Lock()
        directory.mkdir(parents=True, exist_ok=True)

    def find(self, pop: str, key: Any) -> Entry | None:
        """Fresh or not: the caller may revalidate one that is not."""
        with self._lock:
            return self._entries.get((pop, key))

    def put(self, pop: str, key: Any, entry: Entry) -> None:
        with self._lock:
            self._entries[pop, key] = entry

    def refresh(self, pop: str, key: Any, entry: Entry, ttl: float) -> Entry:
        renewed = replace(entry, stored_at=self._clock(), ttl=ttl)
        self.put(pop, key, renewed)
        return renewed

    def writer(self) -> BodyWriter:
        return BodyWriter(self._directory)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()


class BodyWriter:
    """Takes a body chunk by chunk; it is named by its SHA-256 once it is complete."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        descriptor, path = tempfile.mkstemp(dir=directory, prefix="part-")
        self._file: BinaryIO = os.fdopen(descriptor, "wb")
        self._path = Path(path)
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, chunk: bytes) -> None:
        self._file.write(chunk)
        self._digest.update(chunk)
        self.size += len(chunk)

    def commit(self) -> Path:
        self._file.close()
        target = self._directory / self._digest.hexdigest()
        self._path.replace(target)
        return target

    def discard(self) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)


def _directives(value: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in value.split(","):
        name, _, argument = part.strip().partition("=")
        found.setdefault(name.strip().lower(), argument.strip().strip('"'))
    return found


def _seconds(text: str) -> float:
    return float(text) if re.fullmatch(r"\d{1,12}", text) else 0.0


def _http_date(text: str) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError):
        return None
