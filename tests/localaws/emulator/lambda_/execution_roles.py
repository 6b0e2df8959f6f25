"""Lambda refuses an execution role that it cannot assume; MiniStack accepts any.

Source: AWS Lambda API reference, CreateFunction.
"""

from __future__ import annotations

import json
from typing import Any

from ministack import app
from ministack.services import lambda_svc

from localaws.emulator.core.errors import Refused
from localaws.emulator.iam import lambda_sessions


def install() -> None:
    handler = app.SERVICE_HANDLERS["lambda"]

    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> Any:
        try:
            _check(method, path, body)
        except Refused as refused:
            return lambda_svc.error_response_json(refused.code, str(refused), refused.status)
        return await handler(method, path, headers, body, query)

    app.SERVICE_HANDLERS["lambda"] = handle


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
