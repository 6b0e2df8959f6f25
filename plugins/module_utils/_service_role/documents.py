# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Policy documents of a role: divided so that IAM takes them, and what each of them grants. Pure."""

from __future__ import annotations

import functools
import itertools
import json
import math
import re
import typing as t

from .._core.errors import EdgeError
from .._rules.policy_documents import Document, canonical, listed

Statement = dict[str, t.Any]
# An element's list, by the keys that lead to it.
_Path = tuple[str, ...]
Axes = dict[_Path, list[str]]

# Characters of a managed policy; white space is not counted. Source: IAM User Guide, "IAM and AWS STS quotas".
MAX_SIZE = 6144
# Those of the number that a piece's Sid gets.
_NUMBER = 4

# Operators of which one value of the list is enough, so that two statements with half the list each are equivalent.
# Source: IAM User Guide, "Conditions with multiple context keys or values": with a negated operator, and with
# ForAllValues, all of them count.
_ANY_OF = {
    *("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"),
    *("NumericEquals", "DateEquals", "IpAddress", "BinaryEquals"),
}

# One value of each list, the effect first. So many are looked at one by one; with more, conditions count as a whole.
Grant = tuple[t.Any, ...]
_MOST_GRANTS = 100_000


def document(statements: t.Sequence[Statement]) -> Statement:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def text(policy: Document) -> str:
    """As it is sent, which is what IAM counts."""
    return json.dumps(policy, separators=(",", ":"))


def size(statements: t.Sequence[Statement]) -> int:
    return len(text(document(statements)))


def split(where: str, statements: t.Sequence[Statement]) -> list[Statement]:
    """Documents that IAM takes and that together are equivalent to *statements*, in their order.

    A statement stays whole where it fits. EdgeError, about the option *where*, for one that cannot be divided.
    """
    taken = {str(statement.get("Sid", "")) for statement in statements}
    documents: list[list[Statement]] = []
    for statement in statements:
        for piece in _named(_pieces(where, statement), taken):
            if documents and size([*documents[-1], piece]) <= MAX_SIZE:
                documents[-1].append(piece)
            else:
                documents.append([piece])
    return [document(each) for each in documents]


def _pieces(where: str, statement: Statement, room: int = MAX_SIZE) -> list[Statement]:
    """The statement, or as many as it takes: its longest list is halved until each fits."""
    if size([statement]) <= room:
        return [statement]
    paths = sorted(_lists(statement), key=lambda path: len(json.dumps(_at(statement, path))))
    if not paths:
        raise EdgeError(
            f"{where}: the statement {statement.get('Sid') or text(statement)[:60]!r} has {size([statement])} "
            f"characters, of {room} that IAM takes in a policy, and no list that could be divided: make it shorter."
        )
    values = _at(statement, paths[-1])
    middle = len(values) // 2
    halves = (_with(statement, paths[-1], part) for part in (values[:middle], values[middle:]))
    left = MAX_SIZE - (_NUMBER if statement.get("Sid") else 0)
    return [piece for half in halves for piece in _pieces(where, half, left)]


def _named(pieces: list[Statement], taken: set[str]) -> list[Statement]:
    """With a Sid for each: the first keeps the statement's, for a Sid must be unique in a document."""
    sid = pieces[0].get("Sid")
    if not sid:
        return pieces
    free = (name for name in (f"{sid}{number}" for number in itertools.count(2)) if name not in taken)
    names = [str(sid), *itertools.islice(free, len(pieces) - 1)]
    taken.update(names)
    return [{**piece, "Sid": name} for piece, name in zip(pieces, names, strict=True)]


def _lists(statement: Statement) -> list[_Path]:
    """The lists of which each value counts by itself."""
    paths: list[_Path] = [(element,) for element in ("Action", "Resource")]
    for operator, keys in statement.get("Condition", {}).items():
        if is_any_of(operator):
            paths += [("Condition", operator, key) for key in keys]
    return [path for path in paths if len(listed(_at(statement, path) or "")) > 1]


