# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What of the buckets is to go, and whether it may. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from .._core.errors import EdgeError
from .._core.plan import Plan, Step
from .._rules.ownership import OWNER_TAG

if t.TYPE_CHECKING:
    from .operations import Operations


@dataclasses.dataclass(frozen=True)
class Contents:
    """What a look at the first thousand found; ``more``: there is more."""

    versions: int = 0
    delete_markers: int = 0
    uploads: int = 0
    more: bool = False
    example: str = ""

    def __bool__(self) -> bool:
        return bool(self.versions or self.delete_markers or self.uploads)

    def __str__(self) -> str:
        counts = (
            (self.versions, "version", "versions"),
            (self.delete_markers, "delete marker", "delete markers"),
            (self.uploads, "unfinished upload", "unfinished uploads"),
        )
        counted = ", ".join(f"{number} {one if number == 1 else many}" for number, one, many in counts if number)
        return f"{counted}{' and more' if self.more else ''}, for example {self.example}"


@dataclasses.dataclass(frozen=True)
class Remains:
    """One bucket that is still there. ``contents`` is only looked at where it decides, ``replicates`` likewise."""

    tags: t.Mapping[str, str]
    mraps: tuple[str, ...] = ()
    contents: Contents = dataclasses.field(default_factory=Contents)
    replicates: bool = False


# By Region; None: there is no such bucket.
Observed = t.Mapping[str, t.Optional[Remains]]


def plan(operations: Operations, observed: Observed, site: str, names: t.Mapping[str, str], force_empty: bool) -> Plan:
    """Replication ends in every Region before anything is deleted in one: what is deleted would come back."""
    left = {region: remains for region in names if (remains := observed[region]) is not None}
    for region, remains in left.items():
        _refuse(f"The bucket {names[region]} in {region}", remains, site)
    if not force_empty:
        _refuse_contents(left, names)
    steps = [
        Step(
            operations.delete_replication,
            {"region": region, "name": names[region]},
            f"Stop replicating {names[region]} from {region}",
        )
        for region, remains in left.items()
        if remains.replicates
    ]
    everything = " and everything in it" if force_empty else ""
    steps += [
        Step(
            operations.delete_bucket,
            {"region": region, "name": names[region], "everything": force_empty},
            f"Delete the bucket {names[region]} in {region}{everything}",
            region,
        )
        for region in left
    ]
    return Plan({region: {"name": names[region]} for region in left}, {}, tuple(steps))


def _refuse(what: str, remains: Remains, site: str) -> None:
    owner = remains.tags.get(OWNER_TAG)
    if owner != site:
        mark = f"its tag {OWNER_TAG} names {owner!r} and not" if owner else f"it lacks the tag {OWNER_TAG} with"
        raise EdgeError(
            f"{what} is not deleted, nor is any other, for {mark} {site!r}: leave its Region out of regions, "
            "or delete it by hand if it is not needed."
        )
    if remains.mraps:
        raise EdgeError(
            f"{what} is a member of the Multi-Region Access Point {', '.join(remains.mraps)}: delete that "
            "first, and wait until AWS has done so."
        )


def _refuse_contents(left: t.Mapping[str, Remains], names: t.Mapping[str, str]) -> None:
    full = [f"{names[region]} in {region} has {left[region].contents}" for region in left if left[region].contents]
    if full:
        raise EdgeError(
            f"The buckets are not empty, so none is deleted: {'; '.join(full)}. Set force_empty to true to delete "
            "everything in them permanently, old versions included."
        )
