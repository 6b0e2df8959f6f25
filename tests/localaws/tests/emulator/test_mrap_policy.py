"""The policy of a Multi-Region Access Point is in effect when it is Established, not when it is put."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from localaws.local_aws import Credentials, LocalAws
from localaws.tests.emulator.mrap_client import MrapClient, make_buckets
from localaws.tests.emulator.wire import code_of

NAME = "policies"
Statement = dict[str, Any]


@pytest.fixture(scope="module")
def mraps(local_aws: LocalAws) -> MrapClient:
    client = MrapClient(local_aws)
    buckets = make_buckets(local_aws, NAME, ("us-east-1", "eu-west-1"))
    local_aws.client("s3").put_object(Bucket=buckets["us-east-1"], Key="k", Body=b"1")
    client.create(NAME, *buckets.values())
    return client


@pytest.fixture(scope="module")
def reader(local_aws: LocalAws, mraps: MrapClient) -> Credentials:
    allowed = [f"arn:aws:s3:::{NAME}-*/*", f"{mraps.arn(NAME)}/object/*"]
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": allowed}
    return local_aws.create_user("policies-reader", {"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(autouse=True)
def usual_behaviour(local_aws: LocalAws) -> Iterator[None]:
    yield
    local_aws.behave()


def statement(mraps: MrapClient, effect: str, **changed: Any) -> Statement:
    principal = {"AWS": f"arn:aws:iam::{mraps.account_id}:root"}
    resource = f"{mraps.arn(NAME)}/object/*"
    return {"Effect": effect, "Principal": principal, "Action": "s3:GetObject", "Resource": resource, **changed}


def document(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def test_a_policy_is_proposed_then_established(local_aws: LocalAws, mraps: MrapClient, reader: Credentials) -> None:
    s3, mrap = local_aws.client("s3", credentials=reader), mraps.arn(NAME)
    permissive = document(statement(mraps, "Allow"))
    forbidding = document(statement(mraps, "Deny", Principal="*"))
    assert mraps.outcome(mraps.put_policy(NAME, permissive)) == "SUCCEEDED"
    assert mraps.policy(NAME) == {"Established": permissive, "Proposed": permissive}
    assert s3.get_object(Bucket=mrap, Key="k")["Body"].read() == b"1"
    local_aws.behave(mrap_policy_seconds=60.0)
    arn = mraps.put_policy(NAME, forbidding)
    assert mraps.outcome(arn) == "NEW"
    assert mraps.policy(NAME) == {"Established": permissive, "Proposed": forbidding}
    assert mraps.get(NAME)["Status"] == "INCONSISTENT_ACROSS_REGIONS"
    assert s3.get_object(Bucket=mrap, Key="k")["Body"].read() == b"1"
    local_aws.behave()
    assert mraps.outcome(arn) == "SUCCEEDED"
    assert mraps.policy(NAME) == {"Established": forbidding, "Proposed": forbidding}
    assert mraps.get(NAME)["Status"] == "READY"
    assert code_of(lambda: s3.get_object(Bucket=mrap, Key="k")) == ("AccessDenied", 403)
    mraps.put_policy(NAME, permissive)


def test_one_change_at_a_time(local_aws: LocalAws, mraps: MrapClient) -> None:
    first, second = document(statement(mraps, "Allow")), document(statement(mraps, "Allow", Sid="Second"))
    local_aws.behave(mrap_policy_seconds=60.0)
    arn = mraps.put_policy(NAME, first, token="first")
    assert mraps.put_policy(NAME, first, token="first") == arn
    assert code_of(lambda: mraps.put_policy(NAME, second, token="first")) == ("ClientTokenConflict", 409)
    late = mraps.put_policy(NAME, second), mraps.delete(NAME)
    local_aws.behave()
    assert mraps.outcome(arn) == "SUCCEEDED"
    assert {mraps.outcome(other) for other in late} == {"MultiRegionAccessPointModifiedByAnotherRequest"}
    assert mraps.policy(NAME)["Established"] == first


def test_a_failed_policy_is_not_proposed_any_more(local_aws: LocalAws, mraps: MrapClient) -> None:
    before = document(statement(mraps, "Allow"))
    mraps.put_policy(NAME, before)
    local_aws.behave(mrap_failure="InternalErrors")
    assert mraps.outcome(mraps.put_policy(NAME, document(statement(mraps, "Deny")))) == "InternalErrors"
    assert mraps.policy(NAME) == {"Established": before, "Proposed": before}
    assert mraps.get(NAME)["Status"] == "READY"


def test_a_policy_has_its_own_mrap_as_resource(mraps: MrapClient) -> None:
    other = f"arn:aws:s3::{mraps.account_id}:accesspoint/other.mrap/object/*"
    without_principal = {key: value for key, value in statement(mraps, "Allow").items() if key != "Principal"}
    for policy in (
        "{",
        "[]",
        document(),
        document(without_principal),
        document(statement(mraps, "Perhaps")),
        document(statement(mraps, "Allow", Resource=other)),
        document(statement(mraps, "Allow"), statement(mraps, "Allow", Resource="*")),
        document(statement(mraps, "Allow", Resource=f"arn:aws:s3:::{NAME}-us-east-1/*")),
    ):
        assert mraps.outcome(mraps.put_policy(NAME, policy)) == "MalformedPolicy"
    public = document(statement(mraps, "Allow", Principal="*"))
    assert mraps.outcome(mraps.put_policy(NAME, public)) == "AccessDenied"  # public access is blocked
    assert mraps.outcome(mraps.put_policy("no-such", public)) == "NoSuchMultiRegionAccessPoint"


def test_the_policy_status_has_whether_it_is_public(local_aws: LocalAws, mraps: MrapClient) -> None:
    def is_public(name: str) -> bool:
        status = mraps.s3control.get_multi_region_access_point_policy_status(AccountId=mraps.account_id, Name=name)
        return bool(status["Established"]["IsPublic"])

    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    mraps.create("open", f"{NAME}-us-east-1", PublicAccessBlock=dict.fromkeys(names, False))
    assert (mraps.policy("open"), is_public("open")) == ({}, False)
    resource = f"{mraps.arn('open')}/object/*"
    local_aws.behave(mrap_policy_seconds=60.0)
    mraps.put_policy("open", document(statement(mraps, "Allow", Principal="*", Resource=resource)))
    assert is_public("open") is False
    local_aws.behave()
    assert is_public("open") is True
    assert code_of(lambda: is_public("no-such")) == ("NoSuchMultiRegionAccessPoint", 404)
