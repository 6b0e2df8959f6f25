"""The ASGI application in front of MiniStack: refusals, the log and the nearest bucket."""

from __future__ import annotations

import os
from typing import Any

from ministack.app import app as ministack

from localaws.emulator import (
    access_points,
    access_points_authorisation,
    additional_rights,
    admin,
    authorisation,
    batch_jobs,
    bucket_configuration,
    bucket_policies,
    certificates,
    distributions,
    edge_replicas,
    functions,
    iam_consistency,
    key_value_stores,
    kms_objects,
    kms_rights,
    lambda_code,
    lambda_versions,
    later,
    log_deliveries,
    object_parts,
    pass_role,
    regions,
    replication,
    replication_configuration,
    replication_metrics,
    routing,
    s3_authorisation,
    service_sessions,
    strict,
    strict_cloudfront,
    strict_edge,
    strict_iam,
    strict_policies,
    strict_route53,
    uploads,
)
from localaws.emulator.faults import Faults
from localaws.emulator.request import (
    Message,
    Receive,
    Request,
    Response,
    Scope,
    Send,
    read_request,
    replay,
    respond,
)
from localaws.emulator.request_log import RequestLog, is_mutating


class Gateway:
    def __init__(self) -> None:
        self._log = RequestLog()
        self._faults = Faults()
        self._account_id = os.environ["MINISTACK_ACCOUNT_ID"]
        access_points.install()
        access_points_authorisation.install()
        strict_edge.install()
        strict_policies.install()
        functions.install()
        additional_rights.install()  # after strict_edge and functions
        authorisation.install()
        batch_jobs.install()
        bucket_configuration.install()
        bucket_policies.install()
        certificates.install()
        distributions.install()
        key_value_stores.install()
        kms_objects.install()
        kms_rights.install()
        edge_replicas.install()
        lambda_code.install()
        lambda_versions.install()
        later.install()
        log_deliveries.install()
        object_parts.install()
        pass_role.install()
        regions.install()
        replication.install()
        replication_configuration.install()
        replication_metrics.install()
        routing.install()
        s3_authorisation.install()
        service_sessions.install()
        strict_cloudfront.install()
        strict_iam.install()
        iam_consistency.install()  # after strict_iam
        strict_route53.install()
        uploads.install()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await ministack(scope, receive, send)
            return
        request = await read_request(scope, receive)
        if request is None:
            return
        if request.path.startswith(admin.PREFIX):
            await respond(send, request.method, admin.answer(request, self._log, self._faults))
            return
        try:
            route = routing.begin(request.headers.get(routing.LOCATION_HEADER))
        except ValueError as problem:
            await respond(send, request.method, Response(400, "text/plain", str(problem).encode()))
            return
        mutating = is_mutating(request)
        counted = mutating and self._faults.concerns(request)
        refused = self._faults.refusal(request, mutating)
        if refused is None:
            refused = strict.refusal(request, self._account_id) or routing.refusal(request) or regions.refusal(request)
            if refused is not None and counted:
                self._faults.not_applied()
        if refused is not None:
            self._log.add(request, refused.status)
            await respond(send, request.method, refused)
            return

        async def observed_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                later.catch_up()
                # Before the client has its answer, so that it finds its own request in the log.
                self._answered(request, counted, int(message["status"]))
                if request.is_mrap and route.bucket_region:
                    region = (routing.BUCKET_REGION_HEADER.encode(), route.bucket_region.encode())
                    message = {**message, "headers": [*message["headers"], region]}
            await send(message)

        later.catch_up()
        await ministack(_as_ministack_sees_it(scope), replay(request.body, receive), observed_send)

    def _answered(self, request: Request, counted: bool, status: int) -> None:
        self._log.add(request, status)
        if counted and status >= 400:
            self._faults.not_applied()


def _as_ministack_sees_it(scope: Scope) -> dict[str, Any]:
    """Without the location. And as TLS: this listener stands for AWS's https endpoints (aws:SecureTransport)."""
    names = {name.lower() for name, _ in scope["headers"]}
    headers = [pair for pair in scope["headers"] if pair[0].lower() != routing.LOCATION_HEADER.encode()]
    if b"x-forwarded-proto" not in names:
        headers.append((b"x-forwarded-proto", b"https"))
    return {**scope, "headers": headers}
