# SPDX-License-Identifier: GPL-3.0-or-later

"""SigV4A and SigV4 as S3 verifies them, written from the documentation and with `cryptography` only: the verifier
shares no code with the handler. Sources: AWS IAM User Guide "Create a signed AWS API request"; awslabs/aws-c-auth
key_derivation.c."""

from __future__ import annotations

import hashlib
import hmac
import re
import typing as t
from urllib.parse import quote, unquote_to_bytes

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ALGORITHM = "AWS4-ECDSA-P256-SHA256"
SIGV4 = "AWS4-HMAC-SHA256"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

_AUTHORIZATION = re.compile(
    r"(AWS4-[A-Z0-9-]+) Credential=([A-Za-z0-9]+)/(\d{8})/([a-z0-9/-]+)/aws4_request, "
    r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]+)"
)


class Rejected(Exception):
    """S3 would answer 403."""


def private_key(access_key: str, secret_key: str) -> ec.EllipticCurvePrivateKey:
    """NIST SP 800-108 in counter mode, with the candidate increased until it is in the field."""
    for counter in range(1, 255):
        fixed = ALGORITHM.encode() + b"\0" + access_key.encode() + bytes([counter]) + (256).to_bytes(4, "big")
        message = (1).to_bytes(4, "big") + fixed
        candidate = int.from_bytes(hmac.digest(b"AWS4A" + secret_key.encode(), message, "sha256"), "big")
        if candidate <= ORDER - 2:
            return ec.derive_private_key(candidate + 1, ec.SECP256R1())
    raise AssertionError("no key: this happens once in 2**8000")


def canonical_request(
    method: str, path: str, headers: t.Mapping[str, str], signed: t.Sequence[str], payload_hash: str, query: str = ""
) -> str:
    """For S3: the path as it is sent, encoded once, not normalised."""
    lines = "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in signed)
    return "\n".join([method, path or "/", canonical_query(query), lines, ";".join(signed), payload_hash])


def canonical_query(query: str) -> str:
    """Decoded and encoded once, sorted, with a '=' after every name."""
    pairs = [
        tuple(quote(unquote_to_bytes(part), safe="-_.~") for part in (*pair.split("=", 1), "")[:2])
        for pair in query.split("&")
        if pair
    ]
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def string_to_sign(request: str, timestamp: str, service: str, algorithm: str = ALGORITHM) -> str:
    """*service*: for SigV4, with the Region in front."""
    scope = f"{timestamp[:8]}/{service}/aws4_request"
    return "\n".join([algorithm, timestamp, scope, hashlib.sha256(request.encode()).hexdigest()])


def sigv4_signature(message: str, secret_key: str, day: str, region: str, service: str) -> str:
    key = b"AWS4" + secret_key.encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, message.encode(), "sha256").hex()


def verify(
    method: str,
    path: str,
    headers: t.Mapping[str, str],
    access_key: str,
    secret_key: str,
    token: str | None = None,
    *,
    query: str = "",
    region: str | None = None,
    service: str = "s3",
) -> list[str]:
    """The names of the signed headers. *headers*: all headers of the request, by lower-case name. *region*: that of the
    bucket, for SigV4; without it, the request is for an MRAP, with SigV4A. Raises Rejected."""
    match = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if match is None:
        raise Rejected(f"no Authorization that can be read: {headers.get('authorization')!r}")
    algorithm, credential, date, scope, names, signature = match.groups()
    signed = names.split(";")
    timestamp = headers.get("x-amz-date", "")
    if algorithm != (SIGV4 if region else ALGORITHM):
        raise Rejected(f"signed by {algorithm}")
    if credential != access_key or scope != (f"{region}/{service}" if region else service):
        raise Rejected(f"another credential, Region or service: {scope}")
    if not re.fullmatch(r"\d{8}T\d{6}Z", timestamp) or timestamp[:8] != date:
        raise Rejected("x-amz-date is not of the scope's day")
    if headers.get("x-amz-region-set") != (None if region else "*"):
        raise Rejected("a Multi-Region Access Point needs the Region set *")
    if headers.get("x-amz-security-token") != token:
        raise Rejected("the session token is missing or not asked for")
    if signed != sorted(signed):
        raise Rejected("SignedHeaders are not sorted")
    unsigned = [name for name in headers if (name == "host" or name.startswith("x-amz-")) and name not in signed]
    if "host" not in signed or unsigned:
        raise Rejected(f"There were headers present in the request which were not signed: {unsigned}")
    missing = [name for name in signed if name not in headers]
    if missing:
        raise Rejected(f"signed headers did not arrive: {missing}")
    request = canonical_request(method, path, headers, signed, headers.get("x-amz-content-sha256", ""), query)
    message = string_to_sign(request, timestamp, scope, algorithm)
    if region:
        if signature != sigv4_signature(message, secret_key, date, region, service):
            raise Rejected("SignatureDoesNotMatch")
        return signed
    try:
        private_key(access_key, secret_key).public_key().verify(
            bytes.fromhex(signature), message.encode(), ec.ECDSA(hashes.SHA256())
        )
    except (InvalidSignature, ValueError) as error:
        raise Rejected("SignatureDoesNotMatch") from error
    return signed
