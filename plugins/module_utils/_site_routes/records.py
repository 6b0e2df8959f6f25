# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Records as members ⇄ as the text that the store keeps (docs/routing.md). Pure."""

from __future__ import annotations

import json
import typing as t

from .._core.errors import EdgeError

Members = dict[str, t.Any]

# Of a host's record: whether there are records of its paths.
HAS_PATHS = "x"

# Which versions of a record are read; the first one has nothing but p.
_FIRST, _CURRENT = 1, 2
_ORDER = ("p", "w", "t", "r", "m", "c", "g", "q", HAS_PATHS)


def host_members(text: str, key: str) -> Members:
    """Of a host's record as the store has it; of version 1 nothing but p counts."""
    record = _record(text)
    version = record.pop("v", None)
    if version == _FIRST:
        return {"p": record["p"]} if isinstance(record.get("p"), str) else {}
    if version != _CURRENT:
        raise EdgeError(
            f"The value of {key} is no record that this version of the collection can read: {text[:80]!r}. "
            "Use a newer version, or remove the host first (state: absent)."
        )
    return record


def path_members(text: str) -> Members:
    """Of a path's record; none if it cannot be read, so that it is replaced."""
    record = _record(text)
    return record if record.pop("v", None) == _CURRENT else {}


def host_text(members: Members) -> str:
    """As the store keeps it: in version 1 what that can say, so that what an older collection wrote stays."""
    ordered = {member: members[member] for member in _ORDER if member in members}
    return _text({"v": _FIRST if set(members) == {"p"} else _CURRENT, **ordered, **members})


def path_text(members: Members) -> str:
    return _text({"v": _CURRENT, **members})


def _record(text: str) -> Members:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def _text(value: t.Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
