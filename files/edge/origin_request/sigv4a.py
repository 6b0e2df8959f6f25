# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SigV4A for a request to S3 without a body, with awscrt's native module only.

The package `awscrt` around it is 90 KB of Python, of which signing needs these few lines; loading the rest costs a cold
start more than signing. The build, which signs, and the tests, which verify, prove that the calls are correct for the
pinned version.
"""

from __future__ import annotations

import os
import time

import _awscrt

# Lambda gives a new environment, or a new process, new credentials.
_VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")

# awscrt.auth: AwsSigningAlgorithm, AwsSignatureType, AwsSignedBodyHeaderType.
_V4_ASYMMETRIC, _HTTP_REQUEST_HEADERS, _X_AMZ_CONTENT_SHA_256 = 1, 0, 1


class _Native:
    """An object of awscrt, to the native module."""

    __slots__ = ("_binding",)

    def __init__(self, binding: object) -> None:
        self._binding = binding


_provider: _Native | None = None
_provided: tuple[str | None, ...] = ()


def sign(method: str, host: str, path: str, query: str, headers: dict[str, str]) -> list[tuple[str, str]]:
    """The headers to add to the request, Authorization among them; host and *headers* are signed too."""
    given = [("host", host), *headers.items()]
    fields = _Native(_awscrt.http_headers_new())
    _awscrt.http_headers_add_pairs(fields._binding, given)
    request = _Native(_awscrt.http_message_new_request(fields))
    _awscrt.http_message_set_request_method(request._binding, method)
    _awscrt.http_message_set_request_path(request._binding, f"{path}?{query}" if query else path)
    config = _awscrt.signing_config_new(
        _V4_ASYMMETRIC,
        _HTTP_REQUEST_HEADERS,
        _credentials(),
        "*",  # the Region set: any Region may respond
        "s3",
        None,  # the date, which is read back
        time.time(),
        None,  # no filter: all headers are signed
        # S3 uses the path unchanged: encoded once, without normalisation of dots and double slashes.
        False,
        False,
        "UNSIGNED-PAYLOAD",
        _X_AMZ_CONTENT_SHA_256,
        0,
        False,  # the session token is signed
    )
    # With static credentials, signing is complete when the call returns.
    outcome: list[int] = []
    _awscrt.sign_request_aws(request, _Native(config), outcome.append)
    if outcome != [0]:
        names = ", ".join(_awscrt.get_error_name(code) for code in outcome) or "not within the call"
        raise RuntimeError(f"awscrt did not sign: {names}")
    count = _awscrt.http_headers_count(fields._binding)
    return [_awscrt.http_headers_get_index(fields._binding, index) for index in range(len(given), count)]


def _credentials() -> _Native:
    """A provider that is kept until the environment's credentials change."""
    global _provider, _provided
    now = tuple(os.environ.get(name) for name in _VARIABLES)
    if _provider is None or now != _provided:
        _provider = _Native(_awscrt.credentials_provider_new_static(*now))
        _provided = now
    return _provider
