# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What others changed between two plans of one run, and the second plan changes again. Pure."""

from __future__ import annotations

import typing as t

from .plan import Plan

_ABSENT: t.Any = object()
_Path = tuple[str, ...]
# A function's whole code is a value, too.
_MAX_SHOWN = 200


def overwritten(planned: Plan, again: Plan) -> list[str]:
    """A sentence for each such value: no change of others is overwritten silently."""
    was, intended, now, desired = map(_leaves, (planned.before, planned.after, again.before, again.after))
    sentences = []
    for path in sorted(desired.keys() | now.keys()):
        seen, wanted = now.get(path, _ABSENT), desired.get(path, _ABSENT)
        # Our own steps made it what was intended.
        if seen != wanted and seen not in (was.get(path, _ABSENT), intended.get(path, _ABSENT)):
            sentences.append(
                f"{'.'.join(path)} was changed to {_format(seen)} by another process during this run; "
                f"it is set to {_format(wanted)}."
            )
    return sentences


def _leaves(tree: t.Any, path: _Path = ()) -> dict[_Path, t.Any]:
    """The values of a tree of dictionaries by their paths. A list is one value."""
    if not isinstance(tree, dict):
        return {path: tree} if path else {}
    leaves: dict[_Path, t.Any] = {}
    for key, value in tree.items():
        leaves.update(_leaves(value, (*path, str(key))))
    return leaves


def _format(value: t.Any) -> str:
    text = "nothing" if value is _ABSENT else repr(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."
