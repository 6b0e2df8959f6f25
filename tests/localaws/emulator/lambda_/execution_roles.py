"""Lambda refuses an execution role that it cannot assume; MiniStack accepts any.

Source: AWS Lambda API reference, CreateFunction.
"""

from __future__ import annotations

import json

from ministack.services import lambda_svc

from localaws.emulator.core.errors import Refused
from localaws.emulator.core.handlers import check_first
from localaws.emulator.iam import lambda_sessions


def install() -> None:
    check_first("lambda", _check, lambda_svc.error_response_json)


def _check(method: str, path: str, body: bytes) -> None:
    role = None
    if method in ("POST", "PUT") and path.rstrip("/").endswith(("/functions", "/configuration")):
        role = json.loads(body or b"{}").get("Role")
    try:
        if role:
            lambda_sessions.check_trust(role, ("lambda.amazonaws.com",))
    except lambda_sessions.Refused:
        message = "The role defined for the function cannot be assumed by Lambda."
        raise Refused("InvalidParameterValueException", message) from None
