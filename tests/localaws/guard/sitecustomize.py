"""Imported by every Python with this directory on PYTHONPATH: it resolves no name outside this machine.

boto3 puts the account id in front of some endpoint hosts (s3control, cloudfront-keyvaluestore) even when the
endpoint is overridden; those names do not resolve. Some requests ignore the override (with an MRAP ARN as Bucket), so
every name of AWS is refused: a test must never reach AWS.
"""

from __future__ import annotations

import re
import socket
from typing import Any

_LOCAL = re.compile(r"(?:[^.]+\.)+(?:127\.0\.0\.1|localhost)\.?", re.IGNORECASE)
_AWS = re.compile(r"(?:.*\.)?(?:amazonaws\.com|api\.aws|cloudfront\.net)\.?", re.IGNORECASE)


def _guard(resolve: Any) -> Any:
    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if isinstance(name, str):
            if _AWS.fullmatch(name):
                raise OSError(f"refusing to resolve {name}: tests talk to the emulator only, never to AWS")
            if _LOCAL.fullmatch(name):
                host = "127.0.0.1"
        return resolve(host, *args, **kwargs)

    return getaddrinfo


socket.getaddrinfo = _guard(socket.getaddrinfo)
