# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A plan: what there is, what there will be, and the steps between. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

# Stands in check mode for an id that AWS will give; every module accepts it where an id is asked for.
KNOWN_AFTER_APPLY = "(known after apply)"


@dataclasses.dataclass(frozen=True)
class Step:
    """One mutating call: the operation, its arguments, and a sentence that describes it.

    Steps are applied in order. Neighbouring steps that have a partition (a Region, mostly) run beside the other
    partitions, in order within their own.
    """

    operation: t.Callable[..., object]
    arguments: dict[str, t.Any]
    sentence: str
    partition: str | None = None

    @property
    def name(self) -> str:
        """Of the operation."""
        return self.operation.__name__


@dataclasses.dataclass(frozen=True)
class Plan:
    """``summary`` replaces the steps' sentences. ``warnings`` are shown when the plan is made."""

    before: t.Any
    after: t.Any
    steps: tuple[Step, ...] = ()
    summary: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def sentences(self) -> list[str]:
        return list(self.summary or (step.sentence for step in self.steps))
