"""A request's way: function, cache, Lambda@Edge, origin."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from cloud.edge import origin, stored_answer
from cloud.edge.cache import DEFAULT_ERROR_TTL, Cache, Entry, time_to_live
from cloud.edge.header_rules import RuleBroken
from cloud.edge.messages import LOG, Answer, OriginAnswer, OriginRequest, Refusal, ViewerRequest, error_answer, header
from cloud.edge.origin_request import LambdaAtEdge, build_event
from cloud.edge.snapshot import Snapshot
from cloud.edge.viewer_function import FunctionCode, ViewerFunction
from cloud.geo import Pop

Send = Callable[[OriginRequest], OriginRequest]
_PLAYED_METHODS = ("GET", "HEAD")
_LENGTHS = frozenset({"content-length", "age"})


class Flow:
    def __init__(
        self, endpoint: str, cache: Cache, clock: Callable[[], float] = time.time, send: Send | None = None
    ) -> None:
        self.functions = LambdaAtEdge(endpoint)
        self._endpoint = endpoint
        self._cache = cache
        self._clock = clock
        self._send = send
        self._viewer: ViewerFunction | None = None
        self._stopped = False
        self._lock = threading.Lock()

    def answer(self, snapshot: Snapshot, pop: Pop, request: ViewerRequest) -> Answer:
        try:
            return self._answer(snapshot, pop, request)
        except Refusal as refusal:
            LOG.warning("%s %d %s", request.request_id, refusal.status, refusal.message)
            return error_answer(refusal.status, refusal.message, refusal.x_cache)

    def stop(self) -> None:
        self.functions.stop()
        with self._lock:
            self._stopped = True
            if self._viewer:
                self._viewer.close()

    def _answer(self, snapshot: Snapshot, pop: Pop, request: ViewerRequest) -> Answer:
        if not snapshot.enabled:
            raise Refusal(403, "The distribution is disabled")
        # ViewerProtocolPolicy has no meaning here: the edge speaks plain HTTP and takes it for HTTPS.
        if request.method not in snapshot.allowed_methods:
            raise Refusal(
                403,
                "This distribution is not configured to allow the HTTP request method that was used for this request. "
                "The distribution supports only cachable requests.",
            )
        if request.method not in _PLAYED_METHODS:
            raise Refusal(502, f"The local edge does not play {request.method} yet")
        if snapshot.viewer_function:
            changed = self._viewer_function(snapshot.viewer_function).run(
                request, pop, snapshot.domain_name, snapshot.distribution_id
            )
            if isinstance(changed, Answer):
                changed.headers = [pair for pair in changed.headers if pair[0] not in _LENGTHS]
                changed.headers.append(("x-cache", "FunctionGeneratedResponse from cloudfront"))
                return changed
            request = changed
        # "Specify a default root object". After the function, which may have made something of '/' itself.
        if request.uri == "/" and snapshot.default_root_object:
            request = dataclasses.replace(request, uri="/" + snapshot.default_root_object.removeprefix("/"))
        return self._from_cache(snapshot, pop, request)

    def _from_cache(self, snapshot: Snapshot, pop: Pop, request: ViewerRequest) -> Answer:
        key = snapshot.cache_policy.key(request)
        entry = self._cache.find(pop.code, key)
        if entry and entry.fresh(self._clock()):
            return self._stored(entry, request, "Hit from cloudfront")
        special = request.method != "GET" or request.header("range") or _conditional(request)
        revalidate = entry if entry and entry.status == 200 and header(entry.headers, "etag") and not special else None
        asked = request
        if revalidate:
            # "Revalidation": an expired copy is asked for again under the condition that it changed.
            tag = header(revalidate.headers, "etag") or ""
            asked = dataclasses.replace(request, headers=[*request.headers, ("if-none-match", tag)])
        found = self._from_origin(snapshot, pop, asked)
        if revalidate and (found.status == 304 or found.status >= 500):
            for _ in found.chunks:
                pass
            if found.status == 304:
                ttl = time_to_live([*found.headers, *revalidate.headers], snapshot.cache_policy, self._clock())
                return self._stored(
                    self._cache.refresh(pop.code, key, revalidate, ttl), request, "RefreshHit from cloudfront"
                )
            # A stale copy is better than the origin's 5xx ("How CloudFront processes HTTP 5xx status codes").
            return self._stored(revalidate, request, "Hit from cloudfront")
        ttl = self._ttl(snapshot, found)
        store = ttl > 0 and (not special or (request.method == "GET" and found.status == 200))
        headers = [pair for pair in found.headers if pair[0].lower() not in _LENGTHS]
        chunks = self._storing(found, headers, ttl, pop, key, request) if store else found.chunks
        answer = Answer(found.status, self._with_region(headers, found.bucket_region), chunks, found.length)
        if request.method == "HEAD" and (length := header(found.headers, "content-length")):
            answer.length = int(length) if length.isdigit() else 0
        answer.headers.append(("x-cache", _x_cache(found)))
        return answer

    def _from_origin(self, snapshot: Snapshot, pop: Pop, request: ViewerRequest) -> OriginAnswer:
        headers, query = origin.headers_for(snapshot, request)
        try:
            if snapshot.origin_function is None:
                made: OriginRequest | OriginAnswer = origin.plain_request(snapshot.origin, request, headers, query)
            else:
                self.functions.retain(snapshot.origin_function.version_arn)
                event = build_event(snapshot, request, headers, query)
                returned = self.functions.invoke(
                    snapshot.origin_function, pop.regional_edge_cache, event, request.request_id
                )
                made = origin.from_lambda(event["Records"][0]["cf"]["request"], returned, request)
        except RuleBroken as error:
            text = f"The Lambda function result failed validation: {error}"
            raise Refusal(502, text, "LambdaValidationError from cloudfront") from error
        if isinstance(made, OriginAnswer):
            return made
        if self._send:
            made = self._send(made)
        return origin.send(self._endpoint, made, pop, snapshot.origin.read_timeout)

    def _storing(
        self,
        found: OriginAnswer,
        headers: list[tuple[str, str]],
        ttl: float,
        pop: Pop,
        key: Any,
        request: ViewerRequest,
    ) -> Iterator[bytes]:
        writer = self._cache.writer()
        try:
            for chunk in found.chunks:
                writer.write(chunk)
                yield chunk
        except BaseException as error:
            writer.discard()
            if isinstance(error, OSError):
                LOG.error("%s %s", request.request_id, error)
            raise
        body = writer.commit()
        self._cache.put(
            pop.code,
            key,
            Entry(found.status, headers, body, writer.size, self._clock(), ttl, found.bucket_region),
        )

    def _stored(self, entry: Entry, request: ViewerRequest, x_cache: str) -> Answer:
        answer = stored_answer.build(entry, request)
        headers = self._with_region(answer.headers, entry.bucket_region)
        headers.append(("age", str(entry.age(self._clock()))))
        headers.append(("x-cache", x_cache if entry.status < 400 else "Error from cloudfront"))
        return dataclasses.replace(answer, headers=headers)

    def _ttl(self, snapshot: Snapshot, found: OriginAnswer) -> float:
        if found.status >= 400:
            return snapshot.error_ttls.get(found.status, DEFAULT_ERROR_TTL)
        if found.status in (200, 203, 301, 302, 307, 308):
            return time_to_live(found.headers, snapshot.cache_policy, self._clock())
        return 0.0

    def _viewer_function(self, function: FunctionCode) -> ViewerFunction:
        with self._lock:
            if self._stopped:
                raise Refusal(503, "The edge is stopping")
            if self._viewer is None or self._viewer.function is not function:
                if self._viewer:
                    self._viewer.close()
                self._viewer = ViewerFunction(function)
            return self._viewer

    @staticmethod
    def _with_region(headers: list[tuple[str, str]], region: str | None) -> list[tuple[str, str]]:
        return [*headers, *([("x-local-bucket-region", region)] if region else [])]


def _conditional(request: ViewerRequest) -> bool:
    return any(request.header(name) is not None for name in stored_answer.CONDITIONS)


def _x_cache(found: OriginAnswer) -> str:
    if found.generated:
        return "LambdaGeneratedResponse from cloudfront"
    return "Miss from cloudfront" if found.status < 400 else "Error from cloudfront"
