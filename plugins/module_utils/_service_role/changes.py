# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""In which order the policies of a role change, so that no right is missing in between and none is wider. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._policy_documents import same
from ansible_collections.multiregion.edge.plugins.module_utils._service_role.documents import (
    Grant,
    Statement,
    grants,
)

Grants = frozenset[Grant]
_NOTHING: Grants = frozenset()


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
    attached a second time under a *spare* name, until all is done.
    """
    pending = [
        Change(name, each) for name, each in desired.items() if name not in attached or not same(attached[name], each)
    ]
    pending += [Change(name, None) for name in leaving if name in attached]
    if not pending:
        return []
    found = grants({**{f"now {name}": each for name, each in attached.items()}, **desired})
    held = {name: found[f"now {name}"] for name in attached}
    wanted = {name: found[name] for name in desired}
    needed = _union(wanted)
    changes: list[Change] = []
    spares: list[str] = []
    while pending:
        safe = [change for change in pending if _union(held) & needed <= _union(_after(held, change, wanted))]
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
