"""Lambda@Edge keeps replicas of a version while a distribution associates it, and for some time after.

Sources: CloudFront Developer Guide, "Delete Lambda@Edge functions and replicas"; "IAM permissions required to associate
Lambda@Edge functions".
"""

from __future__ import annotations

import re
from typing import Any

from ministack import app
from ministack.services import cloudfront, lambda_svc

from localaws.emulator.core import behaviour

_ASSOCIATED = re.compile(r"<LambdaFunctionARN>\s*(arn:[^<\s]+:\d+)\s*</LambdaFunctionARN>")
_DISTRIBUTIONS = "/2020-05-31/distribution"

# The time when the last distribution dissociated a version, by ARN.
_released: dict[str, float] = {}


def install() -> None:
    handle = app.SERVICE_HANDLERS["cloudfront"]
    delete = lambda_svc._delete_function

    async def handle_cloudfront(method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> Any:
        if not (path.startswith(_DISTRIBUTIONS) and method in ("PUT", "DELETE")):
            return await handle(method, path, headers, body, query)
        before = _associated()
        answer = await handle(method, path, headers, body, query)
        _released.update(dict.fromkeys(before - _associated(), behaviour.now()))
        return answer

    def delete_function(name: str, query: dict[str, Any], path_qualifier: str | None = None) -> Any:
        qualifier = lambda_svc._qualifier_from_path_or_query(path_qualifier, query)
        function = lambda_svc._functions.get(name) or {}
        doomed = [qualifier] if qualifier else sorted(function.get("versions", {}), key=int)
        for version in doomed:
            arn = f"{lambda_svc._func_arn(name)}:{version}"
            if arn in _associated() or _lingers(arn):
                message = (
                    f"Lambda was unable to delete {arn} because it is a replicated function. Please see our "
                    "documentation for Deleting Lambda@Edge Functions and Replicas."
                )
                return lambda_svc.error_response_json("InvalidParameterValueException", message, 400)
        answer = delete(name, query, path_qualifier)
        if answer[0] < 300:
            for version in doomed:
                _released.pop(f"{lambda_svc._func_arn(name)}:{version}", None)
        return answer

    app.SERVICE_HANDLERS["cloudfront"] = handle_cloudfront
    lambda_svc._delete_function = delete_function


def _associated() -> set[str]:
    documents = (record.get("config_xml") or "" for record in cloudfront._distributions.values())
    texts = (each if isinstance(each, str) else each.decode() for each in documents)
    # The elements may have any namespace prefix.
    return {arn for text in texts for arn in _ASSOCIATED.findall(re.sub(r"<(/?)\w+:", r"<\1", text))}


def _lingers(arn: str) -> bool:
    return arn in _released and behaviour.now() - _released[arn] < behaviour.current.replicas_linger_seconds
