# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What CloudFront takes as a name or as a distribution's ARN, and what lets a distribution read from S3. Pure."""

from __future__ import annotations

import re
import typing as t

from .._core.errors import EdgeError
from .._core.plan import KNOWN_AFTER_APPLY

DISTRIBUTION_ARN = re.compile(r"arn:aws:cloudfront::\d{12}:distribution/(E[0-9A-Z]+)")

# How an origin in S3 is given to CloudFront: as any web server, or as a bucket.
ORIGIN_KINDS: dict[str, dict[str, t.Any]] = {
    "custom_origin_config": {
        "http_port": 80,
        "https_port": 443,
        "origin_protocol_policy": "https-only",
        "origin_ssl_protocols": ["TLSv1.2"],
        "origin_read_timeout": 30,
        "origin_keepalive_timeout": 5,
    },
    "s3_origin_config": {"origin_access_identity": ""},
}

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")

# What a response headers policy neither removes nor sets.
# Source: CloudFront Developer Guide, "Understand response headers policies", about custom headers and removed headers.
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_PROTECTED = {
    *("connection", "content-encoding", "content-length", "expect", "host", "keep-alive", "proxy-authenticate"),
    *("proxy-authorization", "proxy-connection", "trailer", "transfer-encoding", "upgrade", "via", "warning"),
    *("x-amzn-auth", "x-amzn-cf-billing", "x-amzn-cf-id", "x-amzn-cf-xff", "x-amzn-errortype", "x-amzn-fle-profile"),
    *("x-amzn-header-count", "x-amzn-header-order", "x-amzn-lambda-integration-tag", "x-amzn-requestid", "x-cache"),
    *("x-forwarded-proto", "x-real-ip"),
}
_PROTECTED_PREFIXES = ("x-accel-", "x-amz-cf-", "x-edge-")


def check_cloudfront_name(name: str) -> None:
    """Raise EdgeError unless a function or a key value store can have the *name*."""
    if not _NAME.fullmatch(name):
        raise EdgeError(f"name: {name!r} must be 1 to 64 letters, digits, hyphens and underscores.")


def check_response_header(name: str, option: str) -> None:
    """Raise EdgeError unless a response headers policy can set or remove the header *name*."""
    if not _HEADER.fullmatch(name):
        raise EdgeError(f"{option}: {name!r} is not the name of a header.")
    if name.lower() in _PROTECTED or name.lower().startswith(_PROTECTED_PREFIXES):
        raise EdgeError(f"{option} names {name}, which CloudFront neither sets nor removes by a policy: leave it out.")


def check_distribution_arns(option: str, arns: t.Sequence[str], check_mode: bool) -> None:
    """Raise EdgeError unless each is the ARN of one distribution; in check mode it may not exist yet."""
    for arn in arns:
        if not DISTRIBUTION_ARN.fullmatch(arn) and not (check_mode and arn == KNOWN_AFTER_APPLY):
            raise EdgeError(f"{option}: {arn!r} must be arn:aws:cloudfront::<account>:distribution/<id>.")
    if len(set(arns)) != len(arns):
        raise EdgeError(f"{option} names a distribution more than once: name each once.")


def read_statements(arns: t.Sequence[str], objects: str, bucket: str) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """The statements that let exactly the distributions *arns* read the *objects* of the *bucket*, given as ARNs.

    The second one is there since S3 answers 403 for a missing key without it, and 404 with it.
    Source: CloudFront Developer Guide, "Restrict access to an Amazon S3 origin"; S3 API Reference, GetObject.
    """
    reader = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Condition": {"StringEquals": {"aws:SourceArn": arns[0] if len(arns) == 1 else list(arns)}},
    }
    return (
        {**reader, "Action": "s3:GetObject", "Resource": objects},
        {**reader, "Action": "s3:ListBucket", "Resource": bucket},
    )
