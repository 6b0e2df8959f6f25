# SPDX-License-Identifier: GPL-3.0-or-later

"""What the signer may do: read what the access points and buckets hold, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from unit.role_variables import rendered

ACCOUNT = "111122223333"
ARN = f"arn:aws:s3::{ACCOUNT}:accesspoint/mfzwi23gnjvgw.mrap"
KEY = "arn:aws:kms:{}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
# Where regional edge caches are, and so functions at the edge run.
CACHES = {
    *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "sa-east-1"),
    *("eu-central-1", "eu-west-1", "eu-west-2"),
    *("ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2"),
}
BUCKETS = {"us-east-1": "site-b", "eu-north-1": "site-a"}


GIVEN: dict[str, Any] = {
    "origin_request_site": "site",
    "origin_request_account_id": ACCOUNT,
    "origin_request_buckets": BUCKETS,
    "origin_request_access_point_arns": [ARN],
    "origin_request_home_region": "eu-north-1",
}


def statements(**given: Any) -> dict[str, Any]:
    """By Sid."""
    (policy,) = rendered("origin_request", "__origin_request_policies", **{**GIVEN, **given})
    return {statement["Sid"]: statement for statement in policy["statements"]}


def test_it_reads_through_the_access_point_and_from_its_buckets_only() -> None:
    found = statements()
    assert set(found) == {"ReadObjects", "TellWhatIsMissing", "WriteItsLog"}
    assert found["ReadObjects"]["Resource"] == [f"{ARN}/object/*", "arn:aws:s3:::site-a/*", "arn:aws:s3:::site-b/*"]
    assert found["TellWhatIsMissing"]["Resource"] == [ARN, "arn:aws:s3:::site-a", "arn:aws:s3:::site-b"]


@pytest.mark.parametrize("regions", [["eu-north-1"], ["us-east-1", "eu-north-1"]])
def test_with_keys_it_decrypts_in_the_context_of_these_buckets_only(regions: list[str]) -> None:
    found = statements(origin_request_kms_keys={region: KEY.format(region) for region in regions})["DecryptObjects"]
    assert found["Action"] == "kms:Decrypt"
    assert found["Resource"] == [KEY.format(region) for region in sorted(regions)]
    assert found["Condition"] == {
        "StringEquals": {"kms:ViaService": [f"s3.{region}.amazonaws.com" for region in sorted(regions)]},
        "StringLike": {
            "kms:EncryptionContext:aws:s3:arn": [
                *("arn:aws:s3:::site-a", "arn:aws:s3:::site-b"),
                *("arn:aws:s3:::site-a/*", "arn:aws:s3:::site-b/*"),
            ]
        },
    }


def test_without_an_access_point_it_reads_the_buckets_only() -> None:
    found = statements(origin_request_access_point_arns=[])
    assert found["ReadObjects"]["Resource"] == ["arn:aws:s3:::site-a/*", "arn:aws:s3:::site-b/*"]


@pytest.mark.parametrize("name", ["/site/map", "site/map"])
def test_a_map_in_a_parameter_may_be_read(name: str) -> None:
    config = {"mode": "region_map", "parameter": {"name": name, "region": "us-east-1"}}
    assert statements(origin_request_config=config)["ReadTheMap"]["Resource"] == (
        f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/site/map"
    )


def configuration(**given: Any) -> Any:
    return rendered("origin_request", "__origin_request_config", **{**GIVEN, **given})


def test_for_an_access_point_no_configuration_is_needed() -> None:
    assert configuration() == {}
    assert configuration(origin_request_query_strings=["v"]) == {"mode": "mrap", "query": ["v"]}


def test_a_region_map_has_the_nearest_bucket_and_the_next_for_each_regional_edge_cache() -> None:
    made = configuration(origin_request_origin="region_map")
    assert made["buckets"] == {"site-a": "eu-north-1", "site-b": "us-east-1"}
    assert made["default"] == "site-a"
    assert made["map"].keys() == made["next"].keys() == CACHES
    assert (made["map"]["eu-west-2"], made["next"]["eu-west-2"]) == ("site-a", "site-b")
    assert (made["map"]["us-west-2"], made["next"]["us-west-2"]) == ("site-b", "site-a")


def test_buckets_that_are_about_to_leave_are_not_picked() -> None:
    made = configuration(origin_request_origin="region_map", origin_request_regions=["eu-north-1"])
    assert made["buckets"] == {"site-a": "eu-north-1"}
    assert (set(made["map"].values()), made["next"]) == ({"site-a"}, {})


def test_a_record_is_named_to_the_signer() -> None:
    made = configuration(origin_request_origin="dns_record", origin_request_dns_record="bucket.example.com")
    assert made == {
        "mode": "dns_record",
        "buckets": {"site-a": "eu-north-1", "site-b": "us-east-1"},
        "default": "site-a",
        "record": "bucket.example.com",
    }
