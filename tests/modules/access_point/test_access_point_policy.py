"""The policy of an access point against local AWS: put once, and waited for until it is established everywhere."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._mrap.policy import distribution_policy

from modules.access_points import CREATE, PUT_POLICY, AccessPoints
from modules.runner import ModuleFailed


def test_it_is_put_once_and_waited_for(point: AccessPoints) -> None:
    point.run()
    point.cloud.behave(access_point_policy_seconds=0.3)
    policy = point.policy("s3:GetObject")
    foretold = point.run(policy=policy, check=True)
    put = point.run(policy=policy)
    again = point.run(policy=policy)
    assert (put["plan"], put["mutating"]) == (foretold["plan"], PUT_POLICY)
    assert (again["changed"], again["mutating"]) == (False, [])
    assert put["multi_region_access_point"]["status"] == "READY"


def test_it_is_not_put_again_while_it_spreads(point: AccessPoints) -> None:
    point.run()
    policy = point.policy("s3:GetObject")
    point.cloud.behave(access_point_policy_seconds=3600.0)
    assert point.run(policy=policy, wait=False)["mutating"] == PUT_POLICY
    with pytest.raises(ModuleFailed, match=f"The policy of {point.name}: not ready after 0 s .Proposed, not Estab"):
        point.run(policy=policy, wait_timeout=0)
    point.cloud.behave(access_point_policy_seconds=0.1)
    gone_on = point.run(policy=policy)
    assert (gone_on["changed"], gone_on["mutating"]) == (False, [])


def test_another_one_spreads_first(point: AccessPoints) -> None:
    point.run()
    point.cloud.behave(access_point_policy_seconds=3600.0)
    point.run(policy=point.policy("s3:PutObject"), wait=False)
    wanted = point.policy("s3:GetObject")
    assert point.run(policy=wanted, wait=False)["plan"] == []
    before = len(point.cloud.requests())
    with pytest.raises(ModuleFailed, match=r"not ready after 0 s \(status INCONSISTENT_ACROSS_REGIONS\)"):
        point.run(policy=wanted, wait_timeout=0)
    assert not [entry for entry in point.cloud.requests(before) if entry["mutating"]]
    point.cloud.behave()
    assert point.run(policy=wanted)["mutating"] == PUT_POLICY
    assert point.run(policy=wanted)["mutating"] == []


def test_one_follows_another_and_comes_back(point: AccessPoints) -> None:
    point.run()
    for action in ("s3:GetObject", "s3:PutObject", "s3:GetObject"):
        point.run(policy=point.policy(action))
        answer = point.control.get_multi_region_access_point_policy(AccountId=point.cloud.account_id, Name=point.name)
        assert action in answer["Policy"]["Established"]["Policy"]


def test_one_that_aws_does_not_take_is_told(point: AccessPoints) -> None:
    point.run()
    wrong = point.policy("s3:GetObject")
    wrong["Statement"][0]["Resource"] = "arn:aws:s3:::somewhere-else/*"
    with pytest.raises(ModuleFailed, match=r"did not take the policy .*MalformedPolicy"):
        point.run(policy=wrong)


DISTRIBUTION = "arn:aws:cloudfront::111122223333:distribution/EDFDVBD6EXAMPLE"


def established(point: AccessPoints) -> list[dict[str, Any]] | None:
    """The statements of the policy in effect."""
    answer = point.control.get_multi_region_access_point_policy(AccountId=point.cloud.account_id, Name=point.name)
    policy = answer["Policy"].get("Established", {}).get("Policy")
    return json.loads(policy)["Statement"] if policy else None


def test_distributions_are_allowed_and_revoked(point: AccessPoints) -> None:
    point.run()
    foretold = point.run(distribution_arns=[DISTRIBUTION], check=True, diff=True)
    allowed = point.run(distribution_arns=[DISTRIBUTION])
    assert (allowed["plan"], allowed["mutating"]) == (foretold["plan"], PUT_POLICY)
    assert foretold["diff"]["before"]["policy"] is None
    assert foretold["diff"]["after"]["policy"]["Statement"] == established(point)
    assert [statement["Effect"] for statement in established(point) or []] == ["Deny", "Allow", "Allow"]
    assert point.run(distribution_arns=[DISTRIBUTION])["mutating"] == []
    assert point.run(distribution_arns=[])["mutating"] == PUT_POLICY
    assert [statement["Effect"] for statement in established(point) or []] == ["Deny"]
    again = point.run(distribution_arns=[])
    assert (again["changed"], again["mutating"]) == (False, [])


def test_a_new_access_point_is_created_and_lets_the_distribution_read(point: AccessPoints) -> None:
    point.cloud.behave(access_point_policy_seconds=0.2)
    foretold = point.run(distribution_arns=[DISTRIBUTION], check=True)
    made = point.run(distribution_arns=[DISTRIBUTION])
    again = point.run(distribution_arns=[DISTRIBUTION])
    assert (made["plan"], made["mutating"]) == (foretold["plan"], CREATE + PUT_POLICY)
    arn = made["multi_region_access_point"]["arn"]
    assert [statement["Resource"] for statement in (established(point) or [])[1:]] == [f"{arn}/object/*", arn]
    assert (again["changed"], again["mutating"]) == (False, [])


def test_nothing_is_put_where_no_distribution_ever_read(point: AccessPoints) -> None:
    assert point.run(distribution_arns=[])["mutating"] == CREATE
    assert point.run(distribution_arns=[])["mutating"] == []
    assert established(point) is None


def test_no_policy_is_read_more_often_than_one_that_is_given(point: AccessPoints) -> None:
    point.run()
    point.run(distribution_arns=[DISTRIBUTION])
    arn = f"arn:aws:s3::{point.cloud.account_id}:accesspoint/{point.alias()}"
    given = point.run(policy=distribution_policy(arn, [DISTRIBUTION]))
    assert given["mutating"] == []
    assert point.run(distribution_arns=[DISTRIBUTION])["api_calls"] == given["api_calls"]


def test_a_distribution_that_does_not_exist_yet_is_taken_in_check_mode_only(point: AccessPoints) -> None:
    unknown = ["(known after apply)"]
    assert len(point.run(distribution_arns=unknown, check=True)["plan"]) == 2
    with pytest.raises(ModuleFailed, match="must be arn:aws:cloudfront::<account>:distribution/<id>"):
        point.run(distribution_arns=unknown)


def test_a_policy_and_distributions_exclude_each_other(point: AccessPoints) -> None:
    with pytest.raises(ModuleFailed, match=r"mutually exclusive: policy\|distribution_arns"):
        point.run(distribution_arns=[DISTRIBUTION], policy={"Version": "2012-10-17"})


def test_one_that_is_none_is_refused_before_the_first_call(point: AccessPoints) -> None:
    before = len(point.cloud.requests())
    with pytest.raises(ModuleFailed, match="policy must be a whole policy document"):
        point.run(policy={"Effect": "Allow"})
    assert point.cloud.requests(before) == []
