# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Which buckets lack the marker of their Region, or have others'. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import Plan, Step

# By Region, what each version of the bucket's marker says, the newest first; None is a delete marker.
Markers = t.Mapping[str, t.Sequence[t.Optional[str]]]


def plan(observed: Markers, buckets: t.Mapping[str, str]) -> Plan:
    """Missing markers are put side by side; what replication makes of them is removed at last."""
    steps = [
        Step(
            "put_marker",
            {"region": region, "bucket": bucket},
            f"Say in {bucket} that it is in {region}",
            lane=region,
        )
        for region, bucket in buckets.items()
        if region not in observed[region]
    ]
    foreign = [region for region in buckets if set(observed[region]) - {region} or len(observed[region]) > 1]
    if steps or foreign:
        steps.append(
            Step("remove_replicas", {"buckets": dict(buckets)}, "Keep each Region's marker in its Region only")
        )
    before = {region: next(iter(observed[region]), None) for region in buckets}
    return Plan(before, {region: region for region in buckets}, tuple(steps))
