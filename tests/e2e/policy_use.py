"""Which parts of a policy, of Allow statements only, allow the authorisations that local AWS has recorded. Pure."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from typing import Any

Statement = dict[str, Any]
Authorisation = dict[str, Any]
# Sid, action and resource, as they are in the policy.
Part = tuple[str, str, str]


def parts(statement: Statement) -> list[Part]:
    return [
        (statement["Sid"], action, resource)
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    ]


def allowing(statements: Iterable[Statement], asked: Authorisation) -> Iterator[Part]:
    for statement in statements:
        if _fulfilled(statement.get("Condition", {}), asked["keys"]):
            for part in parts(statement):
                if _like(part[1].lower(), asked["action"].lower()) and _like(part[2], asked["resource"]):
                    yield part


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _fulfilled(conditions: dict[str, dict[str, Any]], keys: dict[str, Any]) -> bool:
    return all(
        _matches(operator, listed(wanted), keys.get(key.lower()))
        for operator, values in conditions.items()
        for key, wanted in values.items()
    )


def _matches(operator: str, wanted: list[str], value: Any) -> bool:
    if operator == "Null":
        return (value is None) == (wanted == ["true"])
    every, _, plain = operator.rpartition(":")
    if value is None:
        return every == "ForAllValues"
    exact = plain == "StringEquals"
    found = [any(each == one if exact else _like(each, one) for each in wanted) for one in map(str, listed(value))]
    return all(found) if every == "ForAllValues" else any(found)


def _like(pattern: str, value: str) -> bool:
    return _pattern(pattern).fullmatch(value) is not None


@functools.cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
