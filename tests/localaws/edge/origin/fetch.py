"""The request to the origin: by the Lambda@Edge function, signed by an OAC, with failover to the next origin."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from localaws.edge.header_rules import RuleBroken
from localaws.edge.messages import (
    LOG,
    Headers,
    OriginAnswer,
    OriginRequest,
    Refusal,
    Unreachable,
    ViewerRequest,
    discard,
)
from localaws.edge.origin import access_control, origin_request
from localaws.edge.origin.lambda_at_edge import LambdaAtEdge, build_event
from localaws.edge.origin.origins import Origin, Target, bucket_region
from localaws.edge.origin.sessions import CloudFrontSessions
from localaws.edge.snapshot import OriginFunction, Snapshot
from localaws.geo import Pop

Send = Callable[[OriginRequest], OriginRequest]
_FAILOVER_METHODS = ("GET", "HEAD", "OPTIONS")


class Fetcher:
    """`send` may change a request to the origin; an OSError from it counts as the origin's."""

    def __init__(self, endpoint: str, send: Send | None = None) -> None:
        self.functions = LambdaAtEdge(endpoint)
        self._sessions = CloudFrontSessions(endpoint)
        self._endpoint = endpoint
        self._send = send

    def fetch(self, snapshot: Snapshot, target: Target, pop: Pop, request: ViewerRequest) -> OriginAnswer:
        """The answer of the first member or, after failover, of the second. Unreachable if there is none."""
        primary, *others = target.members
        # "How origin failover works": OPTIONS only if its answers may be cached.
        once = request.method == "OPTIONS" and "OPTIONS" not in snapshot.cached_methods
        if not others or once or request.method not in _FAILOVER_METHODS:
            return self._ask(snapshot, primary, pop, request)
        try:
            found = self._ask(snapshot, primary, pop, request)
        except Unreachable as error:
            if error.counts_as not in target.failover_codes:
                raise
            LOG.info("%s fails over from %s: %s", request.request_id, primary.id, error.message)
        else:
            if found.generated or found.status not in target.failover_codes:
                return found
            LOG.info("%s fails over from %s: it answered %d", request.request_id, primary.id, found.status)
            discard(found)
        return self._ask(snapshot, others[0], pop, request)

    def _ask(self, snapshot: Snapshot, asked: Origin, pop: Pop, request: ViewerRequest) -> OriginAnswer:
        snapshot = dataclasses.replace(snapshot, origin=asked)
        headers, query = origin_request.headers_for(snapshot, request)
        try:
            if snapshot.origin_function is None:
                made: OriginRequest | OriginAnswer = origin_request.plain_request(asked, request, headers, query)
            else:
                made = self._through_lambda(snapshot, snapshot.origin_function, pop, request, headers, query)
            if isinstance(made, OriginAnswer):
                return made
            made = origin_request.with_request_id(made, request.request_id)
            # It is not documented whether CloudFront signs for another bucket that a Lambda function selects.
            control = asked.access_control if made.host == asked.domain_name else None
            made = access_control.signed(made, control, self._sessions, snapshot.arn)
            origin_request.check(made)
        except RuleBroken as error:
            text = f"The Lambda function result failed validation: {error}"
            raise Refusal(502, text, "LambdaValidationError from cloudfront") from error
        try:
            made = self._send(made) if self._send else made
        except OSError as error:
            raise origin_request.unreachable(made.host, error, asked.read_timeout) from error
        return origin_request.send(self._endpoint, made, pop, asked.read_timeout)

    def _through_lambda(
        self,
        snapshot: Snapshot,
        function: OriginFunction,
        pop: Pop,
        request: ViewerRequest,
        headers: Headers,
        query: str,
    ) -> OriginRequest | OriginAnswer:
        self.functions.retain(function.version_arn)
        event = build_event(snapshot, request, headers, query)
        given = event["Records"][0]["cf"]["request"]
        if snapshot.origin.kind == "s3":
            given["origin"] = {"s3": _s3_origin(snapshot.origin, given["origin"]["custom"])}
        returned = self.functions.invoke(function, pop.regional_edge_cache, event, request.request_id)
        return origin_request.from_lambda(given, returned)


def _s3_origin(asked: Origin, custom: dict[str, Any]) -> dict[str, Any]:
    """ "Lambda@Edge event structure", an S3 origin. Its authMethod does not show origin access controls."""
    shared = {name: custom[name] for name in ("customHeaders", "domainName", "path", "readTimeout")}
    return {**shared, "authMethod": "none", "region": bucket_region(asked.domain_name) or ""}
