"""s3_multi_region_access_point_info against local AWS: one access point, a site's or all, and what goes on there."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from modules.access_points import INFO, AccessPoints
from modules.runner import SITE, ModuleFailed, Modules


def test_one_and_a_sites_and_all(point: AccessPoints) -> None:
    point.run()
    policy = point.policy("s3:GetObject")
    point.run(policy=policy)
    (found,) = point.info()["access_points"]
    assert found.pop("created_at")
    assert found == {
        "name": point.name,
        "alias": point.alias(),
        "arn": f"arn:aws:s3::{point.cloud.account_id}:accesspoint/{point.alias()}",
        "domain_name": f"{point.alias()}.accesspoint.s3-global.amazonaws.com",
        "status": "READY",
        "buckets": sorted(point.buckets.values()),
        "regions": point.buckets,
        "policy_established": policy,
        "policy_proposed": None,
        "routes": dict.fromkeys(point.buckets, 100),
    }
    other = AccessPoints(point.modules, {"us-east-1": point.buckets["us-east-1"]})
    other.name = f"other-{point.name}"
    other.run()
    of_site, of_all = (
        [found["name"] for found in answer["access_points"]]
        for answer in (point.modules.run(INFO, site=SITE), point.modules.run(INFO))
    )
    assert point.name in of_site and other.name not in of_site
    assert {point.name, other.name} <= set(of_all)
    assert of_all == sorted(of_all)


def test_what_goes_on_is_told(point: AccessPoints) -> None:
    point.run()
    policy = point.policy("s3:GetObject")
    point.cloud.behave(
        access_point_policy_seconds=3600.0,
        routes_unavailable="us-east-1,us-west-2,ap-southeast-2,ap-northeast-1,eu-west-1",
    )
    point.run(policy=policy, wait=False)
    (found,) = point.info()["access_points"]
    assert (found["policy_established"], found["policy_proposed"]) == (None, policy)
    assert (found["status"], found["routes"]) == ("INCONSISTENT_ACROSS_REGIONS", None)


def test_what_may_not_be_read_is_told(point: AccessPoints) -> None:
    nobody = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    without = Modules(point.cloud, point.cloud.create_user("nobody", nobody))
    with pytest.raises(ModuleFailed, match=r"AccessDenied from GetMultiRegionAccessPoint: .*Allow the call"):
        point.info(without)


def test_there_is_none(point: AccessPoints) -> None:
    found = point.info()
    assert (found["changed"], found["access_points"]) == (False, [])
