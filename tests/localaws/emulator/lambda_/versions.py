"""The conditions of PublishVersion, version numbers, states, and refusals of changes during an update.

Sources: AWS Lambda API reference, PublishVersion, and ListFunctions: it "returns a subset of the FunctionConfiguration
fields", without those of the state; AWS Lambda Developer Guide, "Lambda function states", and "Manage Lambda function
versions": a number is never used again, even after the function is deleted and created again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ministack.services import lambda_svc

from localaws.emulator.core import behaviour

_CONFLICT = "The operation cannot be performed at this time. "
# The members that GetFunction returns, and a list does not.
_NOT_LISTED = frozenset(
    {
        *("State", "StateReason", "StateReasonCode"),
        *("LastUpdateStatus", "LastUpdateStatusReason", "LastUpdateStatusReasonCode", "RuntimeVersionConfig"),
    }
)
_PENDING = {"State": "Pending", "StateReason": "The function is being created.", "StateReasonCode": "Creating"}

# When a version was published, by its ARN.
_published: dict[str, float] = {}


def is_pending(arn: str) -> bool:
    """Whether the version *arn* was published a moment ago."""
    return arn in _published and behaviour.now() - _published[arn] < behaviour.current.lambda_version_seconds


def install() -> None:
    publish = lambda_svc._publish_version
    next_numbers: dict[str, int] = {}
    settle = lambda_svc._schedule_state_transition
    settings = lambda_svc._get_account_settings

    def publish_version(name: str, data: dict[str, Any]) -> Any:
        config = (lambda_svc._functions.get(name) or {}).get("config")
        refused = config and (_busy(config) or lambda_svc._check_revision(config, _without_empty(data)))
        if refused:
            return refused
        code = data.get("CodeSha256")
        if config and code and code != config["CodeSha256"]:
            message = (
                f"CodeSHA256 ({code}) is different from current CodeSHA256 in $LATEST ({config['CodeSha256']}). Please "
                "try again with the CodeSHA256 in $LATEST."
            )
            return lambda_svc.error_response_json("InvalidParameterValueException", message, 400)
        if config:
            function, arn = lambda_svc._functions[name], config["FunctionArn"]
            function["next_version"] = max(function["next_version"], next_numbers.get(arn, 1))
            known = set(function["versions"])
            answer = publish(name, data)
            next_numbers[arn] = function["next_version"]
            _published.update({f"{arn}:{number}": behaviour.now() for number in set(function["versions"]) - known})
            return _with_state(answer)
        return publish(name, data)

    def schedule_state_transition(name: str, delay: float) -> None:
        settle(name, behaviour.current.lambda_update_seconds or delay)

    def forget_deleted() -> None:
        """A new behaviour starts a new test: a function deleted before it may belong to another account."""
        there = {function["config"]["FunctionArn"] for function in lambda_svc._functions._data.values()}
        for arn in next_numbers.keys() - there:
            del next_numbers[arn]

    def account_settings() -> Any:
        status, headers, body = settings()
        document = json.loads(body)
        concurrency = behaviour.current.lambda_concurrency
        document["AccountLimit"] |= {
            "ConcurrentExecutions": concurrency,
            "UnreservedConcurrentExecutions": concurrency,
        }
        return status, headers, json.dumps(document).encode()

    behaviour.before_change.append(forget_deleted)
    lambda_svc._get_account_settings = account_settings
    lambda_svc._publish_version = publish_version
    for name in ("_get_function", "_get_function_config"):
        setattr(lambda_svc, name, _answered(getattr(lambda_svc, name), _with_state))
    for name in ("_list_functions", "_list_versions"):
        setattr(lambda_svc, name, _answered(getattr(lambda_svc, name), _without_states))
    lambda_svc._schedule_state_transition = schedule_state_transition
    lambda_svc._update_code = _unless_busy(lambda_svc._update_code)
    lambda_svc._update_config = _unless_busy(lambda_svc._update_config)


def _answered(handler: Callable[..., Any], change: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda *arguments: change(handler(*arguments))


def _with_state(answer: Any) -> Any:
    """GetFunction has the configuration as a member, the others are it."""
    status, headers, body = answer
    document = json.loads(body)
    found = document.get("Configuration", document)
    if not is_pending(found.get("FunctionArn", "")):
        return answer
    found |= _PENDING
    return status, headers, json.dumps(document).encode()


def _without_states(answer: Any) -> Any:
    status, headers, body = answer
    document = json.loads(body)
    for listed in ("Functions", "Versions"):
        if listed in document:
            document[listed] = [
                {name: value for name, value in config.items() if name not in _NOT_LISTED}
                for config in document[listed]
            ]
    return status, headers, json.dumps(document).encode()


def _unless_busy(change: Callable[[str, dict[str, Any]], Any]) -> Callable[[str, dict[str, Any]], Any]:
    def guarded(name: str, data: dict[str, Any]) -> Any:
        function = lambda_svc._functions.get(name)
        return (function and _busy(function["config"])) or change(name, data)

    return guarded


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    """Without empty values, which botocore sends."""
    return {key: value for key, value in data.items() if value}


def _busy(config: dict[str, Any]) -> Any:
    # Only if a test sets it: MiniStack takes half a second, for which other tests would have to wait.
    if not behaviour.current.lambda_update_seconds:
        return None
    if config.get("State") == "Pending":
        message = f"{_CONFLICT}The function is currently in the following state: Pending"
    elif config.get("LastUpdateStatus") == "InProgress":
        message = f"{_CONFLICT}An update is in progress for resource: {config['FunctionArn']}"
    else:
        return None
    return lambda_svc.error_response_json("ResourceConflictException", message, 409)
