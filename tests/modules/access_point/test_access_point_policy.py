"""The policy of an access point against local AWS: put once, and waited for until it is established everywhere."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from modules.access_points import PUT_POLICY, AccessPoints
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


def test_one_that_is_none_is_refused_before_the_first_call(point: AccessPoints) -> None:
    before = len(point.cloud.requests())
    with pytest.raises(ModuleFailed, match="policy must be a whole policy document"):
        point.run(policy={"Effect": "Allow"})
    assert point.cloud.requests(before) == []
