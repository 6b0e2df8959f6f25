"""The host names of S3 that may be an origin here."""

from __future__ import annotations

import re

_ACCESS_POINT = re.compile(r"[a-z][a-z0-9]*\.mrap\.accesspoint\.s3-global\.amazonaws\.com")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]*\.s3\.([a-z0-9-]+)\.amazonaws\.com")


def is_s3(host: str) -> bool:
    return bool(_ACCESS_POINT.fullmatch(host) or _BUCKET.fullmatch(host))


def bucket_region(host: str) -> str | None:
    """Of a bucket's host name; None for an access point, which is in many."""
    found = _BUCKET.fullmatch(host)
    return found[1] if found else None
