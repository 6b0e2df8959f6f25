"""A viewer: one request, with the bytes of the path unchanged."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import http.client
from dataclasses import dataclass
from urllib.parse import quote, urlsplit


@dataclass(frozen=True)
class Response:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def region(self) -> str | None:
        return self.headers.get("x-local-bucket-region")

    @property
    def x_cache(self) -> str:
        return self.headers.get("x-cache", "")

    @property
    def result(self) -> str:
        """The first word of `X-Cache: Hit from cloudfront`."""
        return self.x_cache.removesuffix(" from cloudfront")


def get(url: str, path: str = "/", *, method: str = "GET", pop: str | None = None, **headers: str) -> Response:
    """*path* is sent unchanged; header names have underscores for hyphens."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    try:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={**sent, **({"X-Edge-Location": pop} if pop else {})})
        answer = connection.getresponse()
        return Response(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def url_path(name: str) -> str:
    """The path of a file as a browser sends it, percent-encoded."""
    return "/" + quote(name)
