"""The ASGI application in front of MiniStack: refusals, faults, the request log and the location of requests."""

from __future__ import annotations

from typing import Any

from ministack.app import app as ministack

from localaws.emulator import admin, services
from localaws.emulator.core import scheduler
from localaws.emulator.core.faults import Faults
from localaws.emulator.core.request import (
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
from localaws.emulator.core.request_log import RequestLog, is_mutating
from localaws.emulator.s3_control import mrap_routing


class Gateway:
    def __init__(self) -> None:
        self._log = RequestLog()
        self._faults = Faults()
        services.install()

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
            route = mrap_routing.begin(request.headers.get(mrap_routing.LOCATION_HEADER))
        except ValueError as problem:
            await respond(send, request.method, Response(400, "text/plain", str(problem).encode()))
            return
        mutating = is_mutating(request)
        counted = mutating and self._faults.applies_to(request)
        refused = self._faults.refusal(request, mutating)
        if refused is None:
            refused = services.refusal(request)
            if refused is not None and counted:
                self._faults.not_applied()
        if refused is not None:
            self._log.add(request, refused.status)
            await respond(send, request.method, refused)
            return

        async def observed_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                scheduler.run_due()
                # Before the client gets its answer, so that the log has its request.
                self._answered(request, counted, int(message["status"]))
                if request.is_mrap and route.bucket_region:
                    region = (mrap_routing.BUCKET_REGION_HEADER.encode(), route.bucket_region.encode())
                    message = {**message, "headers": [*message["headers"], region]}
            await send(message)

        scheduler.run_due()
        await ministack(_for_ministack(scope), replay(request.body, receive), observed_send)

    def _answered(self, request: Request, counted: bool, status: int) -> None:
        self._log.add(request, status)
        if counted and status >= 400:
            self._faults.not_applied()


def _for_ministack(scope: Scope) -> dict[str, Any]:
    """Without the location, and as TLS: this listener replaces AWS's https endpoints (aws:SecureTransport)."""
    names = {name.lower() for name, _ in scope["headers"]}
    headers = [pair for pair in scope["headers"] if pair[0].lower() != mrap_routing.LOCATION_HEADER.encode()]
    if b"x-forwarded-proto" not in names:
        headers.append((b"x-forwarded-proto", b"https"))
    return {**scope, "headers": headers}
