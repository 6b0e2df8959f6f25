"""The one gate of authorisation: what a call needs, by the tables, as the Service Authorization Reference has it.

It replaces MiniStack's own choice of action, resource and condition keys, and records each decision. Who calls, and
what policies, boundaries and resource policies say, is MiniStack's part. The account's root may do everything.
"""

from __future__ import annotations

import dataclasses
import time
from contextvars import ContextVar
from typing import Any

from ministack import app
from ministack.core import iam_actions, iam_evaluator
from ministack.core.router import extract_access_key_id
from ministack.services import tagging

from localaws.emulator.core.errors import error
from localaws.emulator.iam import reference
from localaws.emulator.iam.calls import Call
from localaws.emulator.iam.rights import Right, Table, cloudfront, iam, others, s3

# By MiniStack's names of the services.
_TABLES: dict[str, Table] = {
    "acm": others.ACM,
    "cloudfront": cloudfront.CLOUDFRONT,
    "cloudfront-keyvaluestore": cloudfront.KEY_VALUE_STORE,
    "ec2": others.EC2,
    "iam": iam.IAM,
    "kms": others.KMS,
    "lambda": others.LAMBDA,
    "logs": others.LOGS,
    "monitoring": others.CLOUDWATCH,
    "route53": others.ROUTE53,
    "ssm": others.SSM,
    "sts": iam.STS,
    "wafv2": others.WAFV2,
}
_NO_ROW = "NoRowInTheTableOfRights"


@dataclasses.dataclass(frozen=True)
class Authorisation:
    """A decision. *keys*: the condition keys of the request in lower case, without the global ones."""

    time: float
    principal: str
    access_key_id: str
    action: str
    resource: str
    keys: dict[str, Any]
    allowed: bool


_authorisations: list[Authorisation] = []
_caller: ContextVar[Any] = ContextVar("caller", default=None)


def after(number: int) -> list[dict[str, Any]]:
    return [dataclasses.asdict(each) for each in _authorisations[number:]]


def install() -> None:
    """Install last: without the rights, AWS checks nothing else of a call."""
    enforce, resolve, action_of = iam_evaluator.enforce, iam_evaluator.resolve_principal, iam_actions.extract_iam_action

    def resolve_principal(*arguments: Any) -> Any:
        found = resolve(*arguments)
        _caller.set(found)
        return found

    def enforce_by_reference(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        _caller.set(None)
        try:
            resource, keys = _evaluated(iam_action, resource_arn, service_context or {})
        except reference.NotInReference as problem:
            return iam_evaluator.AuthError(_NO_ROW, str(problem))
        denied = enforce(access_key_id, iam_action, service, region, resource, keys)
        caller = _caller.get()
        if isinstance(caller, iam_evaluator.PrincipalInfo) and caller.policies is not None:
            if service == "s3" and iam_action not in s3.ACTIONS:
                return iam_evaluator.AuthError(_NO_ROW, f"{iam_action} is not in iam/rights/s3.py")
            right = (iam_action, resource, keys, denied is None)
            _authorisations.append(Authorisation(time.time(), caller.arn, access_key_id, *right))
        return denied

    def extract_iam_action(service: str, *arguments: Any, **options: Any) -> Any:
        return None if service in _TABLES else action_of(service, *arguments, **options)

    iam_evaluator.resolve_principal = resolve_principal
    iam_evaluator.enforce = enforce_by_reference
    iam_evaluator._names_condition_key = lambda *arguments: False  # tags of a resource come from here
    iam_actions.extract_iam_action = extract_iam_action
    for service, table in _TABLES.items():
        app.SERVICE_HANDLERS[service] = _gated(service, table, app.SERVICE_HANDLERS[service])


def _evaluated(action: str, arn: str, keys: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    known = reference.action(action)
    resource = known.evaluated(arn)
    found = known.context(keys)
    if known.supports_resource_tags and not arn.startswith("arn:aws:s3:"):
        tags = _resource_tags(resource)
        found.update({f"aws:resourcetag/{name}".lower(): value for name, value in tags.items()})
    return resource, found


def _resource_tags(arn: str) -> dict[str, str]:
    service = arn.split(":", 3)[2] if arn.startswith("arn:") else ""
    collect = tagging._RESOURCE_TAG_COLLECTORS.get(service) or tagging._COLLECTORS.get(service)
    found: list[dict[str, str]] = next(
        (tags for candidate, tags in (collect() if collect else ()) if candidate == arn), []
    )
    return {tag["Key"]: tag["Value"] for tag in found}


def _gated(service: str, table: Table, handler: Any) -> Any:
    async def gated(method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> Any:
        access_key_id = extract_access_key_id(headers, query)
        if not iam_evaluator.is_root_access_key(access_key_id or ""):
            call = Call(service, method, path, headers, body, query)
            row = table.get(call.operation)
            if row is None:
                return _refused(service, 400, _NO_ROW, f"{service} {call.operation} is not in iam/rights")
            for right in row(call):
                denied = _denied(service, right, headers, query)
                if denied:
                    return denied
        return await handler(method, path, headers, body, query)

    return gated


def _denied(service: str, right: Right, headers: dict[str, str], query: Any) -> Any:
    denied = app._enforce_data_plane(
        service,
        right.action,
        headers,
        query,
        "",
        resource_arn=right.resource,
        service_context=dict(right.keys),
        named_resource=right.resource,
    )
    if denied and right.refusal:
        return _refused(service, right.refusal.status, right.refusal.code, str(right.refusal))
    return denied


def _refused(service: str, status: int, code: str, message: str) -> Any:
    answer = error(service, status, code, message)
    return answer.status, {"Content-Type": answer.content_type, **dict(answer.headers)}, answer.body
