"""Validation of the policy of a Multi-Region Access Point."""

from __future__ import annotations

from typing import Any

from ministack.services import s3

from localaws.emulator.core.documents import as_list, statements_of


def problem(policy: str, arn: str, block_public: bool) -> str | None:
    """The error code of a *policy* that the MRAP *arn* refuses, or None."""
    try:
        statements = statements_of(policy)
    except ValueError:
        return "MalformedPolicy"
    if not statements or not all(_is_about(statement, arn) for statement in statements):
        return "MalformedPolicy"
    return "AccessDenied" if block_public and is_public(policy) else None


def is_public(policy: str) -> bool:
    return bool(s3._policy_is_public(policy))


def _is_about(statement: Any, arn: str) -> bool:
    if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
        return False
    if not all(name in statement or f"Not{name}" in statement for name in ("Principal", "Action")):
        return False
    resources = as_list(statement.get("Resource") or statement.get("NotResource"))
    # The MRAP itself and the objects behind it. Source: S3 User Guide, "Multi-Region Access Point permissions".
    return bool(resources) and all(item == arn or str(item).startswith(f"{arn}/object/") for item in resources)
