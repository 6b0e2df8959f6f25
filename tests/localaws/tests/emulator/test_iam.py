"""IAM roles and managed policies: refusals, and delayed visibility."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from localaws.local_aws import LocalAws, LocalAwsError
from localaws.tests.emulator.mesh import allow
from localaws.tests.emulator.wire import code_of

SERVICES = ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]
_numbers = itertools.count()


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


TRUST = document({"Effect": "Allow", "Principal": {"Service": SERVICES}, "Action": "sts:AssumeRole"})
READ = document(allow(["s3:GetObject"], ["*"]))


class Roles:
    """A role and policies for each test."""

    def __init__(self, local_aws: LocalAws) -> None:
        self.local_aws = local_aws
        self.iam = local_aws.client("iam")
        self.name = f"late-{next(_numbers)}"

    def create(self) -> str:
        arn: str = self.iam.create_role(RoleName=self.name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        return arn

    def policy(self, text: str = READ) -> str:
        name = f"{self.name}-{next(_numbers)}"
        arn: str = self.iam.create_policy(PolicyName=name, PolicyDocument=text)["Policy"]["Arn"]
        return arn

    def attach(self, arn: str) -> None:
        self.iam.attach_role_policy(RoleName=self.name, PolicyArn=arn)

    def detach(self, arn: str) -> None:
        self.iam.detach_role_policy(RoleName=self.name, PolicyArn=arn)

    @property
    def attached(self) -> list[str]:
        found = self.iam.list_attached_role_policies(RoleName=self.name)["AttachedPolicies"]
        return [policy["PolicyArn"] for policy in found]


@pytest.fixture
def roles(local_aws: LocalAws) -> Iterator[Roles]:
    yield Roles(local_aws)
    local_aws.behave()


def eventually(call: Callable[[], Any], wanted: Callable[[Any], bool] = lambda found: True) -> Any:
    """Repeat a call, which may be refused at first, until its result is as wanted."""
    deadline = time.monotonic() + 30
    while True:
        try:
            found = call()
            if wanted(found):
                return found
        except Exception:
            if time.monotonic() > deadline:
                raise
        assert time.monotonic() < deadline
        time.sleep(0.05)


class TestRefusals:
    def test_policies_have_a_maximum_size(self, roles: Roles) -> None:
        iam = roles.iam

        def sized(size: int) -> str:
            empty = document(allow(["s3:GetObject"], [""]))
            missing = size - len("".join(empty.split()))
            return document(allow(["s3:GetObject"], ["x" * missing]))

        arn = iam.create_policy(PolicyName="largest", PolicyDocument=sized(6144))["Policy"]["Arn"]
        iam.create_role(RoleName="largest", AssumeRolePolicyDocument=TRUST)
        iam.put_role_policy(RoleName="largest", PolicyName="a", PolicyDocument=sized(10_000))
        iam.put_role_policy(RoleName="largest", PolicyName="a", PolicyDocument=sized(10_000))
        for call in (
            lambda: iam.create_policy(PolicyName="larger", PolicyDocument=sized(6145)),
            lambda: iam.create_policy_version(PolicyArn=arn, PolicyDocument=sized(6145)),
            lambda: iam.put_role_policy(RoleName="largest", PolicyName="b", PolicyDocument=sized(241)),
        ):
            assert code_of(call) == ("LimitExceeded", 409)

    def test_a_missing_policy_cannot_be_attached(self, roles: Roles) -> None:
        roles.create()
        missing = f"arn:aws:iam::{roles.local_aws.account_id}:policy/missing"
        assert code_of(lambda: roles.attach(missing)) == ("NoSuchEntity", 404)

    def test_a_role_has_ten_policies(self, roles: Roles) -> None:
        roles.create()
        arns = [roles.policy() for _ in range(11)]
        for arn in arns[:10]:
            roles.attach(arn)
        roles.attach(arns[0])  # again
        assert code_of(lambda: roles.attach(arns[10])) == ("LimitExceeded", 409)

    def test_a_sid_is_unique(self, roles: Roles) -> None:
        twice = document(*[{**allow(["s3:GetObject"], ["*"]), "Sid": "Read"}] * 2)
        assert code_of(lambda: roles.policy(twice)) == ("MalformedPolicyDocument", 400)
        arn = roles.policy()
        refused = code_of(lambda: roles.iam.create_policy_version(PolicyArn=arn, PolicyDocument=twice))
        assert refused == ("MalformedPolicyDocument", 400)

    @pytest.mark.parametrize(
        ("trust", "refused"),
        [
            (READ, ("MalformedPolicyDocument", 400)),
            (
                document(
                    {"Effect": "Allow", "Principal": {"Service": ["x" * 2048]}, "Action": "sts:AssumeRole"},
                ),
                ("LimitExceeded", 409),
            ),
        ],
    )
    def test_a_trust_policy_has_at_most_2048_characters(
        self, roles: Roles, trust: str, refused: tuple[str, int]
    ) -> None:
        create = roles.iam.create_role
        assert code_of(lambda: create(RoleName=roles.name, AssumeRolePolicyDocument=trust)) == refused
        roles.create()
        update = roles.iam.update_assume_role_policy
        assert code_of(lambda: update(RoleName=roles.name, PolicyDocument=trust)) == refused

    def test_a_policy_is_deleted_after_its_versions(self, roles: Roles) -> None:
        arn = roles.policy()
        roles.iam.create_policy_version(PolicyArn=arn, PolicyDocument=READ, SetAsDefault=True)
        assert code_of(lambda: roles.iam.delete_policy(PolicyArn=arn)) == ("DeleteConflict", 409)
        roles.iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
        roles.iam.delete_policy(PolicyArn=arn)


class TestLate:
    def test_a_new_role_is_not_visible_and_its_name_is_taken(self, roles: Roles) -> None:
        roles.local_aws.behave(iam_seconds=0.5)
        roles.create()
        assert code_of(lambda: roles.iam.get_role(RoleName=roles.name)) == ("NoSuchEntity", 404)
        assert code_of(roles.create) == ("EntityAlreadyExists", 409)
        eventually(lambda: roles.iam.get_role(RoleName=roles.name))

    def test_a_new_policy_cannot_be_attached_yet(self, roles: Roles) -> None:
        roles.create()
        roles.local_aws.behave(iam_seconds=0.5)
        arn = roles.policy()
        assert code_of(lambda: roles.iam.get_policy(PolicyArn=arn)) == ("NoSuchEntity", 404)
        assert arn not in {policy["Arn"] for policy in roles.iam.list_policies(Scope="Local")["Policies"]}
        assert code_of(lambda: roles.attach(arn)) == ("NoSuchEntity", 404)
        eventually(lambda: roles.attach(arn))
        assert roles.attached == []
        assert eventually(lambda: roles.attached, bool) == [arn]

    def test_another_version_is_the_default_later(self, roles: Roles) -> None:
        arn = roles.policy()
        roles.local_aws.behave(iam_seconds=0.5)
        roles.iam.create_policy_version(PolicyArn=arn, PolicyDocument=READ, SetAsDefault=True)

        def version() -> str:
            found: str = roles.iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            return found

        assert version() == "v1"
        assert eventually(version, lambda found: found == "v2")

    def test_a_detached_policy_blocks_deletion_for_a_while(self, roles: Roles) -> None:
        roles.create()
        arn = roles.policy()
        roles.attach(arn)
        roles.local_aws.behave(iam_seconds=0.5)
        roles.detach(arn)
        assert roles.attached == [arn]
        assert code_of(lambda: roles.iam.delete_policy(PolicyArn=arn)) == ("DeleteConflict", 409)
        assert code_of(lambda: roles.iam.delete_role(RoleName=roles.name)) == ("DeleteConflict", 409)
        eventually(lambda: roles.iam.delete_role(RoleName=roles.name))
        eventually(lambda: roles.iam.delete_policy(PolicyArn=arn))
        roles.local_aws.behave()
        assert code_of(lambda: roles.iam.get_role(RoleName=roles.name)) == ("NoSuchEntity", 404)

    def test_services_see_changes_even_later(self, roles: Roles) -> None:
        roles.local_aws.behave(iam_service_seconds=0.5)
        arn = roles.create()
        function = f"arn:aws:lambda:us-east-1:{roles.local_aws.account_id}:function:f"
        assert roles.iam.get_role(RoleName=roles.name)
        with pytest.raises(LocalAwsError, match=f"The role {arn} does not exist"):
            roles.local_aws.lambda_session(arn, function)
        eventually(lambda: roles.local_aws.lambda_session(arn, function))
