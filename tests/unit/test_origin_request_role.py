# SPDX-License-Identifier: GPL-3.0-or-later

"""The permissions of the origin request function: to read from the MRAPs and buckets, and no others."""

from __future__ import annotations

from typing import Any

import pytest

from unit.role_variables import rendered

ACCOUNT = "111122223333"
ARN = f"arn:aws:s3::{ACCOUNT}:accesspoint/mfzwi23gnjvgw.mrap"
KEY = "arn:aws:kms:{}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
BUCKETS = {"us-east-1": "site-b", "eu-north-1": "site-a"}


GIVEN: dict[str, Any] = {
    "origin_request_site": "site",
    "origin_request_account_id": ACCOUNT,
    "origin_request_buckets": BUCKETS,
    "origin_request_mrap_arns": [ARN],
}


def statements(**given: Any) -> dict[str, Any]:
    """The statements by Sid."""
    (policy,) = rendered("origin_request", "__origin_request_policies", **{**GIVEN, **given})
    return {statement["Sid"]: statement for statement in policy["statements"]}


def test_it_reads_through_the_mrap_and_from_its_buckets_only() -> None:
    found = statements()
    assert set(found) == {"ReadObjects", "ListForMissingKeys", "WriteItsLog"}
    assert found["ReadObjects"]["Resource"] == [f"{ARN}/object/*", "arn:aws:s3:::site-a/*", "arn:aws:s3:::site-b/*"]
    assert found["ListForMissingKeys"]["Resource"] == [ARN, "arn:aws:s3:::site-a", "arn:aws:s3:::site-b"]


@pytest.mark.parametrize("regions", [["eu-north-1"], ["us-east-1", "eu-north-1"]])
def test_with_kms_keys_it_decrypts_in_the_context_of_these_buckets_only(regions: list[str]) -> None:
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


def test_without_an_mrap_it_reads_the_buckets_only() -> None:
    found = statements(origin_request_mrap_arns=[])
    assert found["ReadObjects"]["Resource"] == ["arn:aws:s3:::site-a/*", "arn:aws:s3:::site-b/*"]


@pytest.mark.parametrize("name", ["/site/map", "site/map"])
def test_a_map_in_a_parameter_may_be_read(name: str) -> None:
    config = {"mode": "region_map", "parameter": {"name": name, "region": "us-east-1"}}
    assert statements(origin_request_config=config)["ReadTheMap"]["Resource"] == (
        f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/site/map"
    )
