"""Answers from the cache or the origin: copies, their revalidation, and error pages."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from localaws.edge.cache import stored_response
from localaws.edge.cache.store import Cache, Entry, error_time_to_live, time_to_live
from localaws.edge.messages import (
    LOG,
    Answer,
    Headers,
    OriginAnswer,
    Refusal,
    Unreachable,
    ViewerRequest,
    discard,
    error_answer,
    header,
)
from localaws.edge.origin.fetch import Fetcher
from localaws.edge.origin.origins import Target
from localaws.edge.snapshot import Snapshot
from localaws.geo import Pop

_OF_ONE_ANSWER = frozenset({"content-length", "age"})
_HIT, _MISS, _ERROR = "Hit from cloudfront", "Miss from cloudfront", "Error from cloudfront"


@dataclass(frozen=True)
class Visit:
    """A request, its point of presence and its target."""

    snapshot: Snapshot
    pop: Pop
    target: Target
    request: ViewerRequest

    def asking(self, request: ViewerRequest) -> Visit:
        return dataclasses.replace(self, request=request)

    @property
    def key(self) -> tuple[str, Any]:
        return self.pop.code, self.snapshot.cache_policy.key(self.request)


class CachedOrigin:
    def __init__(self, fetcher: Fetcher, cache: Cache, clock: Callable[[], float]) -> None:
        self._fetcher = fetcher
        self._cache = cache
        self._clock = clock

    def answer(self, visit: Visit) -> Answer:
        if visit.request.method not in ("GET", "HEAD"):
            return self._passed_on(visit, self._fetch(visit), stored=False)
        entry = self._cache.find(*visit.key)
        if entry and entry.fresh(self._clock()):
            return self._from(entry, visit.request, _HIT)
        if entry and entry.has_validator:
            return self._revalidated(visit, entry)
        found = self._fetch(visit)
        plain = visit.request.method == "GET" and not stored_response.is_special(visit.request)
        whole = visit.request.method == "GET" and found.status == 200
        return self._judged(visit, found, stored=plain or whole)

    def _revalidated(self, visit: Visit, entry: Entry) -> Answer:
        """ "Revalidation": a conditional request for an expired copy."""
        request = visit.request
        plain = stored_response.without_conditions(request)
        found = self._fetch(visit.asking(stored_response.with_validators(plain, entry)))
        now = self._clock()
        if found.status == 304:
            discard(found)
            headers = stored_response.merged(entry.headers, found.headers)
            ttl = time_to_live(headers, visit.snapshot.cache_policy, now)
            entry = self._cache.put(*visit.key, dataclasses.replace(entry, headers=headers, stored_at=now, ttl=ttl))
            return self._from(entry, request, "RefreshHit from cloudfront")
        if found.status >= 500:
            # A stale copy is better than the origin's 5xx ("How CloudFront processes HTTP 5xx status codes").
            discard(found)
            ttl = now - entry.stored_at + visit.snapshot.error(found.status).ttl
            return self._from(self._cache.put(*visit.key, dataclasses.replace(entry, ttl=ttl)), request, _HIT)
        if found.status == 200 and request.method == "GET" and plain != request:
            return self._from(self._kept(visit, found), request, _MISS)
        return self._judged(visit, found, stored=request.method == "GET")

    def _judged(self, visit: Visit, found: OriginAnswer, *, stored: bool) -> Answer:
        if found.status < 400 or found.generated or not visit.snapshot.error(found.status).page:
            return self._passed_on(visit, found, stored=stored)
        return self._error_page(visit, found)

    def _error_page(self, visit: Visit, found: OriginAnswer) -> Answer:
        """ "Generate custom error responses". The page is requested like an object, from the same origin."""
        discard(found)
        configured = visit.snapshot.error(found.status)
        ttl = self._ttl(visit.snapshot, found)
        page = self._page(visit, configured.page)
        if page.status != 200:
            # "CloudFront returns the status code that it received from the origin that contains the error pages."
            return self._from(page, visit.request, _ERROR)
        entry = dataclasses.replace(page, status=configured.status, stored_at=self._clock(), ttl=ttl, error=True)
        if ttl > 0:
            self._cache.put(*visit.key, entry)
        return self._from(entry, visit.request, _ERROR)

    def _page(self, visit: Visit, path: str) -> Entry:
        plain = stored_response.without_conditions(visit.request)
        asked = visit.asking(dataclasses.replace(plain, method="GET", uri=path, query=""))
        entry = self._cache.find(*asked.key)
        return entry if entry and entry.fresh(self._clock()) else self._kept(asked, self._fetch(asked))

    def _fetch(self, visit: Visit) -> OriginAnswer:
        try:
            return self._fetcher.fetch(visit.snapshot, visit.target, visit.pop, visit.request)
        except Unreachable as error:
            # For the cache and for error pages, an unreachable origin is one that answers 5xx.
            LOG.warning("%s %d %s", visit.request.request_id, error.status, error.message)
            answer = error_answer(error.status, error.message, _ERROR)
            headers = [pair for pair in answer.headers if pair[0] == "content-type"]
            return OriginAnswer(error.status, headers, iter(answer.chunks), answer.length)

    def _passed_on(self, visit: Visit, found: OriginAnswer, *, stored: bool) -> Answer:
        """Send an answer to the viewer, and store it in the cache on the way."""
        ttl = self._ttl(visit.snapshot, found) if stored else 0.0
        headers = _without_lengths(found.headers)
        chunks = self._storing(visit, found, ttl, partial(self._cache.put, *visit.key)) if ttl > 0 else found.chunks
        answer = Answer(found.status, _with_region(headers, found.bucket_region), chunks, found.length)
        if visit.request.method == "HEAD" and (length := header(found.headers, "content-length")):
            answer.length = int(length) if length.isdigit() else 0
        generated = "LambdaGeneratedResponse from cloudfront" if found.generated else None
        answer.headers.append(("x-cache", generated or (_MISS if found.status < 400 else _ERROR)))
        return answer

    def _storing(
        self, visit: Visit, found: OriginAnswer, ttl: float, done: Callable[[Entry], object]
    ) -> Iterator[bytes]:
        writer = self._cache.writer()
        try:
            for chunk in found.chunks:
                writer.write(chunk)
                yield chunk
        except BaseException as error:
            writer.discard()
            if isinstance(error, OSError):
                LOG.error("%s %s", visit.request.request_id, error)
            raise
        headers, body = _without_lengths(found.headers), writer.commit()
        done(Entry(found.status, headers, body, writer.size, self._clock(), ttl, found.bucket_region))

    def _kept(self, visit: Visit, found: OriginAnswer) -> Entry:
        """Read the whole body before the first byte is sent; cache it only if it may be cached."""
        kept: list[Entry] = []
        ttl = self._ttl(visit.snapshot, found)
        try:
            for _ in self._storing(visit, found, ttl, kept.append):
                pass
        except OSError as error:
            raise Refusal(502, f"The origin's answer ended early: {error}") from error
        return self._cache.put(*visit.key, kept[0]) if ttl > 0 else kept[0]

    def _from(self, entry: Entry, request: ViewerRequest, x_cache: str) -> Answer:
        answer = stored_response.build(entry, request)
        headers = _with_region(answer.headers, entry.bucket_region)
        if x_cache != _MISS:
            headers.append(("age", str(entry.age(self._clock()))))
        headers.append(("x-cache", _ERROR if entry.error or entry.status >= 400 else x_cache))
        return dataclasses.replace(answer, headers=headers)

    def _ttl(self, snapshot: Snapshot, found: OriginAnswer) -> float:
        policy, now = snapshot.cache_policy, self._clock()
        if found.status >= 400:
            return error_time_to_live(found.status, found.headers, snapshot.error(found.status).ttl, policy, now)
        # "CloudFront caches 307 and 308 responses only when you include the Cache-Control header".
        cacheable = found.status not in (307, 308) or header(found.headers, "cache-control")
        if cacheable and found.status in (200, 203, 301, 302, 307, 308):
            return time_to_live(found.headers, policy, now)
        return 0.0


def _without_lengths(headers: Headers) -> Headers:
    return [pair for pair in headers if pair[0].lower() not in _OF_ONE_ANSWER]


def _with_region(headers: Headers, region: str | None) -> Headers:
    return [*headers, *([("x-local-bucket-region", region)] if region else [])]
