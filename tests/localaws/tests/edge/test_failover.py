"""A static origin group: an MRAP signed for by a Lambda function, then a bucket with an OAC."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from localaws.local_aws import LocalAws
from localaws.reference.deployment import bucket_host, bucket_names
from localaws.reference.distribution import Distribution, bucket_origin
from localaws.reference.resources import allow_cloudfront_to_read, origin_access_control
from localaws.reference.site import HOME_REGION, REGIONS, Site
from localaws.tests.edge.samples import signed_by_lambda


@pytest.fixture(scope="module")
def group(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    control = origin_access_control(local_aws, "group-second", "sigv4")
    host = bucket_host(HOME_REGION, bucket_names(local_aws, REGIONS, "group")[HOME_REGION])

    def with_second(distribution: Distribution) -> Distribution:
        second = bucket_origin("second", host, control)
        return replace(distribution, origins=[*distribution.origins, second], group=("mrap", "second"))

    site = Site(local_aws, tmp_path_factory.mktemp("group"), "group", change=with_second, **signed_by_lambda())
    allow_cloudfront_to_read(local_aws, site.deployment.distribution_arn, site.deployment.buckets)
    with site.edge:
        yield site


@pytest.fixture(autouse=True)
def _later(group: Site) -> Iterator[None]:
    group.sent.clear()
    yield
    group.unreachable.clear()
    group.now += 400 * 86400


def test_the_lambda_runs_again_for_the_second_member(group: Site) -> None:
    assert (group.get("/where", "SYD").region, len(group.sent)) == ("ap-southeast-2", 1)
    group.unreachable[group.deployment.mrap_host] = ConnectionRefusedError("refused")
    group.now += 400 * 86400
    group.put("second", b"by the second")
    reply = group.get("/second", "SYD")
    assert (reply.status, reply.body, reply.region) == (200, b"by the second", HOME_REGION)
    _, primary, second = group.sent
    assert dict(primary.headers)["Authorization"].startswith("AWS4-ECDSA-P256-SHA256")
    # The function got an S3 origin and returned it, and CloudFront signed.
    assert dict(second.headers)["X-Seen"] == HOME_REGION
    assert dict(second.headers)["Authorization"].startswith("AWS4-HMAC-SHA256")
    assert second.host == group.host(HOME_REGION)


def test_a_failing_lambda_does_not_fail_over(group: Site) -> None:
    for path, result in (("/fail", "LambdaExecutionError"), ("/blocked", "LambdaValidationError")):
        assert group.get(path).result == result
    assert group.sent == []


def test_other_status_codes_do_not_fail_over(group: Site) -> None:
    group.put("forbidden", b"x")
    group.tamper = True
    try:
        assert group.get("/forbidden").status == 403
    finally:
        group.tamper = False
    assert len(group.sent) == 1


def test_other_methods_do_not_fail_over(group: Site) -> None:
    group.unreachable[group.deployment.mrap_host] = ConnectionRefusedError("refused")
    client, distribution_id = group.local_aws.client("cloudfront"), group.deployment.distribution_id
    found = client.get_distribution_config(Id=distribution_id)
    config = found["DistributionConfig"]
    methods = config["DefaultCacheBehavior"]["AllowedMethods"]
    methods.update(Quantity=3, Items=["GET", "HEAD", "OPTIONS"])
    for cached, asked in ((["GET", "HEAD"], 1), (["GET", "HEAD", "OPTIONS"], 2)):
        methods["CachedMethods"] = {"Quantity": len(cached), "Items": cached}
        etag = client.get_distribution_config(Id=distribution_id)["ETag"]
        client.update_distribution(Id=distribution_id, IfMatch=etag, DistributionConfig=config)
        group.edge.refresh()
        group.sent.clear()
        group.get("/where", method="OPTIONS")
        assert len(group.sent) == asked
