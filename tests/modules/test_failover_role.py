"""The role `failover` against local AWS, where changes take effect late: a failed drill restores the previous state."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from localaws.local_aws import LocalAws
from modules.role_runner import run_role
from modules.runner import Modules

REGIONS = ["eu-north-1", "us-east-1"]
BEFORE = {"eu-north-1": 100, "us-east-1": 100}


@pytest.fixture(scope="module")
def arn(local_aws: LocalAws) -> str:
    """The ARN of an MRAP whose Regions are all in service."""
    members = []
    for region in REGIONS:
        location = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        local_aws.client("s3", region).create_bucket(Bucket=f"drill-{region}", **location)
        members.append({"Bucket": f"drill-{region}"})
    control = local_aws.client("s3control", "us-west-2")
    control.create_multi_region_access_point(
        AccountId=local_aws.account_id, Details={"Name": "drill", "Regions": members}
    )
    found = control.get_multi_region_access_point(AccountId=local_aws.account_id, Name="drill")["AccessPoint"]
    return f"arn:aws:s3::{local_aws.account_id}:accesspoint/{found['Alias']}"


def dials(local_aws: LocalAws, arn: str) -> dict[str, int]:
    routes = local_aws.client("s3control", "us-east-1").get_multi_region_access_point_routes(
        AccountId=local_aws.account_id, Mrap=arn
    )["Routes"]
    return {route["Region"]: route["TrafficDialPercentage"] for route in routes}


def test_a_change_that_takes_effect_after_the_deadline_is_restored(modules: Modules, arn: str, tmp_path: Path) -> None:
    modules.local_aws.behave(mrap_routes_seconds=3.0)
    variables = {
        "failover_mrap_arn": arn,
        "failover_out_of_service": ["us-east-1"],
        "failover_probes": [{"name": "nowhere", "url": "http://127.0.0.1:9"}],
        "failover_wait_timeout": 0,
        "failover_drill": True,
    }
    status, output = run_role(modules, tmp_path, "failover", variables)
    assert status != 0
    assert "not ready after 0 s" in output and "not in effect yet in us-east-1" in " ".join(output.split())
    modules.local_aws.behave()
    assert dials(modules.local_aws, arn) == BEFORE
