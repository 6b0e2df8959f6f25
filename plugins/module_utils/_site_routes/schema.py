# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A host route: the user's words ⇄ members ⇄ the text in the store (docs/routing.md). Pure."""

from __future__ import annotations

import dataclasses
import json

from .._core.errors import EdgeError
from . import values
from .forms import Json, Members, Words
from .words import HOST_ROUTE, PATH, PATHS

# The member of a host route that is set if paths have their own keys.
HAS_PATHS = next(word.member for word in HOST_ROUTE.words if word.name == PATHS)

# The versions of a value that are read; the first one has nothing but p.
_FIRST, _CURRENT = 1, 2
_ORDER = tuple(dict.fromkeys(word.member for word in HOST_ROUTE.words))


@dataclasses.dataclass(frozen=True)
class Change:
    """What is asked for of a host. A member or a path that is None is removed, one that is absent is kept.

    *paths* is None if there is nothing about them. With *no_other_paths*, those that it does not name are removed.
    """

    members: Members
    paths: dict[str, Members | None] | None
    no_other_paths: bool = False


def change(host: str, given: Json) -> Change:
    """Raises EdgeError that names the word, for the first invalid value."""
    members = HOST_ROUTE.encode(given, f"hosts.{host}")
    if PATHS not in given:
        return Change(members, None)
    return Change(members, members.pop(HAS_PATHS) or {}, no_other_paths=given[PATHS] is None)


def words(members: Members) -> Words:
    """Without the paths, which are not among the members."""
    return HOST_ROUTE.decode(members)


def path_words(members: Members) -> Words:
    if "u" in members:
        members = {**members, "s": members.get("s", values.DEFAULT_STATUS)}
    return PATH.decode(members)


def largest(members: Members) -> str:
    """The user's word for the member that takes the most bytes of a value."""
    member = max(members, key=lambda name: len(str(members[name])))
    return next(iter(words({member: members[member]})), member)


def host_members(text: str, key: str) -> Members:
    """Of the value of a host route; of version 1 nothing but p counts."""
    members = _members(text)
    version = members.pop("v", None)
    if version == _FIRST:
        return {"p": members["p"]} if isinstance(members.get("p"), str) else {}
    if version != _CURRENT:
        raise EdgeError(
            f"The value of {key} is not a host route that this version of the collection can read: {text[:80]!r}. "
            "Use a newer version, or remove the host first (state: absent)."
        )
    return members


def path_members(text: str) -> Members:
    """Of the value of a path; none if it cannot be read, so that it is replaced."""
    members = _members(text)
    return members if members.pop("v", None) == _CURRENT else {}


def host_text(members: Members) -> str:
    """In version 1 if that is enough, so that what an older version of the collection wrote stays."""
    ordered = {member: members[member] for member in _ORDER if member in members}
    return _text({"v": _FIRST if set(members) == {"p"} else _CURRENT, **ordered, **members})


def path_text(members: Members) -> str:
    return _text({"v": _CURRENT, **members})


def _members(text: str) -> Members:
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return members if isinstance(members, dict) else {}


def _text(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
