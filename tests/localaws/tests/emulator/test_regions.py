"""Enabled and disabled Regions: DescribeRegions, and the refusals of S3."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from localaws.geo import load_regions
from localaws.local_aws import LocalAws
from localaws.tests.emulator.mrap_client import MrapClient, make_buckets
from localaws.tests.emulator.reference import allow
from localaws.tests.emulator.wire import code_of

OPT_IN = "af-south-1"


@pytest.fixture(scope="module")
def bucket(local_aws: LocalAws) -> str:
    name = make_buckets(local_aws, "regions", ("us-east-1", OPT_IN))[OPT_IN]
    local_aws.client("s3", OPT_IN).put_object(Bucket=name, Key="k", Body=b"1")
    return name


@pytest.fixture(autouse=True)
def usual_behaviour(local_aws: LocalAws) -> Iterator[None]:
    yield
    local_aws.behave()


def statuses(local_aws: LocalAws, **options: Any) -> dict[str, str]:
    answer = local_aws.client("ec2").describe_regions(**options)
    return {region["RegionName"]: region["OptInStatus"] for region in answer["Regions"]}


def test_every_region_has_its_status(local_aws: LocalAws) -> None:
    def status(opt_in: bool) -> str:
        return "opted-in" if opt_in else "opt-in-not-required"

    regions = load_regions()
    found = statuses(local_aws, AllRegions=True)
    assert {name: found[name] for name in regions} == {name: status(region.opt_in) for name, region in regions.items()}


def test_a_region_may_be_disabled(local_aws: LocalAws) -> None:
    local_aws.behave(disabled_regions=f"{OPT_IN}, ap-east-1, us-east-1")
    found = statuses(local_aws, AllRegions=True)
    wanted = {OPT_IN: "not-opted-in", "ap-east-1": "not-opted-in"}
    assert {name: status for name, status in found.items() if status == "not-opted-in"} == wanted
    assert found["us-east-1"] == "opt-in-not-required"  # it cannot be disabled
    assert set(found) - set(statuses(local_aws)) == set(wanted)
    assert statuses(local_aws, AllRegions=True, RegionNames=[OPT_IN]) == {OPT_IN: "not-opted-in"}
    disabled = [{"Name": "opt-in-status", "Values": ["not-opted-in"]}]
    assert statuses(local_aws, AllRegions=True, Filters=disabled) == wanted
    assert code_of(lambda: statuses(local_aws, RegionNames=["eu-nowhere-1"])) == ("InvalidParameterValue", 400)


def test_describe_regions_has_no_resource(local_aws: LocalAws) -> None:
    asker = local_aws.create_user("regions-asker", allow("ec2:DescribeRegions", "*"))
    assert local_aws.client("ec2", credentials=asker).describe_regions(AllRegions=True)["Regions"]
    without = local_aws.client("ec2", credentials=local_aws.create_user("regions-no-rights", allow("ec2:Run*", "*")))
    assert code_of(without.describe_regions) == ("UnauthorizedOperation", 403)


def test_s3_refuses_in_a_disabled_region(local_aws: LocalAws, bucket: str) -> None:
    writer = local_aws.create_user("regions-writer", allow("s3:*", "*"))
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{local_aws.account_id}:root"}}
    trust_policy = json.dumps({"Version": "2012-10-17", "Statement": [{**trust, "Action": "sts:AssumeRole"}]})
    role = local_aws.client("iam").create_role(RoleName="regions", AssumeRolePolicyDocument=trust_policy)["Role"]
    keys = local_aws.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="regions")["Credentials"]
    session = type(writer)(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    local_aws.behave(disabled_regions=OPT_IN)
    location = {"CreateBucketConfiguration": {"LocationConstraint": OPT_IN}}
    there = local_aws.client("s3", OPT_IN, writer)
    unknown = ("InvalidAccessKeyId", 403)
    assert code_of(lambda: there.create_bucket(Bucket="regions-new", **location)) == unknown
    assert code_of(lambda: there.get_object(Bucket=bucket, Key="k")) == unknown
    s3control = local_aws.client("s3control", OPT_IN, writer)
    assert code_of(lambda: s3control.list_jobs(AccountId=local_aws.account_id)) == unknown
    malformed = code_of(lambda: local_aws.client("s3", OPT_IN, session).get_object(Bucket=bucket, Key="k"))
    assert malformed == ("InvalidToken", 400)
    elsewhere = code_of(lambda: local_aws.client("s3").create_bucket(Bucket="regions-new", **location))
    assert elsewhere == ("InvalidLocationConstraint", 400)
    local_aws.behave()
    assert there.get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"


def test_an_mrap_has_no_new_member_there(local_aws: LocalAws, bucket: str) -> None:
    points = MrapClient(local_aws)
    points.create("regions", bucket, "regions-us-east-1")
    mrap, s3 = points.arn("regions"), local_aws.client("s3")
    points.dial(mrap, us_east_1=0)
    local_aws.behave(disabled_regions=OPT_IN)
    assert code_of(lambda: points.create("regions-2", bucket, "regions-us-east-1")) == ("InvalidRegion", 403)
    # Disabled later: requests routed there are refused.
    assert code_of(lambda: s3.get_object(Bucket=mrap, Key="k")) == ("AllAccessDisabled", 403)
    local_aws.behave()
    assert s3.get_object(Bucket=mrap, Key="k")["Body"].read() == b"1"
