"""An origin group made for each request by the viewer function; CloudFront signs for both of its members."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from localaws.reference.resources import document, for_cloudfront
from localaws.reference.site import HOME_REGION, Site

VIRGINIA, SYDNEY = "us-east-1", "ap-southeast-2"


@pytest.fixture(autouse=True)
def _later(near: Site) -> Iterator[None]:
    near.sent.clear()
    yield
    near.unreachable.clear()
    near.now += 400 * 86400  # all copies are expired


def put_only(near: Site, region: str, key: str, body: bytes) -> None:
    near.local_aws.client("s3", region).put_object(Bucket=near.deployment.buckets[region], Key=key, Body=body)


def asked(near: Site) -> list[str]:
    return [next(region for region in near.deployment.buckets if region in request.host) for request in near.sent]


@pytest.mark.parametrize(("pop", "region"), [("ARN", HOME_REGION), ("IAD", VIRGINIA), ("SYD", SYDNEY)])
def test_the_nearest_bucket_answers(near: Site, pop: str, region: str) -> None:
    reply = near.get("/where", pop)
    assert (reply.status, reply.body.decode(), reply.region, reply.result) == (200, region, region, "Miss")
    assert near.get("/where", pop).result == "Hit"
    assert asked(near) == [region]


def test_cloudfront_signs_with_its_own_name_for_the_buckets_region(near: Site) -> None:
    near.get("/where", "SYD")
    (request,) = near.sent
    signed = dict(request.headers)["Authorization"]
    assert re.match(rf"AWS4-HMAC-SHA256 Credential=ASIA\w+/\d+/{SYDNEY}/s3/aws4_request, ", signed)
    names = "host;x-amz-cf-id;x-amz-content-sha256;x-amz-date;x-amz-security-token"
    assert f"SignedHeaders={names}," in signed


def test_an_object_the_nearest_bucket_lacks_comes_from_the_next(near: Site) -> None:
    put_only(near, HOME_REGION, "new", b"1")
    near.local_aws.client("s3", VIRGINIA).delete_object(Bucket=near.deployment.buckets[VIRGINIA], Key="new")
    assert near.get("/new", "IAD").body == b"1"
    assert asked(near) == [VIRGINIA, HOME_REGION]
    assert near.get("/none", "IAD").status == 404
    assert asked(near) == [VIRGINIA, HOME_REGION] * 2
    assert near.get("/none", "IAD", method="HEAD").status == 404


@pytest.mark.parametrize(("error", "status"), [(ConnectionRefusedError("refused"), 502), (TimeoutError(), 504)])
def test_an_unreachable_origin_fails_over(near: Site, error: OSError, status: int) -> None:
    near.unreachable[near.host(VIRGINIA)] = error
    assert near.get("/where", "IAD").body.decode() == HOME_REGION
    assert near.get("/where", "IAD").result == "Hit"  # the cache does not depend on the origin
    near.unreachable[near.host(HOME_REGION)] = error
    reply = near.get("/elsewhere", "IAD")
    assert (reply.status, reply.result) == (status, "Error")
    assert "Traceback" not in reply.body.decode()


def test_without_a_selection_the_static_group_serves(near: Site) -> None:
    put_only(near, VIRGINIA, "untouched", b"second")
    assert near.get("/untouched", "SYD").body == b"second"
    assert asked(near) == [HOME_REGION, VIRGINIA]


def test_one_origin_is_selected_by_its_id(near: Site) -> None:
    assert near.get(f"/select/{SYDNEY}/where", "ARN").body.decode() == SYDNEY
    reply = near.get("/select/moon/where", "ARN")
    assert (reply.status, reply.result) == (502, "FunctionValidationError")
    assert "no origin 'moon'" in reply.body.decode()


def test_the_assigned_origin_is_updated_and_still_signed_for(near: Site) -> None:
    assert near.get(f"/update/{near.host(SYDNEY)}", "ARN").body.decode() == SYDNEY
    (request,) = near.sent
    assert dict(request.headers)["x-updated"] == "yes"
    assert f"/{SYDNEY}/s3/aws4_request" in dict(request.headers)["Authorization"]
    reply = near.get("/update/www.example.com", "SYD")
    assert (reply.status, b"www.example.com" in reply.body) == (502, True)


def test_conditions_and_parts_reach_the_bucket_and_the_copy(near: Site) -> None:
    near.put("digits", b"0123456789")
    etag = near.get("/digits", "SYD", method="HEAD").headers["etag"]
    assert near.get("/digits", "SYD", If_None_Match=etag).status == 304
    for result in ("Miss", "Miss"):
        part = near.get("/digits", "SYD", Range="bytes=2-4")
        assert (part.status, part.body, part.result) == (206, b"234", result)
    assert near.get("/digits", "SYD").result == "Miss"
    assert near.get("/digits", "SYD", Range="bytes=2-4").result == "Hit"


@pytest.mark.parametrize(
    ("policy", "there", "missing"),
    [
        ("none", 403, 403),
        ("for another distribution", 403, 403),
        ("may not list", 200, 403),
        ("may list", 200, 404),
    ],
)
def test_the_buckets_policy_decides(near: Site, policy: str, there: int, missing: int) -> None:
    bucket, s3 = near.deployment.buckets[SYDNEY], near.local_aws.client("s3", SYDNEY)
    original = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    arn = near.deployment.distribution_arn + ("X" if policy == "for another distribution" else "")
    may_list, may_read = for_cloudfront(arn, f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*")
    if policy == "none":
        s3.delete_bucket_policy(Bucket=bucket)
    else:
        allowed = [may_read] if policy == "may not list" else [may_list, may_read]
        s3.put_bucket_policy(Bucket=bucket, Policy=document(allowed))
    try:
        assert near.get(f"/select/{SYDNEY}/where").status == there
        assert near.get(f"/select/{SYDNEY}/none").status == missing
    finally:
        s3.put_bucket_policy(Bucket=bucket, Policy=original)
