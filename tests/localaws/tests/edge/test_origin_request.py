"""Requests to the origin: signed by the Lambda function, or refused with a message."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

from localaws.reference.site import Site


def test_the_origin_gets_the_request_id_and_no_viewer_header(site: Site) -> None:
    site.put("private", b"x")
    site.sent.clear()
    reply = site.get("/private?acl", Cookie="a=b", Authorization="Basic x", x_amz_acl="y", Referer="z")
    assert reply.status == 200
    (request,) = site.sent
    names = [name.lower() for name, _ in request.headers]
    assert dict(request.headers)["X-Amz-Cf-Id"] == reply.headers["x-amz-cf-id"]
    assert request.target == "/private"
    assert not {"cookie", "referer", "x-amz-acl", "x-edge-location"} & set(names)
    assert names.count("authorization") == 1
    assert dict(request.headers)["User-Agent"] == "Amazon CloudFront"


def test_refusals_never_show_a_traceback(site: Site) -> None:
    for path, status, x_cache, message in [
        ("/throw", 503, "FunctionExecutionError", "could not run"),
        ("/fail", 502, "LambdaExecutionError", "on purpose"),
        ("/blocked", 502, "LambdaValidationError", "x-edge-result"),
        ("/unsigned-header", 502, "LambdaValidationError", "x-amz-tagging-directive"),
        ("/forgets-cf-id", 502, "LambdaValidationError", "x-amz-cf-id"),
        ("/slow", 504, "LambdaExecutionError", "timeout"),
    ]:
        reply = site.get(path)
        assert (reply.status, reply.result) == (status, x_cache), path
        assert message in reply.body.decode()
        assert "Traceback" not in reply.body.decode()
        assert reply.headers["x-amz-cf-id"]
    assert site.get("/unsigned-request").status == 403
    assert site.get("/a", method="POST").status == 403
    assert site.get("/a", method="OPTIONS").status == 403


def test_a_tampered_signature_is_refused_by_s3(site: Site) -> None:
    site.put("tampered", b"x")
    site.tamper = True
    try:
        assert site.get("/tampered").status == 403
    finally:
        site.tamper = False
    site.now += 11
    assert site.get("/tampered").status == 200


def test_the_lambda_has_the_environment_of_lambda_at_edge(site: Site) -> None:
    reply = site.get("/environment")
    assert reply.result == "LambdaGeneratedResponse"
    ours = {"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
    ours |= {"AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION", "PATH", "LANG"}
    assert set(json.loads(reply.body)) - {"LC_CTYPE"} == ours
