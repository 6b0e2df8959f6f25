# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A bucket's policy: the statements that are ours, among those that are not. Pure."""

from __future__ import annotations

import difflib
import re
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError

# Prefix of the statements and rules that are ours; those of others survive every change.
OURS = "MultiregionEdge"

# Stands in a statement's Resource for the ARN of the bucket whose policy it is in.
PLACEHOLDER = "BUCKET_ARN"

_OPTION = "policy_statements"
_ELEMENTS = ("Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "Condition")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")

_DENIED: dict[str, dict[str, t.Any]] = {
    "DenyInsecureTransport": {"Bool": {"aws:SecureTransport": "false"}},
    "DenyOldTls": {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
}

Config = dict[str, t.Any]


def check_statements(statements: t.Mapping[str, t.Any]) -> None:
    """Raise EdgeError unless every one can be a statement of every bucket's policy, named by its key."""
    for name, statement in statements.items():
        where = f"{_OPTION}.{name}"
        if not _NAME.fullmatch(str(name)):
            raise EdgeError(f"{where}: a statement's name must be letters and digits, beginning with a letter.")
        if name in _DENIED:
            raise EdgeError(f"{where} is a statement that every bucket has already: choose another name.")
        if not isinstance(statement, dict):
            raise EdgeError(f"{where} must be a dictionary with the elements of a statement, not {statement!r}.")
        for element in statement:
            if element not in _ELEMENTS:
                near = difflib.get_close_matches(str(element), _ELEMENTS, n=1)
                hint = f"did you mean {near[0]}?" if near else f"it takes {', '.join(_ELEMENTS)}."
                raise EdgeError(f"{where}.{element} is no element of a bucket's statement here; {hint}")
        if statement.get("Effect") not in ("Allow", "Deny"):
            raise EdgeError(f"{where}.Effect must be Allow or Deny, not {statement.get('Effect')!r}.")
        resources = _listed(statement.get("Resource"))
        if not resources or not all(re.match(rf"{PLACEHOLDER}(/|$)", str(resource)) for resource in resources):
            raise EdgeError(
                f"{where}.Resource must be {PLACEHOLDER} or {PLACEHOLDER}/<keys>, or a list of these: each bucket's "
                "own ARN takes its place, and S3 takes no other in a bucket's policy."
            )


def statements_of(bucket_arn: str, more: t.Mapping[str, Config]) -> list[Config]:
    """Our statements for one bucket: no plain HTTP and no TLS before 1.2, and *more*, by name."""
    denied = [
        {
            "Sid": f"{OURS}{name}",
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
            "Sid": f"{OURS}{name}",
            **statement,
            "Resource": [
                str(resource).replace(PLACEHOLDER, bucket_arn, 1) for resource in _listed(statement["Resource"])
            ],
        }
        for name, statement in more.items()
    ]
    return denied + given


def merged(live: Config | None, ours: list[Config], keep_more: bool) -> Config:
    """The *live* policy with *ours* in place of what it has of ours, but for further statements if *keep_more*."""
    sids = {statement["Sid"] for statement in ours}
    document = live or {"Version": "2012-10-17"}
    kept = [
        statement
        for statement in _listed(document.get("Statement"))
        if not (sid := str(statement.get("Sid", ""))).startswith(OURS) or (keep_more and sid not in sids)
    ]
    return {**document, "Statement": kept + ours}


def canonical(value: t.Any) -> t.Any:
    """One form of what a policy can say in several: S3 may read it back in another than it was put in."""
    if isinstance(value, dict):
        return {key: _principal(item) if key.endswith("Principal") else canonical(item) for key, item in value.items()}
    items = [canonical(item) if isinstance(item, dict) else _text(item) for item in _listed(value)]
    return sorted(items, key=str)


def _principal(value: t.Any) -> t.Any:
    principals = value if isinstance(value, dict) else {"AWS": value}
    return canonical(
        {
            kind: [re.sub(r"^(\d{12})$", r"arn:aws:iam::\1:root", str(item)) for item in _listed(items)]
            for kind, items in principals.items()
        }
    )


def _text(value: t.Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _listed(value: t.Any) -> list[t.Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]
