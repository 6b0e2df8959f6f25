# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SigV4A for a request to S3 without a body, by awscrt alone."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from awscrt.auth import (
    AwsCredentialsProvider,
    AwsSignatureType,
    AwsSignedBodyHeaderType,
    AwsSigningAlgorithm,
    AwsSigningConfig,
    aws_sign_request,
)
from awscrt.http import HttpHeaders, HttpRequest

# Lambda gives a new environment, or a new process, new credentials.
_VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")

_provider: AwsCredentialsProvider | None = None
_provided: tuple[str | None, ...] = ()


def sign(method: str, host: str, path: str, headers: dict[str, str]) -> dict[str, str]:
    """The headers to add to the request, Authorization among them; host and *headers* are signed too."""
    names = {"host", *headers}
    request = HttpRequest(method, path, HttpHeaders([("host", host), *headers.items()]))
    config = AwsSigningConfig(
        algorithm=AwsSigningAlgorithm.V4_ASYMMETRIC,
        signature_type=AwsSignatureType.HTTP_REQUEST_HEADERS,
        credentials_provider=_credentials(),
        region="*",
        service="s3",
        date=datetime.now(UTC),
        # S3 takes the path as it is: encoded once, dots and double slashes as they come.
        use_double_uri_encode=False,
        should_normalize_uri_path=False,
        signed_body_value="UNSIGNED-PAYLOAD",
        signed_body_header_type=AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256,
    )
    aws_sign_request(request, config).result()
    return {name: value for name, value in request.headers if name.lower() not in names}


def _credentials() -> AwsCredentialsProvider:
    """A provider that stays until the environment's credentials change."""
    global _provider, _provided
    now = tuple(os.environ.get(name) for name in _VARIABLES)
    if _provider is None or now != _provided:
        _provider = AwsCredentialsProvider.new_static(*now)
        _provided = now
    return _provider
