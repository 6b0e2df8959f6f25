"""Credentials of the CloudFront service, which signs by an origin access control, and its rights by resource policies.

Sources: CloudFront Developer Guide, "Restrict access to an Amazon S3 origin"; IAM User Guide, "AWS service principals".
"""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import cloudfront, sts

from localaws.emulator.iam import lambda_sessions
from localaws.emulator.iam.lambda_sessions import Refused

SERVICE = "cloudfront.amazonaws.com"
_TYPE = "Service"
_DISTRIBUTION = re.compile(r"arn:aws:cloudfront::(\d{12}):distribution/([A-Z0-9]+)")


def create(distribution_arn: str) -> dict[str, str]:
    """The service's credentials on behalf of one distribution. Refused if there is none."""
    found = _DISTRIBUTION.fullmatch(distribution_arn)
    if found is None or cloudfront._distributions.get_scoped(found[1], None, found[2]) is None:
        raise Refused(f"The distribution {distribution_arn} does not exist")
    access_key, secret, token, expires = lambda_sessions.new_keys()
    sts.register_session(
        access_key,
        {
            # An ARN that no policy matches: a service has none, only its name is a principal.
            "Arn": f"arn:aws:sts::{found[1]}:service/{SERVICE}",
            "UserId": SERVICE,
            "SecretAccessKey": secret,
            "SessionToken": token,
            "Expiration": expires,
            "AccountId": found[1],
            "PrincipalType": _TYPE,
            "SourceArn": distribution_arn,
        },
    )
    expiration = datetime.fromtimestamp(expires, UTC).isoformat(timespec="seconds")
    return {"AccessKeyId": access_key, "SecretAccessKey": secret, "SessionToken": token, "Expiration": expiration}


def install() -> None:
    resolve, combine = iam_evaluator.resolve_principal, iam_evaluator.combine_resource_policy

    def resolve_principal(access_key_id: str, account_id: str, credential: Any = None) -> Any:
        session = sts._sessions.get(access_key_id) or {}
        if session.get("PrincipalType") != _TYPE or time.time() > session["Expiration"]:
            return resolve(access_key_id, account_id, credential)
        keys = {
            "aws:sourcearn": session["SourceArn"],
            "aws:sourceaccount": session["AccountId"],
            "aws:principalisawsservice": "true",
            "aws:principalservicename": SERVICE,
        }
        # No identity policy: only the resource's own policy allows.
        return iam_evaluator.PrincipalInfo(session["Arn"], _TYPE, session["AccountId"], [], keys, [])

    def combine_resource_policy(identity: Any, ctx: Any, policy: Any, *arguments: Any, **options: Any) -> Any:
        if ctx.principal_type != _TYPE:
            return combine(identity, ctx, policy, *arguments, **options)
        result = iam_evaluator.evaluate_resource_policy(_without_accounts(policy), ctx, service=SERVICE)
        if result.decision == "Deny":
            result.resource_policy_arn = ctx.resource_arn
        return result

    iam_evaluator.resolve_principal = resolve_principal
    iam_evaluator.combine_resource_policy = combine_resource_policy


def _without_accounts(policy: Any) -> dict[str, Any]:
    """Only the principals that are services or `*`: the evaluator would take the service for its account."""
    document = json.loads(policy or "{}") if isinstance(policy or "", str) else policy
    statements = document.get("Statement", [])
    return {"Statement": [_of_services(one) for one in ([statements] if isinstance(statements, dict) else statements)]}


def _of_services(statement: dict[str, Any]) -> dict[str, Any]:
    principal = statement.get("Principal")
    if not isinstance(principal, dict):
        return statement
    named = principal.get("AWS", [])
    everyone = "*" in ([named] if isinstance(named, str) else named)
    return {**statement, "Principal": {"Service": principal.get("Service", []), **({"AWS": "*"} if everyone else {})}}
