"""iam_service_role with one permission less than docs/deployer has: the message names the missing permission."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._rules.policy_documents import listed

from demo.site import deployer_policy
from localaws.local_aws import LocalAws
from modules.runner import SITE, ModuleFailed, Modules
from modules.service_roles import ROLE, SERVICES, ServiceRole, groups, long, read
from modules.users import deployer

A, B = long("A"), long("B")

# By case: creation, a change from a role with two policies to one for fewer services, and deletion.
PRESENT = {
    "iam:GetRole": "GetRole",
    "iam:GetPolicy": "GetPolicy",
    "iam:CreateRole": "CreateRole",
    "iam:TagRole": "CreateRole",
    "iam:CreatePolicy": "CreatePolicy",
    "iam:TagPolicy": "CreatePolicy",
    "iam:AttachRolePolicy": "AttachRolePolicy",
}
CHANGE = {
    "iam:ListAttachedRolePolicies": "ListAttachedRolePolicies",
    "iam:GetPolicyVersion": "GetPolicyVersion",
    "iam:ListPolicyVersions": "ListPolicyVersions",
    "iam:CreatePolicyVersion": "CreatePolicyVersion",
    "iam:UpdateAssumeRolePolicy": "UpdateAssumeRolePolicy",
    "iam:DetachRolePolicy": "DetachRolePolicy",
    "iam:DeletePolicy": "DeletePolicy",
}
ABSENT = {
    "iam:ListRolePolicies": "ListRolePolicies",
    "iam:ListInstanceProfilesForRole": "ListInstanceProfilesForRole",
    "iam:DeleteRolePolicy": "DeleteRolePolicy",
    "iam:DeleteRole": "DeleteRole",
    "iam:DeletePolicyVersion": "DeletePolicyVersion",
}


@pytest.fixture
def role(local_aws: LocalAws, modules: Modules) -> Iterator[ServiceRole]:
    found = ServiceRole(local_aws, modules)
    yield found
    found.clear()


def test_every_action_of_the_roles_statements_is_tested_here() -> None:
    statements = {statement["Sid"]: statement["Action"] for statement in deployer_policy(SITE, "1")["Statement"]}
    named = {
        action
        for sid in (
            *("Roles", "RolesWithinTheBoundary", "PoliciesOfTheRoles", "AttachTheirPoliciesOnly"),
            *("ChangeRoles", "ChangeTrustWithinTheBoundary", "ChangePoliciesOfTheRoles"),
        )
        for action in listed(statements[sid])
    }
    assert named == PRESENT.keys() | CHANGE.keys() | ABSENT.keys()


@pytest.mark.parametrize(("action", "call"), PRESENT.items())
def test_each_permission_to_create_it_is_needed(role: ServiceRole, action: str, call: str) -> None:
    with pytest.raises(ModuleFailed, match=f"AccessDenied from {call}"):
        role.run(A, modules=deployer(role.local_aws, action))


@pytest.mark.parametrize(("action", "call"), CHANGE.items())
def test_each_permission_to_change_it_is_needed(role: ServiceRole, action: str, call: str) -> None:
    role.run(A, B)
    with pytest.raises(ModuleFailed, match=f"AccessDenied from {call}"):
        role.run(read("a"), services=SERVICES[:1], modules=deployer(role.local_aws, action))


@pytest.mark.parametrize(("action", "call"), ABSENT.items())
def test_each_permission_to_delete_it_is_needed(role: ServiceRole, action: str, call: str) -> None:
    role.run(A)
    role.run(read("a"))
    document = json.dumps({"Version": "2012-10-17", "Statement": [A]})
    role.iam.put_role_policy(RoleName=ROLE, PolicyName="by-hand", PolicyDocument=document)
    with pytest.raises(ModuleFailed, match=f"AccessDenied from {call}"):
        role.run(state="absent", policies=groups(), modules=deployer(role.local_aws, action))


def test_only_the_roles_own_policies_can_be_given_to_it(role: ServiceRole) -> None:
    """The deployer may attach these only: with any policy it could give itself all permissions."""
    role.run(A)
    iam = role.local_aws.client("iam", credentials=role.modules.credentials)
    for arn in (
        "arn:aws:iam::aws:policy/AdministratorAccess",
        role.arn(f"{ROLE}-22"),
        role.arn(f"{ROLE}-x-replication"),
    ):
        with pytest.raises(iam.exceptions.ClientError, match="AccessDenied"):
            iam.attach_role_policy(RoleName=ROLE, PolicyArn=arn)
