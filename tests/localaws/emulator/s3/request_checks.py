"""Refusals of S3 before authorisation: unsigned headers, SigV4 for an MRAP, another bucket owner."""

from __future__ import annotations

import os

from localaws.emulator.core.errors import error
from localaws.emulator.core.request import SIGV4A, Request, Response

_OWNER_HEADERS = ("x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner")
_MAX_KEY_BYTES = 1024


def refusal(request: Request) -> Response | None:
    """S3's answer to a request that it does not accept, or None."""
    signature = request.signature
    if request.is_mrap:
        # An MRAP answers from any Region, so a signature for one Region is not valid.
        if signature is None or signature.algorithm != SIGV4A:
            return _denied(f"Requests to a Multi-Region Access Point must be signed with {SIGV4A}")
        # MiniStack verifies the signed headers only; S3 requires that every x-amz-* header is signed.
        unsigned = [
            name for name in request.headers if name.startswith("x-amz-") and name not in signature.signed_headers
        ]
        if unsigned:
            message = "There were headers present in the request which were not signed"
            return _denied(message, HeadersNotSigned=", ".join(sorted(unsigned)))
    if signature and not signature.presigned and "x-amz-content-sha256" not in request.headers:
        # MiniStack would hash the body itself.
        return _denied("Missing required header for this request: x-amz-content-sha256")
    _, _, key = request.path.lstrip("/").partition("/")
    if request.method == "PUT" and len(key.encode()) > _MAX_KEY_BYTES and not request.is_mrap:
        return error("s3", 400, "KeyTooLongError", "Your key is too long", MaxSizeAllowed=str(_MAX_KEY_BYTES))
    account_id = os.environ["MINISTACK_ACCOUNT_ID"]  # of all buckets here
    for name in _OWNER_HEADERS:
        if (request.headers.get(name) or request.query.get(name) or account_id) != account_id:
            return _denied("Access Denied")
    return None


def _denied(message: str, **elements: str) -> Response:
    return error("s3", 403, "AccessDenied", message, **elements)
