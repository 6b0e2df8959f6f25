"""Temporary credentials of the CloudFront service, from the emulator's own endpoint."""

from __future__ import annotations

import http.client
import json
import threading
import time
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from botocore.credentials import Credentials

from localaws.edge.messages import Refusal

_RENEW_SECONDS = 120.0


class CloudFrontSessions:
    """The credentials for each distribution."""

    def __init__(self, endpoint: str) -> None:
        self._where = urlsplit(endpoint)
        self._lock = threading.Lock()
        self._found: dict[str, tuple[Credentials, float]] = {}

    def credentials(self, distribution_arn: str) -> Credentials:
        with self._lock:
            found = self._found.get(distribution_arn)
            if found is None or time.time() > found[1] - _RENEW_SECONDS:
                found = self._found[distribution_arn] = self._ask(distribution_arn)
            return found[0]

    def _ask(self, distribution_arn: str) -> tuple[Credentials, float]:
        connection = http.client.HTTPConnection(self._where.hostname or "", self._where.port, timeout=10)
        try:
            connection.request("POST", "/_local/cloudfront-session", json.dumps({"distribution_arn": distribution_arn}))
            answer = connection.getresponse()
            keys: dict[str, Any] = json.loads(answer.read())
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise Refusal(502, f"CloudFront has no credentials to sign with: {error}") from error
        finally:
            connection.close()
        if answer.status != 200:
            raise Refusal(502, f"CloudFront has no credentials to sign with: {keys.get('message', answer.status)}")
        expires = datetime.fromisoformat(keys["Expiration"]).timestamp()
        return Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]), expires
