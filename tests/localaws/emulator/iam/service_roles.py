"""The rights of an IAM role that the S3 service assumes, by MiniStack's policy evaluation."""

from __future__ import annotations

import copy
import json
from functools import cached_property
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam, s3


class Role:
    """The current role; its policies are read once."""

    def __init__(self, arn: str) -> None:
        self._arn = arn
        self._account, self._name = arn.split(":")[4], arn.rpartition("/")[2]
        found: dict[str, Any] | None = iam._roles.get_scoped(self._account, None, self._name)
        self._record = found if found is not None and found["Arn"] == arn else None

    def trusts(self, service: str, bucket: str) -> bool:
        """Whether the role exists, and *service* may assume it on behalf of *bucket*."""
        if self._record is None:
            return False
        context = {"aws:sourceaccount": self._account, "aws:sourcearn": f"arn:aws:s3:::{bucket}"}
        request = self._request(service, "Service", "sts:AssumeRole", self._arn, context)
        document = _services_only(self._record.get("AssumeRolePolicyDocument") or {})
        return bool(iam_evaluator.evaluate_trust_policy(document, service, request))

    def allows(self, action: str, resource: str, context: dict[str, str] | None = None) -> bool:
        """Whether the role's policies, together with the bucket's own, allow *action* on *resource*.

        *context* has the condition keys of the request, in lower case.
        """
        # aws:PrincipalArn has the role's ARN for a session of it.
        request = self._request(self._arn, "AssumedRole", action, resource, context or {})
        result = iam_evaluator.evaluate(request, self._policies, *self._limits)
        of_bucket = s3.bucket_policy_for_arn(resource)
        if of_bucket is not None:
            result = iam_evaluator.combine_resource_policy(result, request, *of_bucket, limits=self._limits)
        return bool(result.decision == "Allow")

    @cached_property
    def _policies(self) -> Any:
        return iam_evaluator._gather_role_policies(self._name, self._account) if self._record else []

    @cached_property
    def _limits(self) -> Any:
        return iam_evaluator._permissions_boundary(iam._roles, self._name, self._account)

    def _request(self, principal: str, kind: str, action: str, resource: str, context: dict[str, str]) -> Any:
        return iam_evaluator.EvalContext(
            principal_arn=principal,
            principal_type=kind,
            principal_account=self._account,
            action=action,
            resource_arn=resource,
            region="",
            secure_transport=True,
            service_context=context,
        )


def _services_only(document: str | dict[str, Any]) -> dict[str, Any]:
    """The trust policy with its Service principals as AWS ones, the only kind that MiniStack's evaluator matches."""
    policy: dict[str, Any] = json.loads(document) if isinstance(document, str) else copy.deepcopy(document)
    statements = policy.get("Statement") or []
    for statement in [statements] if isinstance(statements, dict) else statements:
        principal = statement.get("Principal")
        services = principal.get("Service", []) if isinstance(principal, dict) else []
        statement["Principal"] = {"AWS": services}
    return policy
