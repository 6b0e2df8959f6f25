"""The messages between the parts: the viewer's request, the request to the origin, and their answers."""

from __future__ import annotations

import base64
import logging
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

Headers = list[tuple[str, str]]

LOG = logging.getLogger("localaws.edge")
CHUNK_BYTES = 256 * 1024
# RFC 9110, "Connection": a proxy does not forward headers of one connection.
HOP_BY_HOP = frozenset(
    [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ]
)


class EdgeError(Exception):
    """The edge does not support its input; the message has the reason."""


class Refusal(Exception):
    """CloudFront answers the viewer with an error of its own."""

    def __init__(self, status: int, message: str, x_cache: str = "Error from cloudfront") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.x_cache = x_cache


class Unreachable(Refusal):
    """No answer from the origin. For an origin group it counts as a 503, or after a timeout as a 504."""

    def __init__(self, status: int, message: str, counts_as: int) -> None:
        super().__init__(status, message)
        self.counts_as = counts_as


@dataclass(frozen=True)
class ViewerRequest:
    """`uri` and `query` are the viewer's, not decoded; bytes that are not UTF-8 are surrogates."""

    request_id: str
    method: str
    host: str
    uri: str
    query: str
    headers: Headers  # lower-case names, without cookie
    cookies: dict[str, str]
    client_ip: str
    origin: dict[str, Any] | None = None  # the viewer function's selection, see viewer_function/runtime.js

    def header(self, name: str) -> str | None:
        return header(self.headers, name)


@dataclass(frozen=True)
class OriginRequest:
    """The request as it is sent: `target` is path and query string."""

    method: str
    host: str
    target: str
    headers: Headers


@dataclass
class Answer:
    status: int
    headers: Headers
    chunks: Iterable[bytes] = ()
    length: int | None = 0  # None: not known before the last chunk
    reason: str | None = None


@dataclass
class OriginAnswer:
    """`chunks` raises OSError when the origin's body ends early."""

    status: int
    headers: Headers
    chunks: Iterator[bytes]
    length: int | None
    bucket_region: str | None = None
    generated: bool = field(default=False)  # by Lambda@Edge, not by the origin


def discard(answer: OriginAnswer) -> None:
    """Read an unused answer to its end, so that its connection ends."""
    try:
        for _ in answer.chunks:
            pass
    except OSError as error:
        LOG.info("an unused answer ended early: %s", error)


def header(headers: Headers, name: str) -> str | None:
    """The value of a header, its lines joined, or None."""
    values = [value for key, value in headers if key.lower() == name]
    return ", ".join(values) if values else None


def new_request_id() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(40)).decode("ascii")


def error_answer(status: int, message: str, x_cache: str) -> Answer:
    body = (message.rstrip("\n") + "\n").encode("utf-8", "replace")
    headers = [("content-type", "text/plain; charset=utf-8"), ("x-cache", x_cache), ("cache-control", "no-store")]
    return Answer(status, headers, [body], len(body))
