# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SigV4 with the standard library: it is HMAC, so a package for single buckets needs no native code.

Source: IAM User Guide, "Create a signed AWS API request".
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time

ALGORITHM = "AWS4-HMAC-SHA256"


class Signer:
    """Signs for one service in one Region. The derived key is kept for its day, while the secret is the same."""

    def __init__(self, region: str, service: str) -> None:
        self._region, self._service = region, service
        self._key, self._derived_from = b"", ("", "")

    def sign(
        self, method: str, host: str, path: str, query: str, headers: dict[str, str], body: bytes | None = None
    ) -> list[tuple[str, str]]:
        """The headers to add to the request, Authorization among them; host and *headers* are signed too.
        *path* and *query* are signed unchanged: encoded once, *query* sorted."""
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        content = "UNSIGNED-PAYLOAD" if body is None else hashlib.sha256(body).hexdigest()
        added = [("X-Amz-Content-SHA256", content), ("X-Amz-Date", now)]
        if token := os.environ.get("AWS_SESSION_TOKEN"):
            added.append(("X-Amz-Security-Token", token))
        lines = sorted((name.lower(), value) for name, value in [("host", host), *headers.items(), *added])
        names = ";".join(name for name, _value in lines)
        canonical = [method, path, query, *(f"{name}:{value}" for name, value in lines), "", names, content]
        digest = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
        scope = f"{now[:8]}/{self._region}/{self._service}/aws4_request"
        key = self._derived(os.environ["AWS_SECRET_ACCESS_KEY"], now[:8])
        signature = hmac.digest(key, f"{ALGORITHM}\n{now}\n{scope}\n{digest}".encode(), "sha256").hex()
        credential = f"{os.environ['AWS_ACCESS_KEY_ID']}/{scope}"
        value = f"{ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"
        return [*added, ("Authorization", value)]

    def _derived(self, secret: str, day: str) -> bytes:
        if self._derived_from != (secret, day):
            key = ("AWS4" + secret).encode()
            for part in (day, self._region, self._service, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._key, self._derived_from = key, (secret, day)
        return self._key
