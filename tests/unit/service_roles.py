# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles and policies for the tables of iam_service_role."""

from __future__ import annotations

import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._service_role.documents import document, split
from ansible_collections.multiregion.edge.plugins.module_utils._service_role.model import (
    Desired,
    Group,
    Observed,
    Policy,
    Role,
)

ACCOUNT = "111122223333"
NAME, SITE = "site-role", "shop"
ARN = f"arn:aws:iam::{ACCOUNT}:role/{NAME}"
MANAGED = {"multiregion-edge": SITE}
S3, LAMBDA, BATCH = "s3.amazonaws.com", "lambda.amazonaws.com", "batchoperations.s3.amazonaws.com"

Statement = dict[str, t.Any]


def arn(policy: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:policy/{policy}"


def allow(*actions: str, on: t.Sequence[str] = ("arn:aws:s3:::b/*",), **more: t.Any) -> Statement:
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(on), **more}


def group(name: str, *statements: Statement) -> Group:
    return Group(name, f"About {name}", tuple(split(name, statements)))


def divided(name: str, *documents: t.Sequence[Statement]) -> Group:
    """A division that the current code would not make."""
    return Group(name, "", tuple(document(statements) for statements in documents))


def desired(*groups: Group, services: t.Sequence[str] = (S3,), **more: t.Any) -> Desired:
    return Desired(NAME, SITE, ACCOUNT, tuple(services), groups=groups, **{"conditions": {}, **more})


def trusting(*services: str, condition: Statement | None = None) -> Statement:
    return desired(services=services, conditions=condition or {}).trust()


def observed(
    policies: t.Mapping[str, t.Sequence[Statement]] | None = None,
    *,
    attached: t.Collection[str] | None = None,
    others: t.Collection[str] = (),
    versions: int = 1,
    trust: Statement | None = None,
    **role: t.Any,
) -> Observed:
    """A managed role that S3 assumes, with these managed policies, all of them *attached*, and *others*."""
    given = policies or {}
    arns = {arn(name): name for name in (given if attached is None else attached)}
    return Observed(
        Role(
            ARN,
            trust or trusting(S3),
            attached={**arns, **{arn(name): name for name in others}},
            **{"tags": MANAGED, **role},
        ),
        {
            name: Policy(arn(name), document(statements), MANAGED, tuple(f"v{n}" for n in range(1, versions)))
            for name, statements in given.items()
        },
    )
