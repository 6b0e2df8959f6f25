# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Policy documents, compared as IAM reads them: most of their lists are sets, and one element may stand alone. Pure."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError

Json = t.Any
Document = t.Mapping[str, Json]

_ACCOUNT = re.compile(r"\d{12}")


def check_document(policy: Document) -> None:
    if not policy.get("Statement"):
        raise EdgeError("policy must be a whole policy document: give it a Version and at least one Statement.")


@dataclasses.dataclass(frozen=True)
class Policies:
    """The policy that is in effect everywhere, and the one that was put last, which spreads until it is."""

    established: Document | None = None
    proposed: Document | None = None

    @property
    def spreading(self) -> bool:
        return self.proposed is not None and not same(self.proposed, self.established)

    def has(self, desired: Document) -> bool:
        """Whether *desired* is in effect and stays so."""
        return same(self.established, desired) and not self.spreading

    def awaits(self, desired: Document) -> bool:
        """Whether *desired* was put, and spreads."""
        return self.spreading and same(self.proposed, desired)


def same(one: Document | None, other: Document | None) -> bool:
    if one is None or other is None:
        return one is other
    return canonical(one) == canonical(other)


def canonical(document: Document) -> Json:
    """One form for all documents that mean the same.

    Source: IAM User Guide, "IAM JSON policy element reference".
    """
    statements = [_statement(item) for item in _listed(document.get("Statement", []))]
    rest = {key: value for key, value in document.items() if key not in ("Statement", "Version")}
    return {**rest, "Version": document.get("Version", "2008-10-17"), "Statement": _sorted(statements)}


def _statement(statement: Document) -> Document:
    result: dict[str, Json] = {}
    for element, value in statement.items():
        if element in ("Action", "NotAction"):  # which do not know upper and lower case
            result[element] = _sorted(str(item).lower() for item in _listed(value))
        elif element in ("Resource", "NotResource"):
            result[element] = _sorted(map(str, _listed(value)))
        elif element in ("Principal", "NotPrincipal"):
            kinds = value if isinstance(value, dict) else {"AWS": value}
            result[element] = {kind: _sorted(map(_principal, _listed(items))) for kind, items in kinds.items()}
        elif element == "Condition":
            result[element] = {operator: _condition(keys) for operator, keys in value.items()}
        elif value != "":  # a Sid may be empty
            result[element] = value
    return result


def _principal(principal: Json) -> str:
    """AWS stores an account's number as the ARN of its root."""
    return f"arn:aws:iam::{principal}:root" if _ACCOUNT.fullmatch(str(principal)) else str(principal)


def _condition(keys: Document) -> Document:
    return {key.lower(): _sorted(map(_text, _listed(values))) for key, values in keys.items()}


def _text(value: Json) -> str:
    return json.dumps(value) if isinstance(value, (bool, int, float)) else str(value)


def _listed(value: Json) -> list[Json]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _sorted(items: t.Iterable[Json]) -> list[Json]:
    by_text = {json.dumps(item, sort_keys=True): item for item in items}
    return [by_text[text] for text in sorted(by_text)]
