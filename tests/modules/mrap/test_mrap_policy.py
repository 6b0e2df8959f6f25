"""The policy of an MRAP against local AWS: put once, and waited for until it is established everywhere."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._mrap.policy import distribution_policy

from modules.mraps import CREATE, PUT_POLICY, Mraps
from modules.runner import ModuleFailed


def test_it_is_put_once_and_waited_for(mrap: Mraps) -> None:
    mrap.run()
    mrap.local_aws.behave(mrap_policy_seconds=0.3)
    policy = mrap.policy("s3:GetObject")
    predicted = mrap.run(policy=policy, check=True)
    put = mrap.run(policy=policy)
    again = mrap.run(policy=policy)
    assert (put["plan"], put["mutating"]) == (predicted["plan"], PUT_POLICY)
    assert (again["changed"], again["mutating"]) == (False, [])
    assert put["multi_region_access_point"]["status"] == "READY"


def test_it_is_not_put_again_while_it_propagates(mrap: Mraps) -> None:
    mrap.run()
    policy = mrap.policy("s3:GetObject")
    mrap.local_aws.behave(mrap_policy_seconds=3600.0)
    assert mrap.run(policy=policy, wait=False)["mutating"] == PUT_POLICY
    with pytest.raises(ModuleFailed, match=f"The policy of {mrap.name}: not ready after 0 s .Proposed, not Estab"):
        mrap.run(policy=policy, wait_timeout=0)
    mrap.local_aws.behave(mrap_policy_seconds=0.1)
    gone_on = mrap.run(policy=policy)
    assert (gone_on["changed"], gone_on["mutating"]) == (False, [])


def test_the_module_waits_for_an_earlier_policy(mrap: Mraps) -> None:
    mrap.run()
    mrap.local_aws.behave(mrap_policy_seconds=3600.0)
    mrap.run(policy=mrap.policy("s3:PutObject"), wait=False)
    wanted = mrap.policy("s3:GetObject")
    assert mrap.run(policy=wanted, wait=False)["plan"] == []
    before = len(mrap.local_aws.requests())
    with pytest.raises(ModuleFailed, match=r"not ready after 0 s \(status INCONSISTENT_ACROSS_REGIONS\)"):
        mrap.run(policy=wanted, wait_timeout=0)
    assert not [entry for entry in mrap.local_aws.requests(before) if entry["mutating"]]
    mrap.local_aws.behave()
    assert mrap.run(policy=wanted)["mutating"] == PUT_POLICY
    assert mrap.run(policy=wanted)["mutating"] == []


def test_a_policy_is_replaced_and_restored(mrap: Mraps) -> None:
    mrap.run()
    for action in ("s3:GetObject", "s3:PutObject", "s3:GetObject"):
        mrap.run(policy=mrap.policy(action))
        answer = mrap.control.get_multi_region_access_point_policy(AccountId=mrap.local_aws.account_id, Name=mrap.name)
        assert action in answer["Policy"]["Established"]["Policy"]


def test_a_policy_that_aws_refuses_is_reported(mrap: Mraps) -> None:
    mrap.run()
    wrong = mrap.policy("s3:GetObject")
    wrong["Statement"][0]["Resource"] = "arn:aws:s3:::somewhere-else/*"
    with pytest.raises(ModuleFailed, match=r"did not take the policy .*MalformedPolicy"):
        mrap.run(policy=wrong)


DISTRIBUTION = "arn:aws:cloudfront::111122223333:distribution/EDFDVBD6EXAMPLE"


def established(mrap: Mraps) -> list[dict[str, Any]] | None:
    """The statements of the policy in effect."""
    answer = mrap.control.get_multi_region_access_point_policy(AccountId=mrap.local_aws.account_id, Name=mrap.name)
    policy = answer["Policy"].get("Established", {}).get("Policy")
    return json.loads(policy)["Statement"] if policy else None


def test_distributions_are_allowed_and_revoked(mrap: Mraps) -> None:
    mrap.run()
    predicted = mrap.run(distribution_arns=[DISTRIBUTION], check=True, diff=True)
    allowed = mrap.run(distribution_arns=[DISTRIBUTION])
    assert (allowed["plan"], allowed["mutating"]) == (predicted["plan"], PUT_POLICY)
    assert predicted["diff"]["before"]["policy"] is None
    assert predicted["diff"]["after"]["policy"]["Statement"] == established(mrap)
    assert [statement["Effect"] for statement in established(mrap) or []] == ["Deny", "Allow", "Allow"]
    assert mrap.run(distribution_arns=[DISTRIBUTION])["mutating"] == []
    assert mrap.run(distribution_arns=[])["mutating"] == PUT_POLICY
    assert [statement["Effect"] for statement in established(mrap) or []] == ["Deny"]
    again = mrap.run(distribution_arns=[])
    assert (again["changed"], again["mutating"]) == (False, [])


def test_a_new_mrap_is_created_and_allows_the_distribution(mrap: Mraps) -> None:
    mrap.local_aws.behave(mrap_policy_seconds=0.2)
    predicted = mrap.run(distribution_arns=[DISTRIBUTION], check=True)
    made = mrap.run(distribution_arns=[DISTRIBUTION])
    again = mrap.run(distribution_arns=[DISTRIBUTION])
    assert (made["plan"], made["mutating"]) == (predicted["plan"], CREATE + PUT_POLICY)
    arn = made["multi_region_access_point"]["arn"]
    assert [statement["Resource"] for statement in (established(mrap) or [])[1:]] == [f"{arn}/object/*", arn]
    assert (again["changed"], again["mutating"]) == (False, [])


def test_without_distributions_no_policy_is_put(mrap: Mraps) -> None:
    assert mrap.run(distribution_arns=[])["mutating"] == CREATE
    assert mrap.run(distribution_arns=[])["mutating"] == []
    assert established(mrap) is None


def test_a_policy_for_distributions_needs_no_more_reads_than_a_given_one(mrap: Mraps) -> None:
    mrap.run()
    mrap.run(distribution_arns=[DISTRIBUTION])
    arn = f"arn:aws:s3::{mrap.local_aws.account_id}:accesspoint/{mrap.alias()}"
    given = mrap.run(policy=distribution_policy(arn, [DISTRIBUTION]))
    assert given["mutating"] == []
    assert mrap.run(distribution_arns=[DISTRIBUTION])["api_calls"] == given["api_calls"]


def test_a_distribution_that_does_not_exist_yet_is_accepted_in_check_mode_only(mrap: Mraps) -> None:
    unknown = ["(known after apply)"]
    assert len(mrap.run(distribution_arns=unknown, check=True)["plan"]) == 2
    with pytest.raises(ModuleFailed, match="must be arn:aws:cloudfront::<account>:distribution/<id>"):
        mrap.run(distribution_arns=unknown)


def test_a_policy_and_distributions_exclude_each_other(mrap: Mraps) -> None:
    with pytest.raises(ModuleFailed, match=r"mutually exclusive: policy\|distribution_arns"):
        mrap.run(distribution_arns=[DISTRIBUTION], policy={"Version": "2012-10-17"})


def test_an_invalid_policy_is_refused_before_the_first_call(mrap: Mraps) -> None:
    before = len(mrap.local_aws.requests())
    with pytest.raises(ModuleFailed, match="policy must be a whole policy document"):
        mrap.run(policy={"Effect": "Allow"})
    assert mrap.local_aws.requests(before) == []
