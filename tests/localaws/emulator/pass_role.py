"""Whoever gives S3 a role must be allowed to pass it: MiniStack evaluates no iam:PassRole.

Source: Service Authorization Reference, Amazon S3: PutReplicationConfiguration and CreateJob need iam:PassRole.
"""

from __future__ import annotations

import re
from typing import Any

from ministack.core import iam_actions

_ROLE = re.compile(rb"<Role>(arn:aws[a-z-]*:iam::\d{12}:role/[^<]+)</Role>")


def install() -> None:
    more_checks = iam_actions.s3_additional_checks
    resources = iam_actions.s3_access_point_resources

    def with_role(method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> list[tuple[str, str]]:
        checks: list[tuple[str, str]] = more_checks(method, path, headers, body, query)
        role = _ROLE.search(body) if method == "PUT" and "replication" in query else None
        return [*checks, ("iam:PassRole", role[1].decode())] if role else checks

    def with_service(resource_arn: str) -> list[tuple[str, dict[str, Any]]]:
        if ":iam::" in resource_arn:
            return [(resource_arn, {"iam:PassedToService": "s3.amazonaws.com"})]
        found: list[tuple[str, dict[str, Any]]] = resources(resource_arn)
        return found

    iam_actions.s3_additional_checks = with_role
    iam_actions.s3_access_point_resources = with_service
