"""IAM and STS.

Sources: Service Authorization Reference, "AWS Identity and Access Management": iam:PermissionsBoundary is the boundary
that a request sets, or else the one that the role has; "Dependent actions" of CreateRole and CreatePolicy with tags:
TagRole, TagPolicy. IAM User Guide, "Delegating responsibility to others using permissions boundaries".
"""

from __future__ import annotations

from typing import Any

from ministack.services import iam

from localaws.emulator.iam.calls import Call
from localaws.emulator.iam.rights import Table, each, on, tagging

_ROLE = "arn:aws:iam::{account}:role/{RoleName}"
_NEW_POLICY = "arn:aws:iam::{account}:policy/{PolicyName}"
_READS = ("ListRolePolicies", "ListAttachedRolePolicies", "ListInstanceProfilesForRole", "ListRoleTags", "TagRole")
_CHANGES = ("GetRole", "DeleteRole", "UpdateRole", "UpdateAssumeRolePolicy", "AttachRolePolicy", "DetachRolePolicy")
_INLINE = ("GetRolePolicy", "PutRolePolicy", "DeleteRolePolicy", "DeleteRolePermissionsBoundary")
_OF_POLICY = ("GetPolicy", "GetPolicyVersion", "ListPolicyVersions", "CreatePolicyVersion", "DeletePolicyVersion")
_OTHERS = ("SetDefaultPolicyVersion", "DeletePolicy", "TagPolicy", "ListPolicyTags")


def _existing(call: Call) -> dict[str, Any]:
    boundary = (iam._roles.get(call.form.get("RoleName", "")) or {}).get("PermissionsBoundary")
    keys = {"iam:PermissionsBoundary": boundary, "iam:PolicyARN": call.form.get("PolicyArn")}
    return {name: value for name, value in keys.items() if value}


def _requested(call: Call) -> dict[str, Any]:
    boundary = call.form.get("PermissionsBoundary")
    return {"iam:PermissionsBoundary": boundary} if boundary else {}


IAM: Table = {
    "CreateRole": tagging(on("iam:CreateRole", _ROLE, _requested), on("iam:TagRole", _ROLE)),
    "PutRolePermissionsBoundary": on("iam:PutRolePermissionsBoundary", _ROLE, _requested),
    **{name: on(f"iam:{name}", _ROLE, _existing) for name in (*_READS, *_CHANGES, *_INLINE)},
    "CreatePolicy": tagging(on("iam:CreatePolicy", _NEW_POLICY), on("iam:TagPolicy", _NEW_POLICY)),
    **dict(each((*_OF_POLICY, *_OTHERS), "iam", "{PolicyArn}")),
    "SimulatePrincipalPolicy": on("iam:SimulatePrincipalPolicy", "{PolicySourceArn}"),
    # Ways that tests try.
    "CreateUser": on("iam:CreateUser", "arn:aws:iam::{account}:user/{UserName}"),
    "AttachUserPolicy": on("iam:AttachUserPolicy", "arn:aws:iam::{account}:user/{UserName}"),
    "PutUserPolicy": on("iam:PutUserPolicy", "arn:aws:iam::{account}:user/{UserName}"),
    "CreateAccessKey": on("iam:CreateAccessKey", "arn:aws:iam::{account}:user/{UserName}"),
}
STS: Table = {
    "GetCallerIdentity": lambda call: (),  # no principal needs a right to it
    "AssumeRole": on("sts:AssumeRole", "{RoleArn}"),
}
