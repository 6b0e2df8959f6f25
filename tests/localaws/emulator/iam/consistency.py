"""IAM is eventually consistent: reads, later changes and services see a change of a role or policy with a delay.

A name is taken at once, and a removed attachment may still block a deletion. Source: IAM User Guide, "Changes that I
make are not always immediately visible".
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import iam

from localaws.emulator.core import behaviour
from localaws.emulator.iam import lambda_sessions, service_roles

Handler = Callable[[dict[str, Any]], Any]
Record = dict[str, Any] | None
# Account, the parameter that names it, and the name of a role or the ARN of a policy.
_Key = tuple[str, str, str]

_ROLE, _POLICY = "RoleName", "PolicyArn"
_READS = ("GetRole", "ListAttachedRolePolicies", "ListRolePolicies", "ListRoleTags", "ListInstanceProfilesForRole")
_POLICY_READS = ("GetPolicy", "GetPolicyVersion", "ListPolicyVersions", "ListPolicyTags")
_CHANGES = (
    *("UpdateRole", "UpdateAssumeRolePolicy", "TagRole", "UntagRole", "AttachRolePolicy", "DetachRolePolicy"),
    *("PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary", "PutRolePolicy", "DeleteRolePolicy"),
    *("CreatePolicyVersion", "DeletePolicyVersion", "SetDefaultPolicyVersion", "TagPolicy", "UntagPolicy"),
)
# The record before each change, oldest first, with the time of the change.
_before: dict[_Key, list[tuple[float, Record]]] = {}


def install() -> None:
    """Install after the modules that make handlers stricter: their checks see the delayed state."""
    behaviour.before_change.append(_before.clear)
    handlers = iam._IAM_HANDLERS
    for name in (*_READS, *_POLICY_READS):
        handlers[name] = _late(handlers[name])
    for name in _CHANGES:
        handlers[name] = _remembered(_unless_invisible(handlers[name]))
    for name in ("CreateRole", "CreatePolicy"):
        handlers[name] = _remembered(handlers[name])
    for name in ("DeleteRole", "DeletePolicy"):
        handlers[name] = _remembered(_unless_attached(handlers[name]))
    handlers["ListPolicies"] = _late_list(handlers["ListPolicies"])
    _let_services_see_late()


def _late(handler: Handler) -> Handler:
    def late(parameters: dict[str, Any]) -> Any:
        with _as_seen(_keys(parameters), behaviour.current.iam_seconds):
            return handler(parameters)

    return late


def _late_list(handler: Handler) -> Handler:
    def late(parameters: dict[str, Any]) -> Any:
        with _as_seen([key for key in _before if key[1] == _POLICY], behaviour.current.iam_seconds):
            return handler(parameters)

    return late


def _remembered(handler: Handler) -> Handler:
    """Keep the record before a change."""

    def remembered(parameters: dict[str, Any]) -> Any:
        before = {key: copy.deepcopy(_record(key)) for key in _keys(parameters)}
        answer = handler(parameters)
        if answer[0] < 300 and max(behaviour.current.iam_seconds, behaviour.current.iam_service_seconds):
            for key, record in before.items():
                _before.setdefault(key, []).append((behaviour.now(), record))
        return answer

    return remembered


def _unless_invisible(handler: Handler) -> Handler:
    """Refuse a change of a role or policy that is not visible yet."""

    def unless_invisible(parameters: dict[str, Any]) -> Any:
        for key in _keys(parameters):
            seen, record = _seen(key, behaviour.current.iam_seconds)
            if seen and record is None:
                return iam._error(404, "NoSuchEntity", f"{key[2]} does not exist or is not attachable.", ns="iam")
        return handler(parameters)

    return unless_invisible


def _unless_attached(handler: Handler) -> Handler:
    def unless_attached(parameters: dict[str, Any]) -> Any:
        (key,) = _keys(parameters)
        arn = key[2]
        seen, record = _seen(key, behaviour.current.iam_seconds)
        attached = [role for role in _before if role[1] == _ROLE and arn in _attached(role)]
        if (seen and record and record.get("AttachedPolicies")) or (key[1] == _POLICY and attached):
            return iam._error(409, "DeleteConflict", "Cannot delete entity, must detach all policies first.", ns="iam")
        if seen and record and key[1] == _POLICY and len(record["Versions"]) > 1:
            return iam._error(409, "DeleteConflict", "This policy has more than one version.", ns="iam")
        return handler(parameters)

    return unless_attached


def _attached(role: _Key) -> list[str]:
    seen, record = _seen(role, behaviour.current.iam_seconds)
    return (record or {}).get("AttachedPolicies", []) if seen else []


def _let_services_see_late() -> None:
    check_trust, init = lambda_sessions.check_trust, service_roles.Role.__init__

    def checked_late(role_arn: str, *services: Any) -> dict[str, Any]:
        with _as_seen([_role_key(role_arn)], behaviour.current.iam_service_seconds):
            return check_trust(role_arn, *services)

    def read_late(role: Any, arn: str) -> None:
        seconds = behaviour.current.iam_service_seconds
        with _as_seen([_role_key(arn), *(key for key in _before if key[1] == _POLICY)], seconds):
            init(role, arn)
            _ = seconds and (role._policies, role._limits)  # read now: they are cached

    lambda_sessions.check_trust = checked_late  # type: ignore[assignment]
    service_roles.Role.__init__ = read_late  # type: ignore[assignment, method-assign]


def _role_key(arn: str) -> _Key:
    return arn.split(":")[4], _ROLE, arn.rpartition("/")[2]


def _keys(parameters: dict[str, Any]) -> list[_Key]:
    """The role and the policy of a request."""
    account, found = get_account_id(), {name: iam._p(parameters, name) for name in (_ROLE, _POLICY)}
    if iam._p(parameters, "PolicyName") and not any(found.values()):  # CreatePolicy
        found[_POLICY] = f"arn:aws:iam::{account}:policy/{iam._p(parameters, 'PolicyName')}"
    return [(account, name, value) for name, value in found.items() if value]


def _record(key: _Key) -> Record:
    account, kind, name = key
    record: Record = (iam._roles if kind == _ROLE else iam._policies).get_scoped(account, None, name)
    return record


def _seen(key: _Key, seconds: float) -> tuple[bool, Record]:
    """Whether the old record is still visible, and the record."""
    changes = [record for since, record in _before.get(key, []) if behaviour.now() - since < seconds]
    return bool(changes), changes[0] if changes else None


@contextlib.contextmanager
def _as_seen(keys: list[_Key], seconds: float) -> Iterator[None]:
    """Run with each of *keys* as it was before its first change that is not visible yet."""
    late = {key: record for key in keys for seen, record in [_seen(key, seconds)] if seen}
    now = {key: _record(key) for key in late}
    try:
        for key, record in late.items():
            _put(key, record)
        yield
    finally:
        for key, record in now.items():
            _put(key, record)


def _put(key: _Key, record: Record) -> None:
    _, kind, name = key
    store = iam._roles if kind == _ROLE else iam._policies
    if record is None:
        store.pop(name, None)
    else:
        store[name] = record
