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
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._policy_documents import Document, canonical, listed

Statement = dict[str, t.Any]
# An element's list, by the keys that lead to it.
_Path = tuple[str, ...]

# Characters of a managed policy; white space is not counted. Source: IAM User Guide, "IAM and AWS STS quotas".
MAX_SIZE = 6144

# Operators of which one value of the list is enough, so that two statements with half the list each say the same.
# Source: IAM User Guide, "Conditions with multiple context keys or values": with a negated operator, and with
# ForAllValues, all of them count.
_ANY_OF = {
    *("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"),
    *("NumericEquals", "DateEquals", "IpAddress", "BinaryEquals"),
}

# What one value of each list grants. So many are looked at one by one; with more, a condition is taken as a whole.
Grant = tuple[t.Any, ...]
_MOST_GRANTS = 200_000


def document(statements: t.Sequence[Statement]) -> Statement:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def text(policy: Document) -> str:
    """As it is sent, which is what IAM counts."""
    return json.dumps(policy, separators=(",", ":"))


def size(statements: t.Sequence[Statement]) -> int:
    return len(text(document(statements)))


def split(where: str, statements: t.Sequence[Statement]) -> list[Statement]:
    """Documents that IAM takes and that together say what *statements* say, in their order.

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


def _pieces(where: str, statement: Statement) -> list[Statement]:
    """The statement, or as many as it takes: its longest list is halved until each fits."""
    if size([statement]) <= MAX_SIZE:
        return [statement]
    paths = sorted(_lists(statement), key=lambda path: len(json.dumps(_at(statement, path))))
    if not paths:
        raise EdgeError(
            f"{where}: the statement {statement.get('Sid') or text(statement)[:60]!r} has {size([statement])} "
            f"characters, of {MAX_SIZE} that IAM takes in a policy, and no list that could be divided: make it shorter."
        )
    values = _at(statement, paths[-1])
    middle = len(values) // 2
    halves = (_with(statement, paths[-1], part) for part in (values[:middle], values[middle:]))
    return [piece for half in halves for piece in _pieces(where, half)]


def _named(pieces: list[Statement], taken: set[str]) -> t.Iterator[Statement]:
    """With a Sid for each: the first keeps the statement's, for a Sid must be unique in a document."""
    for number, piece in enumerate(pieces):
        sid = str(piece.get("Sid", ""))
        if number and sid:
            sid = next(name for name in (f"{sid}{n}" for n in itertools.count(2)) if name not in taken)
            taken.add(sid)
            piece = {**piece, "Sid": sid}
        yield piece


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


def grants(documents: t.Mapping[str, Document]) -> dict[str, frozenset[Grant]]:
    """What each of the documents grants or denies, one by one: how its statements are divided makes no difference."""
    statements = {name: canonical(policy)["Statement"] for name, policy in documents.items()}
    axes = {name: [_axes(statement, True) for statement in each] for name, each in statements.items()}
    many = sum(math.prod(map(len, each)) for some in axes.values() for each in some) > _MOST_GRANTS
    if many:
        axes = {name: [_axes(statement, False) for statement in each] for name, each in statements.items()}
    return {
        name: frozenset(grant for each in some for grant in itertools.product(*each)) for name, some in axes.items()
    }


def _axes(statement: Statement, divide_conditions: bool) -> list[list[t.Any]]:
    """The values that stand for themselves, element by element."""
    axes: list[list[t.Any]] = [[statement["Effect"]]]
    for element in ("Action", "Resource"):
        axes.append(list(statement[element]) if element in statement else [json.dumps(_negated(statement, element))])
    for operator, keys in sorted(statement.get("Condition", {}).items()):
        for key, values in sorted(keys.items()):
            divided = values if divide_conditions and is_any_of(operator) else [json.dumps(values)]
            axes.append([(operator, key, value) for value in divided])
    return axes


def _negated(statement: Statement, element: str) -> t.Any:
    return [f"Not{element}", statement.get(f"Not{element}")]


def covers(wide: Document, narrow: Document) -> bool:
    """Whether *wide* surely lets everyone do what *narrow* lets them: a yes is sure, a no is not."""
    one, other = canonical(wide)["Statement"], canonical(narrow)["Statement"]
    return all(any(_statement_covers(each, statement) for each in one) for statement in other)


def _statement_covers(wide: Statement, narrow: Statement) -> bool:
    if any(statement["Effect"] != "Allow" or "Principal" not in statement for statement in (wide, narrow)):
        return False
    if not set(wide.get("Action", [])) >= set(narrow.get("Action", ["NotAction"])):
        return False
    principals = wide["Principal"]
    if not all(set(names) <= set(principals.get(kind, [])) for kind, names in narrow["Principal"].items()):
        return False
    given = narrow.get("Condition", {})
    return all(
        is_any_of(operator) and key in given.get(operator, {}) and set(given[operator][key]) <= set(values)
        for operator, keys in wide.get("Condition", {}).items()
        for key, values in keys.items()
    )