def is_any_of(operator: str) -> bool:
    return operator.removeprefix("ForAnyValue:").removesuffix("IfExists") in _ANY_OF


def _at(tree: t.Any, path: _Path) -> t.Any:
    return functools.reduce(lambda branch, key: branch.get(key), path, tree)


def _with(tree: Statement, path: _Path, value: t.Any) -> Statement:
    first, *rest = path
    return {**tree, first: _with(tree[first], tuple(rest), value) if rest else value}


def few_enough(documents: t.Iterable[Document]) -> bool:
    """Whether what they grant can be looked at one by one."""
    every = [statement for policy in documents for statement in canonical(policy)["Statement"]]
    return sum(math.prod(map(len, axes_of(statement).values())) for statement in every) <= _MOST_GRANTS


def grants(documents: t.Mapping[str, Document], divided: bool | None = None) -> dict[str, frozenset[Grant]]:
    """What each of the documents allows or denies of all that any of them names, value by value.

    How its statements are divided makes no difference, nor does whether it names a value or has a wildcard for it.
    ``divided``: whether a condition's values are looked at one by one; by default where they are few enough.
    """
    divide = few_enough(documents.values()) if divided is None else divided
    found = {name: canonical(policy)["Statement"] for name, policy in documents.items()}
    axes = {
        name: [each for statement in statements for each in _by_principal(statement, axes_of(statement, divide))]
        for name, statements in found.items()
    }
    named = [each for some in axes.values() for each in some]
    return {
        name: frozenset(
            (*values, *of) for wide in some for of in named for values in itertools.product(*_shared(wide, of).values())
        )
        for name, some in axes.items()
    }


def axes_of(statement: Statement, divide_conditions: bool = True) -> Axes:
    """The values that stand for themselves, by where they are in the statement."""
    axes: Axes = {("Effect",): [statement["Effect"]]}
    for element in ("Action", "NotAction", "Resource", "NotResource", "NotPrincipal"):
        if element in statement:
            values = statement[element]
            axes[(element,)] = [json.dumps(values, sort_keys=True)] if element.startswith("Not") else list(values)
    for operator, keys in sorted(statement.get("Condition", {}).items()):
        for key, values in sorted(keys.items()):
            whole = not divide_conditions or not is_any_of(operator)
            axes[("Condition", operator, key)] = [json.dumps(values)] if whole else list(values)
    return axes


def _by_principal(statement: Statement, axes: Axes) -> list[Axes]:
    """Those of each kind of principal, for one of the kinds is enough; a role's own policies have none."""
    if "Principal" not in statement:
        return [axes]
    return [{**axes, ("Principal", kind): list(names)} for kind, names in statement["Principal"].items()]


def _shared(wide: Axes, narrow: Axes) -> Axes:
    """The values of *narrow* that *wide* has too; all of those that *wide* does not ask for."""
    if not wide.keys() <= narrow.keys():
        return {("Effect",): []}
    return {path: _matching(path, wide[path], values) if path in wide else values for path, values in narrow.items()}


def _matching(path: _Path, patterns: list[str], values: list[str]) -> list[str]:
    if path[0] not in ("Action", "Resource"):
        return [value for value in values if value in patterns]
    expression = _expression(*patterns)
    return [value for value in values if expression.fullmatch(value)]


def is_within(value: str, pattern: str) -> bool:
    return _expression(pattern).fullmatch(value) is not None


@functools.lru_cache(1000)
def _expression(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(each).replace(r"\*", ".*").replace(r"\?", "[^*]") for each in patterns))


def covers(wide: Document, narrow: Document) -> bool:
    """Whether *wide* surely allows everyone what *narrow* allows them: a yes is sure, a no is not."""
    found = grants({"wide": wide, "narrow": narrow})
    return found["narrow"] <= found["wide"]
