"""How large IAM lets policies be; MiniStack takes any. Inline policies of users are left out: only tests make those.

Source: IAM User Guide, "IAM and AWS STS quotas", "IAM and STS character limits".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.services import iam

Handler = Callable[[dict[str, Any]], Any]
_MANAGED, _INLINE_OF_ROLE = 6144, 10_240


def install() -> None:
    for name in ("CreatePolicy", "CreatePolicyVersion"):
        iam._IAM_HANDLERS[name] = _limited(iam._IAM_HANDLERS[name], _managed)
    iam._IAM_HANDLERS["PutRolePolicy"] = _limited(iam._IAM_HANDLERS["PutRolePolicy"], _inline_of_role)


def _limited(handler: Handler, excess: Callable[[dict[str, Any]], str | None]) -> Handler:
    def limited(parameters: dict[str, Any]) -> Any:
        message = excess(parameters)
        return handler(parameters) if message is None else iam._error(409, "LimitExceeded", message, ns="iam")

    return limited


def _managed(parameters: dict[str, Any]) -> str | None:
    size = _size(iam._p(parameters, "PolicyDocument"))
    return f"Cannot exceed quota for PolicySize: {_MANAGED}" if size > _MANAGED else None


def _inline_of_role(parameters: dict[str, Any]) -> str | None:
    role = iam._p(parameters, "RoleName")
    others = (iam._roles.get(role) or {}).get("InlinePolicies", {})
    all_of_them = {**others, iam._p(parameters, "PolicyName"): iam._p(parameters, "PolicyDocument")}
    size = sum(map(_size, all_of_them.values()))
    return (
        f"Maximum policy size of {_INLINE_OF_ROLE} bytes exceeded for role {role}" if size > _INLINE_OF_ROLE else None
    )


def _size(document: str) -> int:
    """White space is not counted."""
    return len("".join(document.split()))
