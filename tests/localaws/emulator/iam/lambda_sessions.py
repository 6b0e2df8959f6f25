"""Credentials of a Lambda function's role, as Lambda@Edge gives them to the function."""

from __future__ import annotations

import copy
import json
import secrets
import string
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from ministack.core.iam_evaluator import evaluate_trust_policy
from ministack.services import iam, sts

_SERVICES = ("lambda.amazonaws.com", "edgelambda.amazonaws.com")
_LIFETIME_SECONDS = 3600
_KEY_ALPHABET = string.ascii_uppercase + "234567"


class Refused(Exception):
    pass


def check_trust(role_arn: str, services: Sequence[str] = _SERVICES) -> dict[str, Any]:
    """The role. Refused unless it exists, and these services may assume it."""
    account, role_name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    role: dict[str, Any] | None = iam._roles.get_scoped(account, None, role_name)
    if role is None or role["Arn"] != role_arn:
        raise Refused(f"The role {role_arn} does not exist")
    trust = _for_services(role.get("AssumeRolePolicyDocument") or {})
    for service in services:
        if not evaluate_trust_policy(trust, service):
            raise Refused(f"The trust policy of {role_arn} does not let {service} call sts:AssumeRole")
    return role


def create(role_arn: str, function_arn: str) -> dict[str, str]:
    account, role_name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    role = check_trust(role_arn)
    access_key, secret, token, expires = new_keys()
    session_name = function_arn.split(":")[6]
    sts.register_session(
        access_key,
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{role_name}/{session_name}",
            "UserId": f"{role['RoleId']}:{session_name}",
            "SecretAccessKey": secret,
            "SessionToken": token,
            "Expiration": expires,
            "AccountId": account,
            "PrincipalType": "AssumedRole",
        },
    )
    expiration = datetime.fromtimestamp(expires, UTC).isoformat(timespec="seconds")
    return {"AccessKeyId": access_key, "SecretAccessKey": secret, "SessionToken": token, "Expiration": expiration}


def new_keys() -> tuple[str, str, str, float]:
    """An access key id, its secret, a session token, and when they expire."""
    access_key = "ASIA" + "".join(secrets.choice(_KEY_ALPHABET) for _ in range(16))
    return access_key, secrets.token_urlsafe(30), secrets.token_urlsafe(120), time.time() + _LIFETIME_SECONDS


def _for_services(document: str | dict[str, Any]) -> dict[str, Any]:
    """The trust policy with its Service principals as AWS ones, the only kind that MiniStack's evaluator matches."""
    policy: dict[str, Any] = json.loads(document) if isinstance(document, str) else copy.deepcopy(document)
    statements = policy.get("Statement") or []
    for statement in [statements] if isinstance(statements, dict) else statements:
        principal = statement.get("Principal")
        if isinstance(principal, dict):
            statement["Principal"] = {"AWS": principal.get("Service", [])}
    return policy
