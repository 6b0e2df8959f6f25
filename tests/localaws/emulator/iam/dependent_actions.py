"""The dependent actions of a request, which AWS authorises besides its own action; MiniStack does not.

Sources: Service Authorization Reference, "Dependent actions" of IAM, AWS Lambda and Amazon CloudFront; CloudFront
Developer Guide, "Setting up IAM permissions and roles for Lambda@Edge".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from ministack import app
from ministack.core.responses import get_account_id, get_region

# Action, resource, condition keys.
Right = tuple[str, str, dict[str, str]]
_EDGE_FUNCTION = re.compile(rb"<LambdaFunctionARN>\s*(arn:[^<\s]+)\s*</LambdaFunctionARN>")
_DISTRIBUTIONS = "/2020-05-31/distribution"
_FUNCTIONS = "/2015-03-31/functions"


def install() -> None:
    for service, needed in (("iam", _iam), ("lambda", _lambda), ("cloudfront", _cloudfront)):
        app.SERVICE_HANDLERS[service] = _checked(service, app.SERVICE_HANDLERS[service], needed)


def _checked(service: str, handler: Any, needed: Callable[[str, str, bytes, Any], list[Right]]) -> Any:
    async def checked(method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> Any:
        for action, resource, keys in needed(method, path, body, query):
            denied = app._enforce_data_plane(
                service, action, headers, query, "", resource_arn=resource, service_context=keys
            )
            if denied:
                return denied
        return await handler(method, path, headers, body, query)

    return checked


def _iam(method: str, path: str, body: bytes, query: Any) -> list[Right]:
    form = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
    kind = {"CreateRole": "Role", "CreatePolicy": "Policy"}.get(form.get("Action", ""))
    if kind is None or "Tags.member.1.Key" not in form:
        return []
    return [(f"iam:Tag{kind}", f"arn:aws:iam::{get_account_id()}:{kind.lower()}/{form.get(f'{kind}Name', '')}", {})]


def _lambda(method: str, path: str, body: bytes, query: Any) -> list[Right]:
    name = path.rstrip("/").removeprefix(_FUNCTIONS)
    created = method == "POST" and not name
    if not (created or (method == "PUT" and name.endswith("/configuration"))):
        return []
    request = json.loads(body or b"{}")
    needed: list[Right] = []
    if request.get("Role"):
        needed.append(("iam:PassRole", request["Role"], {"iam:PassedToService": "lambda.amazonaws.com"}))
    if created and request.get("Tags"):
        function = f"arn:aws:lambda:{get_region()}:{get_account_id()}:function:{request['FunctionName']}"
        needed.append(("lambda:TagResource", function, {}))
    return needed


def _cloudfront(method: str, path: str, body: bytes, query: Any) -> list[Right]:
    if not path.startswith(_DISTRIBUTIONS) or method not in ("POST", "PUT"):
        return []
    needed: list[Right] = []
    if "WithTags" in query:
        needed.append(("cloudfront:TagResource", f"arn:aws:cloudfront::{get_account_id()}:distribution/*", {}))
    for arn in sorted({found.decode() for found in _EDGE_FUNCTION.findall(body)}):
        needed += [(action, arn, {}) for action in ("lambda:GetFunction", "lambda:EnableReplication")]
    return needed
