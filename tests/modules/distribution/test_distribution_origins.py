"""cloudfront_distribution against local AWS: origins are added and removed, of a type that CloudFront accepts."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from modules.distributions import TLS, Distributions, bucket, custom, signed_mrap
from modules.runner import SITE, ModuleFailed


def test_an_origin_is_added_then_switched_to_then_the_old_one_removed(site: Distributions) -> None:
    control = site.control("sigv4")
    site.run()
    buckets = [bucket("eu-north-1", control), bucket("us-east-1", control)]
    group = {
        "id": "buckets",
        "failover_criteria": {"status_codes": [404, 500]},
        "members": [{"origin_id": "eu-north-1"}, {"origin_id": "us-east-1"}],
    }
    beside = {"name": SITE, "origins": buckets, "origin_groups": [group], "purge_origins": False}
    site.modules.run("cloudfront_distribution", **beside)
    assert {origin["Id"] for origin in site.config()["Origins"]["Items"]} == {"access-point", "eu-north-1", "us-east-1"}
    assert site.modules.run("cloudfront_distribution", **beside)["mutating"] == []
    behavior = {**site.options()["default_cache_behavior"], "target_origin_id": "buckets"}
    switched = {**beside, "default_cache_behavior": behavior}
    site.modules.run("cloudfront_distribution", **switched)
    site.modules.run("cloudfront_distribution", **{**switched, "purge_origins": True})
    assert [origin["Id"] for origin in site.config()["Origins"]["Items"]] == ["eu-north-1", "us-east-1"]
    assert site.modules.run("cloudfront_distribution", **{**switched, "purge_origins": True})["mutating"] == []


@pytest.mark.parametrize(
    ("refused", "shape"), [("custom", "S3OriginConfig"), ("s3", "CustomOriginConfig"), ("", "Custom")]
)
def test_an_mrap_with_an_origin_access_control(site: Distributions, refused: str, shape: str) -> None:
    site.local_aws.behave(mrap_origin_refused=refused)
    origin = signed_mrap(site)
    made = site.run(origins=[origin])
    assert len(made["mutating"]) == (2 if refused == "custom" else 1)
    (live,) = site.config()["Origins"]["Items"]
    assert any(key.startswith(shape) for key in live)
    assert site.run(origins=[origin])["mutating"] == []
    assert site.run(origins=[{**origin, "custom_origin_config": TLS}])["mutating"] == []
    # CloudFront may accept the other origin type later; and the signature may move to Lambda@Edge and back.
    site.local_aws.behave(mrap_origin_refused="s3" if refused == "custom" else "custom")
    site.run(origins=[origin], comment="shop, new")
    assert site.run(origins=[origin], comment="shop, new")["mutating"] == []
    site.run(origins=[custom(origin_access_control_id="")])
    assert "CustomOriginConfig" in site.config()["Origins"]["Items"][0]
    assert site.run(origins=[custom(origin_access_control_id="")])["mutating"] == []


def test_an_explicit_origin_type_is_not_replaced(site: Distributions) -> None:
    site.local_aws.behave(mrap_origin_refused="custom")
    origin = signed_mrap(site)
    with pytest.raises(ModuleFailed, match="The origin type and OAC origin type differ"):
        site.run(origins=[origin], mrap_origin_shape="custom")
    site.run(origins=[origin], mrap_origin_shape="s3")


@pytest.mark.parametrize("code", ["InvalidOrigin", "IllegalOriginAccessConfiguration"])
def test_the_error_for_the_other_origin_type_may_be_another_one(site: Distributions, code: str) -> None:
    site.local_aws.behave(mrap_origin_refused="custom", mrap_origin_refusal_code=code)
    origin = signed_mrap(site)
    site.run(origins=[origin])
    assert "S3OriginConfig" in site.config()["Origins"]["Items"][0]
    site.local_aws.behave(mrap_origin_refused="s3", mrap_origin_refusal_code=code)
    site.run(origins=[origin], comment="shop, new")


def test_two_refused_origin_types_are_both_reported(site: Distributions) -> None:
    site.local_aws.behave(mrap_origin_refused="custom, s3")
    origin = signed_mrap(site)
    with pytest.raises(ModuleFailed, match="refuses both types") as failed:
        site.run(origins=[origin])
    assert "The origin type and OAC origin type differ" in str(failed.value)
    assert "does not refer to a valid S3 bucket" in str(failed.value)
    assert site.all() == []
