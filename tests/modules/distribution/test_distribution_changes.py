"""cloudfront_distribution against local AWS: created, changed, unchanged, waited for and deleted."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from modules.distributions import CACHING_OPTIMIZED, CREATE, DELETE, UPDATE, Distributions, custom, kinds
from modules.runner import SITE, ModuleFailed


def test_creation_and_deletion(site: Distributions) -> None:
    predicted = site.run(check=True)
    assert predicted["mutating"] == []
    assert predicted["distribution"]["id"] == "(known after apply)"
    made = site.run()
    assert (made["plan"], kinds(made)) == (predicted["plan"], [CREATE])
    for member in ("aliases", "origin_domain_names"):
        assert predicted["distribution"][member] == made["distribution"][member]
    assert made["distribution"]["tags"] == {"team": "web", "multiregion-edge": SITE}
    again = site.run(diff=True)
    assert (again["mutating"], again["changed"]) == ([], False)
    assert again["diff"]["before"] == again["diff"]["after"]

    (facts,) = site.info()
    assert (facts["id"], facts["enabled"], facts["in_progress_invalidations"]) == (site.only(), True, 0)
    assert facts["config"]["default_cache_behavior"]["target_origin_id"] == "access-point"
    assert facts["last_modified"].startswith("20")

    predicted = site.delete(check=True)
    assert (predicted["mutating"], predicted["distribution"]) == ([], None)
    gone = site.delete()
    assert (gone["plan"], kinds(gone), gone["distribution"]) == (predicted["plan"], [UPDATE, DELETE], None)
    assert site.delete()["changed"] is False
    assert site.all() == site.info() == []


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("comment", {"comment": "shop, new"}),
    ("enabled", {"enabled": False}),
    ("price_class", {"price_class": "PriceClass_100"}),
    ("http_version", {"http_version": "http2and3"}),
    ("is_ipv6_enabled", {"is_ipv6_enabled": True}),
    ("default_root_object", {"default_root_object": "start.html"}),
    ("web_acl_id", {"web_acl_id": "arn:aws:wafv2:us-east-1:111122223333:global/webacl/shop/1"}),
    ("custom_error_responses", {"custom_error_responses": [{"error_code": 404, "error_caching_min_ttl": 1}]}),
    ("restrictions", {"restrictions": {"geo_restriction": {"restriction_type": "blacklist", "items": ["AQ"]}}}),
    ("logging", {"logging": {"enabled": True, "include_cookies": False, "bucket": "l.s3.amazonaws.com", "prefix": ""}}),
    ("cache_tag_config", {"config": {"cache_tag_config": {"header_name": "x-amz-meta-cache-tag"}}}),
    ("origins", {"origins": [custom(connection_attempts=2, connection_timeout=5)]}),
    (
        "cache_behaviors",
        {
            "cache_behaviors": [
                {"path_pattern": pattern, "target_origin_id": "access-point", "viewer_protocol_policy": "https-only"}
                | {"cache_policy_id": CACHING_OPTIMIZED}
                for pattern in ("/b/*", "/a/*")
            ]
        },
    ),
    (
        "aliases, viewer_certificate",
        {
            "aliases": ["www.example.com"],
            "viewer_certificate": {
                "acm_certificate_arn": "arn:aws:acm:us-east-1:111122223333:certificate/1",
                "ssl_support_method": "sni-only",
                "minimum_protocol_version": "TLSv1.2_2021",
            },
        },
    ),
]


@pytest.mark.parametrize(("members", "options"), CHANGES, ids=[case[0] for case in CHANGES])
def test_each_change_is_one_update_and_a_second_run_has_none(
    site: Distributions, members: str, options: dict[str, Any]
) -> None:
    site.run()
    predicted = site.run(check=True, diff=True, **options)
    changed = site.run(**options)
    assert changed["plan"] == predicted["plan"] == [f"Update the distribution {site.only()}: {members}"]
    assert kinds(changed) == [UPDATE]
    for member in ("aliases", "origin_domain_names"):
        assert predicted["distribution"][member] == changed["distribution"][member]
    before, after = predicted["diff"]["before"], predicted["diff"]["after"]
    assert {key for key in {**before, **after} if before.get(key) != after.get(key)} == set(members.split(", "))
    assert site.run(**options)["mutating"] == []
    # Options that are not given stay, except those with a default.
    given = {key: options[key] for key in ("comment", "enabled") if key in options}
    assert site.modules.run("cloudfront_distribution", name=SITE, **given)["mutating"] == []


def test_null_removes_a_setting(site: Distributions) -> None:
    site.run(config={"cache_tag_config": {"header_name": "x"}, "web_acl_id": "old-acl"})
    nulls = {"cache_tag_config": None, "web_acl_id": None, "restrictions": None}
    changed = site.run(config=nulls)
    assert changed["plan"] == [f"Update the distribution {site.only()}: cache_tag_config, web_acl_id"]
    assert "CacheTagConfig" not in site.config()
    assert site.run(config=nulls)["mutating"] == []


def test_unmanaged_tags_stay(site: Distributions) -> None:
    arn = site.run()["distribution"]["arn"]
    site.client.tag_resource(Resource=arn, Tags={"Items": [{"Key": "cost", "Value": "42"}]})
    assert site.run()["mutating"] == []
    changed = site.run(tags={"team": "ops"})
    assert kinds(changed)[0].startswith("POST")
    assert changed["distribution"]["tags"] == {"team": "ops", "cost": "42", "multiregion-edge": SITE}


def test_the_module_waits_for_the_deployment(site: Distributions) -> None:
    site.local_aws.behave(distribution_seconds=3600.0)
    started = site.run(wait=False)
    assert started["distribution"]["status"] == "InProgress"
    with pytest.raises(ModuleFailed, match=r"not ready after 0 s \(status InProgress\)"):
        site.run(wait_timeout=0)
    with pytest.raises(ModuleFailed, match=r"not ready after 0 s \(disabled, InProgress\).*1 of 2 steps were made"):
        site.delete(wait_timeout=0)
    later = site.delete(wait=False)
    assert (later["changed"], later["mutating"]) == (False, [])
    assert later["plan"] == [f"The next run deletes the distribution {site.only()}, once it is disabled everywhere"]
    site.local_aws.behave()
    site.run(enabled=True)
    site.local_aws.behave(distribution_seconds=3600.0)
    disabled = site.delete(wait=False)
    assert (kinds(disabled), disabled["distribution"]["status"]) == ([UPDATE], "InProgress")
    site.local_aws.behave()
    assert kinds(site.delete()) == [DELETE]
