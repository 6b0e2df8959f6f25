"""The action and resource of a request where MiniStack uses `*`: a policy with exact ARNs must be enough."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

from ministack.core import iam_actions

_NAME = re.compile(rb"<Name>([^<]+)</Name>")


# CloudFront API reference, CreateDistributionWithTags: it needs CreateDistribution; and TagResource, see
# dependent_actions.
_ACTIONS = {"cloudfront:CreateDistributionWithTags": "cloudfront:CreateDistribution"}


def install() -> None:
    extract = iam_actions.extract_resource_arn
    extract_action = iam_actions.extract_iam_action

    def extract_resource_arn(
        service: str,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query_params: dict[str, Any],
        region: str,
        account_id: str,
    ) -> str:
        found = str(extract(service, method, path, headers, body, query_params, region, account_id))
        if found != "*":
            return found
        return _resource(service, method, path, body, query_params, region, account_id) or found

    def extract_iam_action(*arguments: Any, **options: Any) -> str | None:
        action = extract_action(*arguments, **options)
        return _ACTIONS.get(action, action)

    tag_context = iam_actions.request_tag_context

    def request_context(service: str, action: str, body: bytes, params: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = tag_context(service, action, body, params)
        arn = _first(params.get("PolicyArn")) if service == "iam" else None
        return {**context, **({"iam:policyarn": arn} if arn else {})}

    iam_actions.request_tag_context = request_context
    iam_actions.extract_resource_arn = extract_resource_arn
    iam_actions.extract_iam_action = extract_iam_action


def _resource(
    service: str, method: str, path: str, body: bytes, query: dict[str, Any], region: str, account_id: str
) -> str | None:
    if service == "iam":
        source = _first(query.get("PolicySourceArn"))  # SimulatePrincipalPolicy is about a role or a user
        if source:
            return source
        name = _first(query.get("PolicyName"))
        return f"arn:aws:iam::{account_id}:policy/{name}" if name else None
    if service == "cloudfront-keyvaluestore":
        return unquote(path).removeprefix("/key-value-stores/").partition("/keys")[0]
    if service == "lambda" and method == "POST" and path.rstrip("/").endswith("/functions"):
        return f"arn:aws:lambda:{region}:{account_id}:function:{json.loads(body)['FunctionName']}"
    if service == "logs":
        return _delivery(body, f"arn:aws:logs:{region}:{account_id}:")
    if service == "cloudfront":
        return _cloudfront(method, path, body, query, f"arn:aws:cloudfront::{account_id}:")
    return None


def _delivery(body: bytes, prefix: str) -> str | None:
    """For log deliveries (Service Authorization Reference, CloudWatch Logs). A listing has no resource."""
    given: dict[str, Any] = json.loads(body or b"{}")
    if "deliverySourceName" in given:
        return f"{prefix}delivery-source:{given['deliverySourceName']}"
    if "deliveryDestinationConfiguration" in given:
        return f"{prefix}delivery-destination:{given['name']}"
    if "resourceArn" in given and "logType" in given:
        return f"{prefix}delivery-source:{given['name']}"
    return f"{prefix}delivery:{given['id']}" if "id" in given else None


def _cloudfront(method: str, path: str, body: bytes, query: dict[str, Any], prefix: str) -> str | None:
    _version, kind, *rest = path.strip("/").split("/")
    if kind == "tagging":
        return _first(query.get("Resource"))
    if rest and (kind in ("function", "key-value-store", "origin-access-control") or kind.endswith("-policy")):
        return f"{prefix}{kind}/{rest[0]}"
    if method == "POST":  # creation: a function has its name, others get their id
        name = _NAME.search(body) if kind == "function" else None
        return f"{prefix}{kind}/{name[1].decode() if name else '*'}"
    return None


def _first(value: Any) -> str | None:
    return value[0] if isinstance(value, list) and value else value
