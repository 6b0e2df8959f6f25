"""Validation of bucket policies; MiniStack accepts any.

Source: S3 API reference, "Error responses", MalformedPolicy.
"""

from __future__ import annotations

import re
from typing import Any

from ministack.core.iam_evaluator import fnmatch_iam_cs
from ministack.core.responses import get_account_id
from ministack.services import iam, s3

from localaws.emulator.core.documents import as_list, statements_of

_IDENTITY = re.compile(r"arn:aws:iam::(\d{12}):(role|user)/(?:.*/)?([^/]+)")


def install() -> None:
    put = s3._put_bucket_policy

    def put_policy(name: str, body: bytes) -> Any:
        problem = _problem(body, f"arn:aws:s3:::{name}") if name in s3._buckets else None
        return put(name, body) if problem is None else s3._error("MalformedPolicy", problem, 400, f"/{name}")

    s3._put_bucket_policy = put_policy


def _problem(body: bytes, arn: str) -> str | None:
    try:
        statements = statements_of(body)
    except ValueError:
        return "Policies must be valid JSON and the first byte must be '{'"
    if not statements or not all(isinstance(statement, dict) for statement in statements):
        return "Missing required field Statement"
    return next((found for statement in statements if (found := _problem_of(statement, arn))), None)


def _problem_of(statement: dict[str, Any], arn: str) -> str | None:
    if statement.get("Effect") not in ("Allow", "Deny"):
        return f"Invalid effect: {statement.get('Effect')}"
    for name in ("Principal", "Action", "Resource"):
        if name not in statement and f"Not{name}" not in statement:
            return f"Missing required field {name}"
    if not all(_is_of(item, arn) for item in as_list(statement.get("Resource") or statement.get("NotResource"))):
        return "Policy has invalid resource"
    principal = statement.get("Principal") or statement.get("NotPrincipal")
    named = as_list(principal.get("AWS")) if isinstance(principal, dict) else []
    return None if all(map(_exists, named)) else "Invalid principal in policy"


def _is_of(resource: Any, arn: str) -> bool:
    """Whether it is the bucket or objects in it."""
    bucket = str(resource).partition("/")[0]
    return bucket == arn or ("*" in bucket and fnmatch_iam_cs(arn, bucket))


def _exists(principal: Any) -> bool:
    """Principals of other accounts are not known here."""
    found = _IDENTITY.fullmatch(str(principal))
    if found is None or found[1] != get_account_id():
        return True
    return found[3] in (iam._roles if found[2] == "role" else iam._users)
