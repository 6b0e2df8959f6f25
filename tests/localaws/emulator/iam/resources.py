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


# By operation: the type of the resource and the member with its name. Service Authorization Reference, CloudWatch Logs,
# which has several for some, and for DeleteDeliverySource the destination, surely by mistake.
_DELIVERIES = {
    "CreateDelivery": ("delivery-source", "deliverySourceName"),
    "DeleteDelivery": ("delivery", "id"),
    "DeleteDeliveryDestination": ("delivery-destination", "name"),
    "DeleteDeliverySource": ("delivery-source", "name"),
    "PutDeliveryDestination": ("delivery-destination", "name"),
    "PutDeliverySource": ("delivery-source", "name"),
    "UpdateDeliveryConfiguration": ("delivery", "id"),
}


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
        if service == "logs":
            return _delivery(headers.get("x-amz-target", ""), body, f"arn:aws:logs:{region}:{account_id}:") or found
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
    if service == "cloudfront":
        return _cloudfront(method, path, body, query, f"arn:aws:cloudfront::{account_id}:")
    return None


def _delivery(target: str, body: bytes, prefix: str) -> str | None:
    """The resource of a call about log deliveries. A listing has none."""
    found = _DELIVERIES.get(target.rpartition(".")[2])
    return f"{prefix}{found[0]}:{json.loads(body)[found[1]]}" if found else None


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
