"""The log of requests to AWS: one entry per request, without bodies and signatures."""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

from localaws.emulator.core.request import Request

# For these services the HTTP method shows whether a request changes anything, for others the operation's name.
_BY_METHOD = frozenset({"s3", "s3control", "cloudfront", "cloudfront-keyvaluestore", "lambda", "route53"})
_READING = ("Get", "List", "Describe", "Head", "Lookup", "Search", "Simulate", "AssumeRole", "Test")
# TestFunction of CloudFront is a POST.
_TEST = re.compile(r"/2020-05-31/function/[^/]+/test")
_SECRET_PARAMETERS = frozenset({"x-amz-signature", "x-amz-security-token"})


def _named_operation(request: Request) -> str | None:
    target = request.headers.get("x-amz-target")
    if target:
        return target.rpartition(".")[2]
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        form = parse_qs(request.body.decode("utf-8", "replace"))
        if "Action" in form:
            return form["Action"][0]
    return request.query.get("Action")


def is_mutating(request: Request) -> bool:
    if request.service == "cloudfront" and _TEST.fullmatch(request.path):
        return False
    name = None if request.service in _BY_METHOD else _named_operation(request)
    return request.method not in {"GET", "HEAD"} if name is None else not name.startswith(_READING)


class RequestLog:
    def __init__(self) -> None:
        self._entries: list[dict[str, Any]] = []

    def add(self, request: Request, status: int) -> None:
        """Number the entry when the answer starts, so that a reader of the entries after N misses nothing."""
        parameters = parse_qsl(request.query_string, keep_blank_values=True)
        query = [(name, value) for name, value in parameters if name.lower() not in _SECRET_PARAMETERS]
        name = None if request.service in _BY_METHOD else _named_operation(request)
        self._entries.append(
            {
                "sequence": len(self._entries) + 1,
                "time": time.time(),
                "method": request.method,
                "host": request.host,
                "path": request.path,
                "query": urlencode(query),
                "service": request.service,
                "operation": name or f"{request.method} {request.path}",
                "access_key_id": request.signature.access_key_id if request.signature else None,
                "status": status,
                "mutating": is_mutating(request),
            }
        )

    def after(self, sequence: int) -> list[dict[str, Any]]:
        return self._entries[max(0, sequence) :]
