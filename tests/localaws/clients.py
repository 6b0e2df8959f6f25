"""boto3 clients that send every request to one endpoint."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import boto3.session
from botocore.config import Config


@dataclass(frozen=True)
class Credentials:
    access_key_id: str
    secret_access_key: str
    session_token: str | None = None


# The account's root. MiniStack does not verify its signatures: a test of rights or signatures needs another user.
ROOT = Credentials("test", "test")

_session = boto3.session.Session()
_session_lock = threading.Lock()  # creating a client is not thread-safe, using one is


def pinned_client(url: str, service: str, region: str, credentials: Credentials | None = None) -> Any:
    """A boto3 client that sends every request to the emulator at `url`, also those to MRAP ARNs and prefixed hosts."""
    who = credentials or ROOT
    base = urlsplit(url)

    def pin(request: Any, **_: Any) -> None:
        parts = urlsplit(request.url)
        if parts.netloc != base.netloc:
            request.headers["Host"] = parts.netloc  # it is signed, and the emulator routes by it
            request.url = urlunsplit((base.scheme, base.netloc, parts.path, parts.query, ""))

    with _session_lock:
        client = _session.client(
            service,
            region_name=region,
            endpoint_url=url,
            aws_access_key_id=who.access_key_id,
            aws_secret_access_key=who.secret_access_key,
            aws_session_token=who.session_token,
            config=Config(retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=5, read_timeout=60),
        )
    client.meta.events.register("before-send", pin)
    return client
