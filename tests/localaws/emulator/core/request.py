"""An HTTP request for the checks, and the ASGI functions that read and answer it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

SIGV4A = "AWS4-ECDSA-P256-SHA256"
_MRAP_HOST = re.compile(r"[a-z0-9]+\.mrap\.accesspoint\.s3-global\.amazonaws\.com", re.IGNORECASE)


@dataclass(frozen=True)
class Response:
    status: int
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Signature:
    algorithm: str
    access_key_id: str
    service: str
    signed_headers: frozenset[str]
    presigned: bool


@dataclass(frozen=True)
class Request:
    method: str
    host: str
    path: str
    query_string: str
    headers: dict[str, str]
    body: bytes

    @cached_property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.query_string, keep_blank_values=True).items()}

    @property
    def is_mrap(self) -> bool:
        return _MRAP_HOST.fullmatch(self.host.partition(":")[0]) is not None

    @cached_property
    def signature(self) -> Signature | None:
        """The fields of the signature, not verified: MiniStack does that."""
        algorithm, _, rest = self.headers.get("authorization", "").partition(" ")
        if algorithm.startswith("AWS4-"):
            fields = dict(part.strip().partition("=")[::2] for part in rest.split(","))
            return _signature(algorithm, fields.get("Credential", ""), fields.get("SignedHeaders", ""), False)
        if "X-Amz-Algorithm" in self.query:
            credential, signed = self.query.get("X-Amz-Credential", ""), self.query.get("X-Amz-SignedHeaders", "")
            return _signature(self.query["X-Amz-Algorithm"], credential, signed, True)
        return None

    @cached_property
    def service(self) -> str:
        name = self.signature.service if self.signature else "s3" if self.is_mrap else ""
        if not name:
            from ministack.core.router import detect_service

            name = str(detect_service(self.method, self.path, self.headers, {k: [v] for k, v in self.query.items()}))
        return "s3control" if name == "s3" and self.path.startswith("/v20180820/") else name


def _signature(algorithm: str, credential: str, signed_headers: str, presigned: bool) -> Signature:
    # <key>/<date>/<region>/<service>/aws4_request; the scope of SigV4A has no Region.
    scope = credential.split("/")
    service = scope[-2] if len(scope) >= 4 else ""
    return Signature(algorithm, scope[0], service, frozenset(signed_headers.lower().split(";")), presigned)


async def read_request(scope: Scope, receive: Receive) -> Request | None:
    """The whole request, or None if the client disconnected before its end."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    chunks: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    query_string = scope.get("query_string", b"").decode("latin-1")
    return Request(scope["method"], headers.get("host", ""), scope["path"], query_string, headers, b"".join(chunks))


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body again, then the next messages of the connection."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return pending.pop() if pending else await receive()

    return receive_again


async def respond(send: Send, method: str, response: Response) -> None:
    body = b"" if method == "HEAD" else response.body
    headers = [("content-type", response.content_type), ("content-length", str(len(body))), *response.headers]
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": response.status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
