# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""In which order the policies of a role change, so that no right is missing in between and none is wider. Pure."""

from __future__ import annotations

import dataclasses
import functools
import re
import typing as t

from .._rules.policy_documents import canonical, same
from .documents import (
    Axes,
    Grant,
    Statement,
    axes_of,
    document,
    few_enough,
    grants,
    is_within,
)

Grants = frozenset[Grant]
_NOTHING: Grants = frozenset()
_EXCEPT = ("NotAction", "NotResource")
# Operators of which two values, if no wildcard has a part in it, are never true at once.
_TEXTS = ("StringEquals", "StringLike", "ArnEquals", "ArnLike")


@dataclasses.dataclass(frozen=True)
class Change:
    """``document``: None is detached, another one is set, and attached where it is not."""

    name: str
    document: Statement | None


def ordered(
    attached: t.Mapping[str, Statement],
    desired: t.Mapping[str, Statement],
    leaving: t.Collection[str],
    spare: t.Callable[[str], str],
) -> list[Change]:
    """The changes from the policies *attached* to the *desired* ones, without those that are *leaving*.

    What is granted before and after is granted all the time. Of the changes that this allows, one that grants nothing
    new comes first. Where policies exchange statements, none can be changed first; then what one of them grants is
    attached a second time under a *spare* name, until all is done. So is what may be wanted in another form, which
    grants cannot show: it stays until all that is wanted is there.
    """
    pending = [
        Change(name, each) for name, each in desired.items() if name not in attached or not same(attached[name], each)
    ]
    pending += [Change(name, None) for name in leaving if name in attached]
    if not pending:
        return []
    divided = few_enough([*attached.values(), *desired.values()])
    named = {f"now {name}": each for name, each in attached.items()}
    doubtful = document(_doubtful(attached.values(), desired.values(), divided))
    found = grants({**named, **desired, "in doubt": doubtful}, divided)
    held = {name: found[f"now {name}"] for name in attached}
    wanted = {name: found[name] for name in desired}
    needed = _union(wanted)
    kept = needed | found["in doubt"]
    changes: list[Change] = []
    spares: list[str] = []
    while pending:
        lasting = _union(held) & kept
        after = [(change, _union(_after(held, change, wanted))) for change in pending]
        safe = [change for change, each in after if lasting <= each or needed <= each]
        if safe:
            change = min(safe, key=lambda each: _is_wider(_union(held), _union(_after(held, each, wanted))))
            pending.remove(change)
            changes.append(change)
            held = _after(held, change, wanted)
        else:
            stuck = next(change for change in pending if change.name in held and change.document is not None)
            name = spare(stuck.name)
            changes.append(Change(name, attached[stuck.name]))
            held = {**held, name: held[stuck.name]}
            spares.append(name)
    return [*changes, *(Change(name, None) for name in spares)]


def _union(held: t.Mapping[str, Grants]) -> Grants:
    return _NOTHING.union(*held.values())


def _after(held: t.Mapping[str, Grants], change: Change, wanted: t.Mapping[str, Grants]) -> dict[str, Grants]:
    if change.document is None:
        return {name: each for name, each in held.items() if name != change.name}
    return {**held, change.name: wanted[change.name]}


def _is_wider(before: Grants, after: Grants) -> bool:
    """More is allowed, or less is denied."""
    allowed = any(grant[0] == "Allow" for grant in after - before)
    return allowed or any(grant[0] == "Deny" for grant in before - after)


def _doubtful(attached: t.Iterable[Statement], desired: t.Iterable[Statement], divided: bool) -> list[Statement]:
    """The statements that may grant some of what another one is to grant, without their values showing it."""
    before, after = (
        [each for policy in some for each in canonical(policy)["Statement"]] for some in (attached, desired)
    )
    new = [axes_of(each) for each in after if each not in before]
    return [
        each
        for each in before
        if each not in after and any(_is_doubtful(axes_of(each), other, divided) for other in new)
    ]


def _is_doubtful(one: Axes, other: Axes, divided: bool) -> bool:
    """Whether both can hold at once, and are not of one form."""
    shared = one.keys() & other.keys()
    if any(not _meet(path, one[path], other[path]) for path in shared):
        return False
    if one.keys() != other.keys():
        return True
    return any(
        set(one[path]) != set(other[path]) and not _compares(path, one[path], other[path], divided) for path in shared
    )


def _meet(path: tuple[str, ...], some: list[str], others: list[str]) -> bool:
    """Whether a value may be of both."""
    if path[0] in _EXCEPT or (path[0] == "Condition" and path[1] not in _TEXTS):
        return True
    return bool(set(some) & set(others)) or any(_overlap(one, other) for one in some for other in others)


def _compares(path: tuple[str, ...], some: list[str], others: list[str], divided: bool) -> bool:
    """Whether what both have in common are values that both name, or in one of them a wildcard that grants follow."""
    if path[0] in _EXCEPT or (path[0] == "Condition" and (not divided or path[1] not in _TEXTS)):
        return False
    pairs = [(one, other) for one in some for other in others if one != other and _overlap(one, other)]
    wild = path[0] in ("Action", "Resource")
    return all(wild and (is_within(one, other) or is_within(other, one)) for one, other in pairs)


def _overlap(one: str, other: str) -> bool:
    """Whether one text may match both patterns; a yes is not sure."""
    (start, end), (other_start, other_end) = _ends(one), _ends(other)
    if (start, other_start) == (one, other):
        return one == other
    starts = start.startswith(other_start) or other_start.startswith(start)
    return starts and (end.endswith(other_end) or other_end.endswith(end))


@functools.lru_cache(10_000)
def _ends(pattern: str) -> tuple[str, str]:
    """What is before the first wildcard, and after the last."""
    parts = re.split(r"[*?]", pattern)
    return parts[0], parts[-1]
