# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A bucket's policy: the managed statements, among those of others. Pure."""

from __future__ import annotations

import re
import typing as t

from .._core.errors import EdgeError
from .._rules.cloudfront import read_statements
from .._rules.policy_documents import (
    ELEMENTS,
    check_statement,
    listed,
)

# Prefix of managed statements and rules; those of others survive every change.
MANAGED_PREFIX = "MultiregionEdge"

# Stands in a statement's Resource for the ARN of the bucket whose policy it is in.
PLACEHOLDER = "BUCKET_ARN"

_OPTION = "policy_statements"
# The name is the Sid, and the Resource is always the bucket.
_ELEMENTS = tuple(element for element in ELEMENTS if element not in ("Sid", "NotResource"))
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")

_DENIED: dict[str, dict[str, t.Any]] = {
    "DenyInsecureTransport": {"Bool": {"aws:SecureTransport": "false"}},
    "DenyOldTls": {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
}

# The names of the statements by which distributions read; deployed sites have them, so they stay as they are.
_READ, _LIST = "CloudFrontReads", "CloudFrontIsToldWhatIsMissing"

Config = dict[str, t.Any]


def further_statements(
    given: t.Mapping[str, Config] | None, distribution_arns: t.Sequence[str] | None
) -> dict[str, Config] | None:
    """The statements, by name, that both options ask for; None, which leaves all as they are, if neither is given."""
    if given is None and distribution_arns is None:
        return None
    grants: dict[str, Config] = {}
    if distribution_arns:
        grants[_READ], grants[_LIST] = read_statements(distribution_arns, f"{PLACEHOLDER}/*", PLACEHOLDER)
    for name in sorted(grants.keys() & (given or {}).keys()):
        raise EdgeError(f"{_OPTION}.{name} is a statement that distribution_arns makes: choose another name.")
    return {**(given or {}), **grants}


def check_statements(statements: t.Mapping[str, t.Any]) -> None:
    """Raise EdgeError unless every one can be a statement of every bucket's policy, named by its key."""
    for name, statement in statements.items():
        where = f"{_OPTION}.{name}"
        if not _NAME.fullmatch(str(name)):
            raise EdgeError(f"{where}: a statement's name must be letters and digits, beginning with a letter.")
        if name in _DENIED:
            raise EdgeError(f"{where} is a statement that every bucket has already: choose another name.")
        check_statement(where, statement, _ELEMENTS)
        resources = listed(statement["Resource"])
        if not all(re.match(rf"{PLACEHOLDER}(/|$)", str(resource)) for resource in resources):
            raise EdgeError(
                f"{where}.Resource must be {PLACEHOLDER} or {PLACEHOLDER}/<keys>, or a list of these: each bucket's "
                "own ARN takes its place, and S3 takes no other in a bucket's policy."
            )


def statements_of(bucket_arn: str, more: t.Mapping[str, Config]) -> list[Config]:
    """Our statements for one bucket: no plain HTTP and no TLS before 1.2, and *more*, by name."""
    denied = [
        {
            "Sid": f"{MANAGED_PREFIX}{name}",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [bucket_arn, f"{bucket_arn}/*"],
            "Condition": condition,
        }
        for name, condition in _DENIED.items()
    ]
    given = [
        {
            "Sid": f"{MANAGED_PREFIX}{name}",
            **statement,
            "Resource": [
                str(resource).replace(PLACEHOLDER, bucket_arn, 1) for resource in listed(statement["Resource"])
            ],
        }
        for name, statement in more.items()
    ]
    return denied + given


def merged(live: Config | None, managed: list[Config], keep_more: bool) -> Config:
    """The *live* policy with *managed* in place of its managed statements, except further ones if *keep_more*."""
    sids = {statement["Sid"] for statement in managed}
    document = live or {"Version": "2012-10-17"}
    kept = [
        statement
        for statement in listed(document.get("Statement", []))
        if not (sid := str(statement.get("Sid", ""))).startswith(MANAGED_PREFIX) or (keep_more and sid not in sids)
    ]
    return {**document, "Statement": kept + managed}
