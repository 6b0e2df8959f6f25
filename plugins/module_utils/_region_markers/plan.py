# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Which buckets lack the marker of their Region, or have others'. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from .._core.plan import Plan, Step

if t.TYPE_CHECKING:
    from .operations import Operations

# Of a version that S3 lists and does not return: for up to 15 minutes after versioning was enabled.
# Source: S3 User Guide, "Enabling versioning on buckets".
UNREAD = ""


@dataclasses.dataclass(frozen=True)
class Marker:
    """One version of a bucket's marker: the Region that it names, None for a delete marker."""

    version: str
    region: str | None
    pending: bool = False  # S3 still replicates it


# By Region, the versions of the bucket's marker, the newest first.
Markers = t.Mapping[str, t.Sequence[Marker]]


def plan(operations: Operations, observed: Markers, buckets: t.Mapping[str, str]) -> Plan:
    """Missing markers are put side by side; what replication makes of them, or still will, is removed at last."""
    steps = [
        Step(
            operations.put_marker,
            {"region": region, "bucket": bucket},
            f"Write the marker of {region} to {bucket}",
            partition=region,
        )
        for region, bucket in buckets.items()
        if not any(marker.region in (region, UNREAD) for marker in observed[region])
    ]
    if steps or pending(observed) or any(surplus(observed[region], region) for region in buckets):
        steps.append(
            Step(operations.remove_replicas, {"buckets": dict(buckets)}, "Keep each Region's marker in its Region only")
        )
    before = {region: next((marker.region for marker in observed[region]), None) for region in buckets}
    return Plan(before, {region: region for region in buckets}, tuple(steps))


def pending(observed: Markers) -> list[str]:
    """The Regions whose markers S3 still replicates to others."""
    return sorted(region for region, markers in observed.items() if any(marker.pending for marker in markers))


def surplus(markers: t.Sequence[Marker], region: str) -> list[Marker]:
    """All but the newest of the Region's own; what cannot be read may be that."""
    own = [marker for marker in markers if marker.region == region]
    return [marker for marker in markers if marker not in own[:1] and marker.region != UNREAD]
