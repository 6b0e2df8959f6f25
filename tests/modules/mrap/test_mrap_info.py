"""s3_multi_region_access_point_info against local AWS: one MRAP, the MRAPs of a site, or all, with their status."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from modules.mraps import INFO, Mraps
from modules.runner import SITE, ModuleFailed, Modules


def test_one_mrap_those_of_a_site_and_all(mrap: Mraps) -> None:
    mrap.run()
    policy = mrap.policy("s3:GetObject")
    mrap.run(policy=policy)
    (found,) = mrap.info()["multi_region_access_points"]
    assert found.pop("created_at")
    assert found == {
        "name": mrap.name,
        "alias": mrap.alias(),
        "arn": f"arn:aws:s3::{mrap.local_aws.account_id}:accesspoint/{mrap.alias()}",
        "domain_name": f"{mrap.alias()}.accesspoint.s3-global.amazonaws.com",
        "status": "READY",
        "buckets": sorted(mrap.buckets.values()),
        "regions": mrap.buckets,
        "policy_established": policy,
        "policy_proposed": None,
        "routes": dict.fromkeys(mrap.buckets, 100),
    }
    other = Mraps(mrap.modules, {"us-east-1": mrap.buckets["us-east-1"]})
    other.name = f"other-{mrap.name}"
    other.run()
    of_site, of_all = (
        [found["name"] for found in answer["multi_region_access_points"]]
        for answer in (mrap.modules.run(INFO, site=SITE), mrap.modules.run(INFO))
    )
    assert mrap.name in of_site and other.name not in of_site
    assert {mrap.name, other.name} <= set(of_all)
    assert of_all == sorted(of_all)


def test_an_operation_in_progress_is_returned(mrap: Mraps) -> None:
    mrap.run()
    policy = mrap.policy("s3:GetObject")
    mrap.local_aws.behave(
        mrap_policy_seconds=3600.0,
        routes_unavailable="us-east-1,us-west-2,ap-southeast-2,ap-northeast-1,eu-west-1",
    )
    mrap.run(policy=policy, wait=False)
    (found,) = mrap.info()["multi_region_access_points"]
    assert (found["policy_established"], found["policy_proposed"]) == (None, policy)
    assert (found["status"], found["routes"]) == ("INCONSISTENT_ACROSS_REGIONS", None)


def test_missing_permissions_to_read_are_reported(mrap: Mraps) -> None:
    deny_all = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    without = Modules(mrap.local_aws, mrap.local_aws.create_user("denied", deny_all))
    with pytest.raises(ModuleFailed, match=r"AccessDenied from GetMultiRegionAccessPoint: .*Allow the call"):
        mrap.info(without)


def test_no_mrap(mrap: Mraps) -> None:
    found = mrap.info()
    assert (found["changed"], found["multi_region_access_points"]) == (False, [])
