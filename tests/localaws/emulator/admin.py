"""The emulator's own endpoints, below /_local/: they do not reach MiniStack or the request log."""

from __future__ import annotations

import json
import os
from typing import Any

from localaws.emulator.core import behaviour
from localaws.emulator.core.faults import Faults
from localaws.emulator.core.request import Request, Response
from localaws.emulator.core.request_log import RequestLog
from localaws.emulator.iam import cloudfront_sessions, gate, lambda_sessions

PREFIX = "/_local/"


def answer(request: Request, log: RequestLog, faults: Faults) -> Response:
    route = f"{request.method} {request.path.removeprefix(PREFIX)}"
    try:
        if route == "GET health":
            return _json(200, {"pid": os.getpid()})
        if route == "GET requests":
            return _json(200, log.after(int(request.query.get("after", "0"))))
        if route == "GET authorisations":
            return _json(200, gate.after(int(request.query.get("after", "0"))))
        if route == "POST faults":
            fault = json.loads(request.body or b"{}")
            after = fault.get("after_mutating")
            if after is not None and (not isinstance(after, int) or after < 0):
                raise ValueError("after_mutating must be a non-negative integer")
            faults.arm(after, fault.get("access_key_id"))
            return _json(200, {"after_mutating": after})
        if route == "POST behaviour":
            return _json(200, behaviour.change(json.loads(request.body or b"{}")))
        if route == "POST lambda-session":
            document = json.loads(request.body)
            return _json(200, lambda_sessions.create(document["role_arn"], document["function_arn"]))
        if route == "POST cloudfront-session":
            return _json(200, cloudfront_sessions.create(json.loads(request.body)["distribution_arn"]))
    except lambda_sessions.Refused as refused:
        return _json(403, {"message": str(refused)})
    except (ValueError, KeyError, IndexError, AttributeError) as problem:
        return _json(400, {"message": f"{type(problem).__name__}: {problem}"})
    return _json(404, {"message": f"There is no {request.method} {request.path}"})


def _json(status: int, document: Any) -> Response:
    return Response(status, "application/json", json.dumps(document).encode())
