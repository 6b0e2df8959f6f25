"""Refusals of IAM for roles and managed policies, and SetDefaultPolicyVersion; MiniStack has neither.

Inline policies of users are not checked: only tests create them. Sources: IAM User Guide, "IAM and AWS STS quotas" and
"IAM JSON policy elements: Sid"; IAM API reference, AttachRolePolicy and DeletePolicy. Messages are from user reports.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ministack.services import iam

Handler = Callable[[dict[str, Any]], Any]
# Code, status and message.
Refusal = tuple[str, int, str]

_MANAGED, _INLINE_OF_ROLE, _TRUST, _ATTACHED = 6144, 10_240, 2048, 10


def install() -> None:
    checks: dict[str, Callable[[dict[str, Any]], Refusal | None]] = {
        "CreateRole": _trust,
        "UpdateAssumeRolePolicy": _trust,
        "AttachRolePolicy": _attachment,
        "PutRolePolicy": _inline_of_role,
        "CreatePolicy": _managed,
        "CreatePolicyVersion": _managed,
        "DeletePolicy": _deletion,
    }
    for name, check in checks.items():
        iam._IAM_HANDLERS[name] = _checked(iam._IAM_HANDLERS[name], check)
    iam._IAM_HANDLERS["SetDefaultPolicyVersion"] = _set_default


def _checked(handler: Handler, check: Callable[[dict[str, Any]], Refusal | None]) -> Handler:
    def checked(parameters: dict[str, Any]) -> Any:
        refusal = check(parameters)
        if refusal is None:
            return handler(parameters)
        code, status, message = refusal
        return iam._error(status, code, message, ns="iam")

    return checked


def _trust(parameters: dict[str, Any]) -> Refusal | None:
    text = iam._p(parameters, "AssumeRolePolicyDocument") or iam._p(parameters, "PolicyDocument")
    if _size(text) > _TRUST:
        return "LimitExceeded", 409, f"Cannot exceed quota for ACLSizePerRole: {_TRUST}"
    for statement in _statements(text):
        if not statement.get("Principal"):
            return "MalformedPolicyDocument", 400, "Missing required field Principal"
        if "Resource" in statement:
            return "MalformedPolicyDocument", 400, "Has prohibited field Resource"
    return None


def _attachment(parameters: dict[str, Any]) -> Refusal | None:
    arn, role = iam._p(parameters, "PolicyArn"), iam._roles.get(iam._p(parameters, "RoleName"))
    if not iam._policy_exists(arn):
        return "NoSuchEntity", 404, f"Policy {arn} does not exist or is not attachable."
    if role and arn not in role["AttachedPolicies"] and len(role["AttachedPolicies"]) >= _ATTACHED:
        return "LimitExceeded", 409, f"Cannot exceed quota for PoliciesPerRole: {_ATTACHED}"
    return None


def _managed(parameters: dict[str, Any]) -> Refusal | None:
    text = iam._p(parameters, "PolicyDocument")
    if _size(text) > _MANAGED:
        return "LimitExceeded", 409, f"Cannot exceed quota for PolicySize: {_MANAGED}"
    sids = [statement["Sid"] for statement in _statements(text) if statement.get("Sid")]
    if len(set(sids)) < len(sids):
        return "MalformedPolicyDocument", 400, "Statement IDs (SID) in a single policy must be unique."
    return None


def _inline_of_role(parameters: dict[str, Any]) -> Refusal | None:
    role = iam._p(parameters, "RoleName")
    others = (iam._roles.get(role) or {}).get("InlinePolicies", {})
    all_of_them = {**others, iam._p(parameters, "PolicyName"): iam._p(parameters, "PolicyDocument")}
    if sum(map(_size, all_of_them.values())) > _INLINE_OF_ROLE:
        return "LimitExceeded", 409, f"Maximum policy size of {_INLINE_OF_ROLE} bytes exceeded for role {role}"
    return None


def _deletion(parameters: dict[str, Any]) -> Refusal | None:
    policy = iam._policies.get(iam._p(parameters, "PolicyArn"))
    if policy and len(policy["Versions"]) > 1:
        message = "This policy has more than one version. Before you delete a policy, you must delete the policy's "
        return "DeleteConflict", 409, f"{message}versions. The default version is deleted with the policy."
    return None


def _size(document: str) -> int:
    """Without white space, which is not counted."""
    return len("".join(document.split()))


def _statements(text: str) -> list[dict[str, Any]]:
    """The statements of a document; none if it is not valid JSON, which MiniStack refuses."""
    try:
        found = json.loads(text).get("Statement") or []
    except (ValueError, AttributeError):
        return []
    return [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, dict)]


def _set_default(parameters: dict[str, Any]) -> Any:
    wanted = iam._p(parameters, "VersionId")
    policy = iam._policies.get(iam._p(parameters, "PolicyArn"))
    if policy is None or wanted not in policy["Versions"]:
        return iam._error(404, "NoSuchEntity", "No such policy or version.", ns="iam")
    for version in policy["Versions"].values():
        version["IsDefaultVersion"] = version["VersionId"] == wanted
    policy["DefaultVersionId"] = wanted
    return iam._xml(200, "SetDefaultPolicyVersionResponse", "", ns="iam")
