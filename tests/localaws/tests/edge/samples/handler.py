"""A Lambda@Edge function that signs each request for S3. Some paths make it fail, each in its own way."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import time
from typing import Any

from awscrt.auth import (
    AwsCredentialsProvider,
    AwsSignatureType,
    AwsSignedBodyHeaderType,
    AwsSigningAlgorithm,
    AwsSigningConfig,
    aws_sign_request,
)
from awscrt.http import HttpHeaders, HttpRequest


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    cf = event["Records"][0]["cf"]
    request: dict[str, Any] = cf["request"]
    if "s3" in request["origin"]:
        request["headers"]["x-seen"] = [{"key": "X-Seen", "value": request["origin"]["s3"]["region"]}]
        return request
    host = request["origin"]["custom"]["domainName"]
    uri = request["uri"]
    if uri == "/fail":
        raise ValueError("on purpose")
    if uri == "/slow":
        time.sleep(60)
    if uri == "/environment":
        made = {"x-made": [{"key": "X-Made", "value": "lambda"}]}
        return {"status": "200", "headers": made, "body": json.dumps(sorted(os.environ))}
    if uri == "/unsigned-request":
        return request
    if uri == "/blocked":
        request["headers"]["x-edge-result"] = [{"key": "X-Edge-Result", "value": "1"}]
        return request
    extra = {} if uri == "/forgets-cf-id" else {"x-amz-cf-id": cf["config"]["requestId"]}
    signed = HttpRequest(request["method"], uri, HttpHeaders([("host", host), *extra.items()]))
    keys = (os.environ[f"AWS_{name}"] for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"))
    config = AwsSigningConfig(
        algorithm=AwsSigningAlgorithm.V4_ASYMMETRIC,
        signature_type=AwsSignatureType.HTTP_REQUEST_HEADERS,
        credentials_provider=AwsCredentialsProvider.new_static(*keys),
        region="*",
        service="s3",
        use_double_uri_encode=False,
        should_normalize_uri_path=False,
        signed_body_value="UNSIGNED-PAYLOAD",
        signed_body_header_type=AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256,
    )
    aws_sign_request(signed, config).result(5)
    for name, value in signed.headers:
        if name.lower() not in ("host", "x-amz-cf-id"):
            request["headers"][name.lower()] = [{"key": name, "value": value}]
    if uri == "/unsigned-header":
        request["headers"]["x-amz-tagging-directive"] = [{"key": "x-amz-tagging-directive", "value": "COPY"}]
    request["headers"]["host"] = [{"key": "Host", "value": host}]
    return request
