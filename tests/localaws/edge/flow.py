"""The steps of a request: checks of size and method, the viewer function, then the cache or the origin."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable

from localaws.edge.cache.cached_origin import CachedOrigin, Visit
from localaws.edge.cache.store import Cache
from localaws.edge.header_rules import RuleBroken
from localaws.edge.messages import LOG, Answer, Refusal, ViewerRequest, error_answer
from localaws.edge.origin.choice import choose
from localaws.edge.origin.fetch import Fetcher, Send
from localaws.edge.snapshot import Snapshot
from localaws.edge.viewer_function.function import FunctionCode, ViewerFunction
from localaws.geo import Pop

__all__ = ["Flow", "Send"]
_SUPPORTED_METHODS = ("GET", "HEAD", "OPTIONS")
_LENGTHS = frozenset({"content-length", "age"})
# "Quotas on general distributions".
_URL_BYTES, _REQUEST_BYTES = 8192, 32768


class Flow:
    def __init__(
        self, endpoint: str, cache: Cache, clock: Callable[[], float] = time.time, send: Send | None = None
    ) -> None:
        self._fetcher = Fetcher(endpoint, send)
        self._cached = CachedOrigin(self._fetcher, cache, clock)
        self._viewer: ViewerFunction | None = None
        self._failing_reads: tuple[str, ...] = ()
        self._stopped = False
        self._lock = threading.Lock()

    def answer(self, snapshot: Snapshot, pop: Pop, request: ViewerRequest) -> Answer:
        try:
            return self._answer(snapshot, pop, request)
        except Refusal as refusal:
            LOG.warning("%s %d %s", request.request_id, refusal.status, refusal.message)
            return error_answer(refusal.status, refusal.message, refusal.x_cache)

    def fail_reads(self, beginnings: tuple[str, ...]) -> None:
        with self._lock:
            self._failing_reads = beginnings
            if self._viewer:
                self._viewer.failing_reads = beginnings

    def stop(self) -> None:
        self._fetcher.functions.stop()
        with self._lock:
            self._stopped = True
            if self._viewer:
                self._viewer.close()

    def _answer(self, snapshot: Snapshot, pop: Pop, request: ViewerRequest) -> Answer:
        _check(snapshot, request)
        if snapshot.viewer_function:
            changed = self._viewer_function(snapshot.viewer_function).run(
                request, pop, snapshot.domain_name, snapshot.distribution_id
            )
            if isinstance(changed, Answer):
                changed.headers = [pair for pair in changed.headers if pair[0] not in _LENGTHS]
                changed.headers.append(("x-cache", "FunctionGeneratedResponse from cloudfront"))
                return changed
            request = changed
        try:
            target = choose(snapshot.origins, snapshot.target, request.origin)
        except RuleBroken as error:
            text = f"The CloudFront function selected an origin that CloudFront refuses: {error}"
            raise Refusal(502, text, "FunctionValidationError from cloudfront") from error
        # "Specify a default root object". After the function, which may have changed '/' itself.
        if request.uri == "/" and snapshot.default_root_object:
            request = dataclasses.replace(request, uri="/" + snapshot.default_root_object.removeprefix("/"))
        # "CloudFront modifies the headers in the responses that it serves from the cache and the ones that it forwards
        # from the origin": not in those of the viewer function, and not in CloudFront's own errors.
        answer = self._cached.answer(Visit(snapshot, pop, target, request))
        return snapshot.response_headers.apply(answer, pop, request)

    def _viewer_function(self, function: FunctionCode) -> ViewerFunction:
        with self._lock:
            if self._stopped:
                raise Refusal(503, "The edge is stopping")
            if self._viewer is None or self._viewer.function is not function:
                if self._viewer:
                    self._viewer.close()
                self._viewer = ViewerFunction(function)
                self._viewer.failing_reads = self._failing_reads
            return self._viewer


def _check(snapshot: Snapshot, request: ViewerRequest) -> None:
    if not snapshot.enabled:
        raise Refusal(403, "The distribution is disabled")
    url = len(f"https://{request.host}{request.uri}?{request.query}".encode("utf-8", "surrogateescape"))
    headers = sum(len(name) + len(value) for name, value in [*request.headers, *request.cookies.items()])
    if url > _URL_BYTES or url + headers > _REQUEST_BYTES:
        limits = f"a URL may have {_URL_BYTES} bytes, and a request with its headers {_REQUEST_BYTES}"
        raise Refusal(413, f"The request is too large: {limits}")
    # ViewerProtocolPolicy has no meaning here: the edge takes plain HTTP for HTTPS.
    if request.method not in snapshot.allowed_methods:
        raise Refusal(
            403,
            "This distribution is not configured to allow the HTTP request method that was used for this request. "
            "The distribution supports only cachable requests.",
        )
    if request.method not in _SUPPORTED_METHODS:
        raise Refusal(502, f"The local edge does not support {request.method} yet")
