"""The policy of an MRAP against local AWS: put once, then waited for until it is established everywhere."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from modules.mraps import PUT_POLICY, Mraps
from modules.runner import ModuleFailed


def test_it_is_put_once_and_waited_for(mrap: Mraps) -> None:
    mrap.run()
    mrap.local_aws.behave(mrap_policy_seconds=0.3)
    policy = mrap.policy("s3:GetObject")
    foretold = mrap.run(policy=policy, check=True)
    put = mrap.run(policy=policy)
    again = mrap.run(policy=policy)
    assert (put["plan"], put["mutating"]) == (foretold["plan"], PUT_POLICY)
    assert (again["changed"], again["mutating"]) == (False, [])
    assert put["multi_region_access_point"]["status"] == "READY"


def test_it_is_not_put_again_while_it_spreads(mrap: Mraps) -> None:
    mrap.run()
    policy = mrap.policy("s3:GetObject")
    mrap.local_aws.behave(mrap_policy_seconds=3600.0)
    assert mrap.run(policy=policy, wait=False)["mutating"] == PUT_POLICY
    with pytest.raises(ModuleFailed, match=f"The policy of {mrap.name}: not ready after 0 s .Proposed, not Estab"):
        mrap.run(policy=policy, wait_timeout=0)
    mrap.local_aws.behave(mrap_policy_seconds=0.1)
    gone_on = mrap.run(policy=policy)
    assert (gone_on["changed"], gone_on["mutating"]) == (False, [])


def test_another_one_spreads_first(mrap: Mraps) -> None:
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


def test_one_follows_another_and_comes_back(mrap: Mraps) -> None:
    mrap.run()
    for action in ("s3:GetObject", "s3:PutObject", "s3:GetObject"):
        mrap.run(policy=mrap.policy(action))
        answer = mrap.control.get_multi_region_access_point_policy(AccountId=mrap.local_aws.account_id, Name=mrap.name)
        assert action in answer["Policy"]["Established"]["Policy"]


def test_one_that_aws_does_not_take_is_told(mrap: Mraps) -> None:
    mrap.run()
    wrong = mrap.policy("s3:GetObject")
    wrong["Statement"][0]["Resource"] = "arn:aws:s3:::somewhere-else/*"
    with pytest.raises(ModuleFailed, match=r"did not take the policy .*MalformedPolicy"):
        mrap.run(policy=wrong)


def test_one_that_is_none_is_refused_before_the_first_call(mrap: Mraps) -> None:
    before = len(mrap.local_aws.requests())
    with pytest.raises(ModuleFailed, match="policy must be a whole policy document"):
        mrap.run(policy={"Effect": "Allow"})
    assert mrap.local_aws.requests(before) == []
