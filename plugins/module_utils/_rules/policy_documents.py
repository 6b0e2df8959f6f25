# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Policy documents: their statements checked, and compared as IAM reads them. Pure.

Most of their lists are sets, and one element may stand alone.
"""

from __future__ import annotations

import difflib
import json
import re
import typing as t

from .._core.errors import EdgeError

Json = t.Any
Document = t.Mapping[str, Json]

# Of a statement; of each group that a policy of its kind can have, one must be there.
_REQUIRED = (("Effect",), ("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource"))
_OPTIONAL = ("Sid", "Condition")
ELEMENTS = (*(element for group in _REQUIRED for element in group), *_OPTIONAL)
# In the policy of a role, which is the principal itself.
IDENTITY_ELEMENTS = tuple(element for element in ELEMENTS if element not in ("Principal", "NotPrincipal"))

# Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
_ORDERS = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
OPERATORS = (
    *("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike"),
    *("StringNotLike", "ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike", "IpAddress", "NotIpAddress"),
    *("Bool", "BinaryEquals", "Null"),
    *(f"{kind}{order}" for kind in ("Numeric", "Date") for order in _ORDERS),
)

_ACCOUNT = re.compile(r"\d{12}")


def check_statement(where: str, statement: Json, elements: t.Sequence[str] = ELEMENTS) -> None:
    """Raise EdgeError unless *statement*, of the option *where*, has the form of one with these *elements*."""
    if not isinstance(statement, dict):
        raise EdgeError(f"{where} must be a dictionary with the elements of a statement, not {statement!r}.")
    for element in statement:
        if element not in elements:
            near = difflib.get_close_matches(str(element), elements, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it takes {', '.join(elements)}."
            raise EdgeError(f"{where}.{element} is not an element of a statement here; {hint}")
    for group in _REQUIRED:
        possible = [element for element in group if element in elements]
        if possible and not any(statement.get(element) for element in possible):
            raise EdgeError(f"{where} lacks {' or '.join(possible)}.")
    if statement["Effect"] not in ("Allow", "Deny"):
        raise EdgeError(f"{where}.Effect must be Allow or Deny, not {statement['Effect']!r}.")
    condition = statement.get("Condition", {})
    if not isinstance(condition, dict) or not all(isinstance(keys, dict) for keys in condition.values()):
        raise EdgeError(
            f"{where}.Condition must be a dictionary of operators, each with a dictionary of keys, not {condition!r}."
        )


def check_operators(where: str, condition: t.Iterable[str]) -> None:
    """Raise EdgeError unless IAM knows all operators of the *condition* of the option *where*."""
    for operator in condition:
        name = re.sub(r"^(ForAllValues|ForAnyValue):", "", operator)
        name = name if name == "NullIfExists" else name.removesuffix("IfExists")
        if name not in OPERATORS:
            near = difflib.get_close_matches(name, OPERATORS, n=1)
            hint = f"; did you mean {near[0]}?" if near else ", such as StringEquals or ArnLike."
            raise EdgeError(f"{where}.{operator} is not a condition operator of IAM{hint}")


def same(one: Document | None, other: Document | None) -> bool:
    if one is None or other is None:
        return one is other
    return canonical(one) == canonical(other)


def canonical(document: Document) -> Json:
    """One form for all documents that mean the same.

    Source: IAM User Guide, "IAM JSON policy element reference".
    """
    statements = [_statement(item) for item in listed(document.get("Statement", []))]
    rest = {key: value for key, value in document.items() if key not in ("Statement", "Version")}
    return {**rest, "Version": document.get("Version", "2008-10-17"), "Statement": _sorted(statements)}


def _statement(statement: Document) -> Document:
    result: dict[str, Json] = {}
    for element, value in statement.items():
        if element in ("Action", "NotAction"):  # which do not know upper and lower case
            result[element] = _sorted(str(item).lower() for item in listed(value))
        elif element in ("Resource", "NotResource"):
            result[element] = _sorted(map(str, listed(value)))
        elif element in ("Principal", "NotPrincipal"):
            kinds = value if isinstance(value, dict) else {"AWS": value}
            result[element] = {kind: _sorted(map(_principal, listed(items))) for kind, items in kinds.items()}
        elif element == "Condition":
            result[element] = {operator: _condition(keys) for operator, keys in value.items()}
        elif value != "":  # a Sid may be empty
            result[element] = value
    return result


def _principal(principal: Json) -> str:
    """AWS stores an account's number as the ARN of its root."""
    return f"arn:aws:iam::{principal}:root" if _ACCOUNT.fullmatch(str(principal)) else str(principal)


def _condition(keys: Document) -> Document:
    return {key.lower(): _sorted(map(_text, listed(values))) for key, values in keys.items()}


def _text(value: Json) -> str:
    return json.dumps(value) if isinstance(value, (bool, int, float)) else str(value)


def listed(value: Json) -> list[Json]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _sorted(items: t.Iterable[Json]) -> list[Json]:
    by_text = {json.dumps(item, sort_keys=True): item for item in items}
    return [by_text[text] for text in sorted(by_text)]
