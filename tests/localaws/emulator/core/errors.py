"""Errors in the format of the called service."""

from __future__ import annotations

import json
import uuid
from xml.sax.saxutils import escape

from localaws.emulator.core.request import Response

# Services that answer with the <ErrorResponse> envelope; S3 has a bare <Error>, the others speak JSON.
_ENVELOPE = frozenset({"s3control", "cloudfront", "iam", "sts", "route53", "elasticloadbalancing", "sns", "monitoring"})


class Refused(Exception):
    """A refusal, answered as an error of the called service."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


def error(service: str, status: int, code: str, message: str, **elements: str) -> Response:
    """`elements` are further children of S3's <Error>, such as HeadersNotSigned."""
    request_id = str(uuid.uuid4())
    if service == "s3":
        inner = _fields(Code=code, Message=message, **elements, RequestId=request_id)
        return _xml(status, f"<Error>{inner}</Error>")
    if service in _ENVELOPE:
        inner = _fields(Type="Sender", Code=code, Message=message)
        return _xml(status, f"<ErrorResponse><Error>{inner}</Error>{_fields(RequestId=request_id)}</ErrorResponse>")
    body = json.dumps({"__type": code, "Message": message, "message": message}).encode()
    return Response(status, "application/json", body, (("x-amzn-errortype", code), ("x-amzn-requestid", request_id)))


def _fields(**values: str) -> str:
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())


def _xml(status: int, document: str) -> Response:
    return Response(status, "application/xml", f'<?xml version="1.0" encoding="UTF-8"?>\n{document}'.encode())
