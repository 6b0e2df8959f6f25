"""s3_multi_region_access_point_routes against local AWS, where endpoints are down and changes take effect late."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from modules.runner import ModuleFailed, Modules
from modules.users import deployer

MODULE = "s3_multi_region_access_point_routes"
REGIONS = ["ap-south-1", "eu-north-1", "us-east-1"]
ALL_IN_SERVICE = dict.fromkeys(REGIONS, 100)
ALL_BUT_ONE = "us-east-1,us-west-2,ap-southeast-2,ap-northeast-1"
SUBMIT = "PATCH /v20180820/mrap/instances/{arn}/routes"


def create(local_aws: LocalAws, name: str, regions: list[str]) -> str:
    """The ARN of a new MRAP."""
    members = []
    for region in regions:
        location = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        local_aws.client("s3", region).create_bucket(Bucket=f"{name}-{region}", **location)
        members.append({"Bucket": f"{name}-{region}"})
    control = local_aws.client("s3control", "us-west-2")
    control.create_multi_region_access_point(AccountId=local_aws.account_id, Details={"Name": name, "Regions": members})
    found = control.get_multi_region_access_point(AccountId=local_aws.account_id, Name=name)["AccessPoint"]
    return f"arn:aws:s3::{local_aws.account_id}:accesspoint/{found['Alias']}"


@pytest.fixture(scope="module")
def mrap(local_aws: LocalAws) -> str:
    return create(local_aws, "routes", REGIONS)


@pytest.fixture
def arn(local_aws: LocalAws, mrap: str) -> Iterator[str]:
    """The ARN of an MRAP whose Regions are all in service, before and after the test."""
    yield mrap
    local_aws.behave()
    local_aws.client("s3control", "eu-west-1").submit_multi_region_access_point_routes(
        AccountId=local_aws.account_id,
        Mrap=mrap,
        RouteUpdates=[{"Region": region, "TrafficDialPercentage": 100} for region in REGIONS],
    )


def test_a_region_is_taken_out_of_service_and_restored(modules: Modules, arn: str) -> None:
    predicted = modules.run(MODULE, check=True, diff=True, arn=arn, out_of_service=["us-east-1"])
    out = modules.run(MODULE, arn=arn, out_of_service=["us-east-1"])
    again = modules.run(MODULE, arn=arn, out_of_service=["us-east-1"])
    back = modules.run(MODULE, arn=arn, dials=out["previous"])
    after = {**ALL_IN_SERVICE, "us-east-1": 0}
    assert (predicted["plan"], predicted["mutating"], predicted["routes"]) == (out["plan"], [], after)
    assert predicted["diff"] == {"before": ALL_IN_SERVICE, "after": after}
    assert out["mutating"] == [SUBMIT.format(arn=arn)]
    assert (out["routes"], out["previous"]) == (after, ALL_IN_SERVICE)
    assert (out["in_service"], out["out_of_service"]) == (["ap-south-1", "eu-north-1"], ["us-east-1"])
    assert (again["changed"], again["plan"], again["mutating"], again["routes"]) == (False, [], [], after)
    assert (back["routes"], back["previous"]) == (ALL_IN_SERVICE, after)


def test_state_absent_restores_all_regions(modules: Modules, arn: str) -> None:
    modules.run(MODULE, arn=arn, out_of_service=["us-east-1", "ap-south-1"])
    assert modules.run(MODULE, arn=arn, state="absent")["routes"] == ALL_IN_SERVICE
    assert modules.run(MODULE, arn=arn, state="absent")["mutating"] == []


def test_one_endpoint_of_five_is_enough_regardless_of_the_users_region(modules: Modules, arn: str) -> None:
    modules.local_aws.behave(routes_unavailable=ALL_BUT_ONE)
    out = modules.run(MODULE, arn=arn, out_of_service=["eu-north-1"], region="af-south-1")
    assert (out["endpoint"], out["routes"]["eu-north-1"]) == ("eu-west-1", 0)


def test_if_no_endpoint_answers_the_message_names_all(modules: Modules, arn: str) -> None:
    modules.local_aws.behave(routes_unavailable=f"{ALL_BUT_ONE},eu-west-1")
    regions = "us-east-1, us-west-2, ap-southeast-2, ap-northeast-1, eu-west-1"
    with pytest.raises(ModuleFailed, match=f"No endpoint for routes answered. {regions}: SlowDown"):
        modules.run(MODULE, arn=arn, out_of_service=["eu-north-1"])


def test_the_module_waits_until_the_routes_are_in_effect(modules: Modules, arn: str) -> None:
    modules.local_aws.behave(mrap_routes_seconds=3600.0)
    with pytest.raises(ModuleFailed, match=r"not ready after 0 s \(not in effect yet in us-east-1\).*run it again"):
        modules.run(MODULE, arn=arn, out_of_service=["us-east-1"], wait_timeout=0)
    modules.local_aws.behave()
    assert modules.run(MODULE, arn=arn, out_of_service=["us-east-1"])["mutating"] == []
    modules.local_aws.behave(mrap_routes_seconds=0.3)
    assert modules.run(MODULE, arn=arn, out_of_service=[])["routes"] == ALL_IN_SERVICE


def test_without_wait(modules: Modules, arn: str) -> None:
    modules.local_aws.behave(mrap_routes_seconds=3600.0)
    out = modules.run(MODULE, arn=arn, out_of_service=["us-east-1"], wait=False)
    assert (out["changed"], out["routes"]) == (True, {**ALL_IN_SERVICE, "us-east-1": 0})


def test_two_concurrent_runs_end_with_the_routes_of_one(modules: Modules, arn: str) -> None:
    """The second one is refused until the first one's change is in effect, and then plans again."""
    local_aws = modules.local_aws
    local_aws.behave(mrap_routes_seconds=0.4)
    local_aws.client("s3control", "us-west-2").submit_multi_region_access_point_routes(
        AccountId=local_aws.account_id, Mrap=arn, RouteUpdates=[{"Region": "ap-south-1", "TrafficDialPercentage": 0}]
    )
    out = modules.run(MODULE, arn=arn, out_of_service=["us-east-1"])
    assert out["routes"] == {**ALL_IN_SERVICE, "us-east-1": 0}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"out_of_service": ["eu-west-1"]}, "eu-west-1 is not in .* its Regions are ap-south-1, eu-north-1, us-east-1"),
        ({"out_of_service": REGIONS}, "No Region .* would be left in service"),
        ({"dials": {"us-east-1": 50}}, r"dials: us-east-1 must be 100 \(in service\) or 0, not 50"),
        ({"dials": {}, "out_of_service": []}, "mutually exclusive"),
        ({}, "any of the following are missing: out_of_service, dials"),
        ({"arn": "my-site", "out_of_service": []}, "is not the ARN of a Multi-Region Access Point"),
        ({"arn": "(known after apply)", "out_of_service": []}, "is not the ARN of a Multi-Region Access Point"),
    ],
)
def test_invalid_options_are_refused_before_any_change(
    modules: Modules, arn: str, options: dict[str, Any], words: str
) -> None:
    before = len(modules.local_aws.requests())
    with pytest.raises(ModuleFailed, match=words):
        modules.run(MODULE, **{"arn": arn, **options})
    assert not [entry for entry in modules.local_aws.requests(before) if entry["mutating"]]


def test_check_mode_accepts_an_mrap_that_does_not_exist_yet(modules: Modules) -> None:
    predicted = modules.run(MODULE, check=True, arn="(known after apply)", out_of_service=["us-east-1"])
    assert (predicted["plan"], predicted["routes"], predicted["endpoint"]) == (
        ["Take us-east-1 out of service"],
        {"us-east-1": 0},
        None,
    )


def test_the_only_region_cannot_be_taken_out_of_service(modules: Modules, local_aws: LocalAws) -> None:
    alone = create(local_aws, "alone", ["us-east-1"])
    with pytest.raises(ModuleFailed, match=f"{alone} is a Multi-Region Access Point with one Region"):
        modules.run(MODULE, arn=alone, out_of_service=["us-east-1"])


@pytest.mark.parametrize("call", ["GetMultiRegionAccessPointRoutes", "SubmitMultiRegionAccessPointRoutes"])
def test_both_permissions_are_needed_and_a_missing_one_is_reported(modules: Modules, arn: str, call: str) -> None:
    with pytest.raises(ModuleFailed, match=f"AccessDenied from {call}: .*Allow the call"):
        deployer(modules.local_aws, f"s3:{call}").run(MODULE, arn=arn, out_of_service=["us-east-1"])
