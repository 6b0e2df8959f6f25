"""Error codes, and HTTP requests without botocore."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from botocore.crt.auth import CrtS3SigV4AsymAuth
from botocore.exceptions import ClientError

from localaws.local_aws import Credentials, LocalAws
from localaws.viewer import Response, get


def code_of(call: Callable[[], object]) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        call()
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


class Wire:
    """HTTP to the emulator, signed by any of botocore's classes, with more headers or fewer."""

    def __init__(self, local_aws: LocalAws, host: str, credentials: Credentials) -> None:
        self._url = local_aws.url
        self._host = host
        self._credentials = BotoCredentials(
            credentials.access_key_id, credentials.secret_access_key, credentials.session_token
        )

    def get(
        self,
        path: str,
        auth: type[Any] | None = CrtS3SigV4AsymAuth,
        signed: dict[str, str] | None = None,
        added: dict[str, str] | None = None,
        method: str = "GET",
    ) -> Response:
        request = AWSRequest(method, f"https://{self._host}{path}", headers={"Host": self._host, **(signed or {})})
        if auth is not None:
            auth(self._credentials, "s3", "*" if "Asym" in auth.__name__ else "us-east-1").add_auth(request)
        target = request.url.partition(self._host)[2]
        return get(self._url, target, method=method, **{**dict(request.headers.items()), **(added or {})})
