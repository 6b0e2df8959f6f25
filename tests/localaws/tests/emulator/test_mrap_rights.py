"""The resources of IAM policies for requests on, and through, a Multi-Region Access Point."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from localaws.local_aws import LocalAws
from localaws.tests.emulator.mrap_client import MrapClient, make_buckets
from localaws.tests.emulator.wire import code_of

NAME = "rights"
DENIED = ("AccessDenied", 403)


@pytest.fixture(scope="module")
def root(local_aws: LocalAws) -> MrapClient:
    client = MrapClient(local_aws)
    buckets = make_buckets(local_aws, NAME, ("us-east-1", "eu-west-1"))
    local_aws.client("s3").put_object(Bucket=buckets["us-east-1"], Key="k", Body=b"1")
    client.create(NAME, *buckets.values())
    client.create("rights-other", *buckets.values())
    return client


def policy(*actions: str, resource: str | list[str], manages: bool = True) -> dict[str, Any]:
    named = [f"s3:{action}" for action in actions]
    statements = [{"Effect": "Allow", "Action": named, "Resource": resource}]
    if manages:
        statements.append({"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"})
    return {"Version": "2012-10-17", "Statement": statements}


def test_who_manages_mraps_needs_to_list_buckets(local_aws: LocalAws, root: MrapClient) -> None:
    document = policy("DeleteMultiRegionAccessPoint", resource=root.arn("rights-other"), manages=False)
    mraps = MrapClient(local_aws, local_aws.create_user("rights-no-list", document))
    assert code_of(lambda: mraps.delete("rights-other")) == DENIED


def test_requests_with_an_mrap_are_authorised_on_it(local_aws: LocalAws, root: MrapClient) -> None:
    arns = {name: root.arn(name) for name in (NAME, "rights-other")}
    actions = [
        "GetMultiRegionAccessPoint",
        "DeleteMultiRegionAccessPoint",
        "GetMultiRegionAccessPointPolicy",
        "GetMultiRegionAccessPointPolicyStatus",
        "PutMultiRegionAccessPointPolicy",
        "GetMultiRegionAccessPointRoutes",
        "SubmitMultiRegionAccessPointRoutes",
    ]
    user = local_aws.create_user("rights-exact", policy(*actions, resource=arns[NAME]))
    mraps = MrapClient(local_aws, user)
    account: dict[str, Any] = {"AccountId": local_aws.account_id}
    status = mraps.s3control.get_multi_region_access_point_policy_status
    calls: list[Callable[[str], Any]] = [
        lambda name: mraps.get(name),
        lambda name: mraps.policy(name),
        lambda name: status(**account, Name=name),
        lambda name: mraps.put_policy(name, "{}"),
        lambda name: mraps.routes(arns[name]),
        lambda name: mraps.dial(arns[name], eu_west_1=100),
        lambda name: mraps.delete(name),
    ]
    for call in calls:
        assert code_of(lambda call=call: call("rights-other")) == DENIED  # type: ignore[misc]
        call(NAME)
    root.create(NAME, f"{NAME}-us-east-1", f"{NAME}-eu-west-1")


def test_requests_without_an_mrap_are_authorised_on_all(local_aws: LocalAws, root: MrapClient) -> None:
    prefix = f"arn:aws:s3::{local_aws.account_id}:accesspoint"
    actions = ("CreateMultiRegionAccessPoint", "ListMultiRegionAccessPoints")
    every = MrapClient(local_aws, local_aws.create_user("rights-every", policy(*actions, resource=f"{prefix}/*")))
    every.create("rights-new", f"{NAME}-us-east-1")
    assert code_of(every.names) == DENIED  # it has no resource
    lister = MrapClient(local_aws, local_aws.create_user("rights-list", policy(actions[1], resource="*")))
    assert NAME in lister.names()


def test_an_operation_is_authorised_on_itself(local_aws: LocalAws, root: MrapClient) -> None:
    first, second = root.create("rights-one", f"{NAME}-us-east-1"), root.create("rights-two", f"{NAME}-us-east-1")
    allowed = policy("DescribeMultiRegionAccessPointOperation", resource=first)
    mraps = MrapClient(local_aws, local_aws.create_user("rights-operation", allowed))
    assert mraps.outcome(first) == "SUCCEEDED"
    assert code_of(lambda: mraps.outcome(second)) == DENIED


@pytest.mark.parametrize("key", ["s3:DataAccessPointArn", "s3:DataAccessPointAccount"])
def test_a_bucket_policy_may_require_the_mrap(local_aws: LocalAws, root: MrapClient, key: str) -> None:
    bucket, mrap = f"{NAME}-us-east-1", root.arn(NAME)
    value = mrap if key.endswith("Arn") else local_aws.account_id
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"StringEquals": {key: value}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    local_aws.client("s3").put_bucket_policy(Bucket=bucket, Policy=document)
    resources = [f"{root.arn(name)}/object/*" for name in (NAME, "rights-other")]
    user = local_aws.create_user(f"rights-{key[3:]}", policy("GetObject", resource=resources))
    s3 = local_aws.client("s3", credentials=user)
    assert s3.get_object(Bucket=mrap, Key="k")["Body"].read() == b"1"
    assert code_of(lambda: s3.get_object(Bucket=bucket, Key="k")) == DENIED  # not through the MRAP
    if key.endswith("Arn"):
        other = root.arn("rights-other")
        assert code_of(lambda: s3.get_object(Bucket=other, Key="k")) == DENIED
