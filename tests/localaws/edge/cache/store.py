"""The cache of a point of presence ("Manage how long content stays in the cache", Amazon CloudFront guide)."""

from __future__ import annotations

import email.utils
import hashlib
import os
import re
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from localaws.edge.messages import CHUNK_BYTES, Headers, header
from localaws.edge.policies import CachePolicy

_UNCACHEABLE = ("no-store", "no-cache", "private")
# "HTTP 4xx and 5xx status codes that CloudFront caches": always, and only with a max-age of the origin.
_CACHED_ERRORS = frozenset((404, 410, 414, 500, 501, 502, 503, 504))
_CACHED_WITH_MAX_AGE = frozenset((400, 403, 405, 412, 415))
_MAY_FORBID = frozenset((404, 410, 414, 501))


@dataclass(frozen=True)
class Entry:
    status: int
    headers: Headers
    body: Path
    size: int
    stored_at: float
    ttl: float
    bucket_region: str | None
    error: bool = False  # a custom error response of any status

    @property
    def has_validator(self) -> bool:
        names = {name.lower() for name, _ in self.headers}
        return self.status == 200 and not self.error and bool(names & {"etag", "last-modified"})

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
    """How long CloudFront caches a successful answer; 0: not at all."""
    directives = _directives(header(headers, "cache-control") or "")
    if any(name in directives for name in _UNCACHEABLE):
        # A minimum TTL above 0 overrides the origin.
        return policy.min_ttl
    wanted = _max_age(directives)
    expires = header(headers, "expires")
    if wanted is None and expires is not None:
        wanted = _left_until(expires, now)
    if wanted is None:
        wanted = policy.default_ttl
    return min(max(wanted, policy.min_ttl), max(policy.max_ttl, policy.min_ttl))


def error_time_to_live(status: int, headers: Headers, minimum: float, policy: CachePolicy, now: float) -> float:
    """ "Control how long CloudFront caches errors": *minimum* is the Error Caching Minimum TTL."""
    directives = _directives(header(headers, "cache-control") or "")
    max_age = _max_age(directives)
    if status not in _CACHED_ERRORS and (status not in _CACHED_WITH_MAX_AGE or max_age is None):
        return 0.0
    if status in _MAY_FORBID and any(name in directives for name in _UNCACHEABLE):
        return 0.0
    wanted = max_age if max_age is not None else _left_until(header(headers, "expires") or "", now)
    return max(minimum, min(wanted, policy.max_ttl))


def _max_age(directives: dict[str, str]) -> float | None:
    return next((_seconds(directives[name]) for name in ("s-maxage", "max-age") if name in directives), None)


def _left_until(expires: str, now: float) -> float:
    moment = _http_date(expires)
    return 0.0 if moment is None else max(0.0, moment - now)


class Cache:
    """Entries by point of presence and key. A body is one file, shared by all entries that have it; files stay until
    the edge stops, so an answer in progress never loses its file."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._entries: dict[tuple[str, Any], Entry] = {}
        self._lock = threading.Lock()
        directory.mkdir(parents=True, exist_ok=True)

    def find(self, pop: str, key: Any) -> Entry | None:
        """The entry, fresh or expired: the caller may revalidate it."""
        with self._lock:
            return self._entries.get((pop, key))

    def put(self, pop: str, key: Any, entry: Entry) -> Entry:
        with self._lock:
            self._entries[pop, key] = entry
        return entry

    def writer(self) -> BodyWriter:
        return BodyWriter(self._directory)


class BodyWriter:
    """Write a body in chunks; the complete file is named by its SHA-256."""

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
