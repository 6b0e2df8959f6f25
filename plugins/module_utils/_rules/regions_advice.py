# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""How far regional edge caches are from the buckets of a set of Regions, and which Region to add or to drop. Pure."""

from __future__ import annotations

import statistics
import typing as t

from . import latency
from .regions import DEFAULT_REGIONS, MAX_REGIONS

Advice = dict[str, t.Any]

# A Region that brings less is not worth a bucket. The figures are whole milliseconds.
_LEAST_GAIN_MS = 1


class Prediction(t.NamedTuple):
    """In milliseconds, over the 13 regional edge caches. The lesser one is better: first the worst, then the mean."""

    worst_ms: int
    mean_ms: float


def predict(regions: t.Sequence[str], prefer: latency.Preferences | None = None) -> Prediction:
    return _over([to["round_trip_ms"] for to in _edge_caches(regions, prefer).values()])


def advise(
    regions: t.Sequence[str],
    out: t.Collection[str] = (),
    prefer: latency.Preferences | None = None,
    candidates: t.Sequence[str] = DEFAULT_REGIONS,
) -> Advice:
    """What the filter regions_advice returns for the *regions* that are not *out*."""
    in_service = [region for region in regions if region not in out]
    edge_caches = _edge_caches(in_service, prefer)
    now = _over([to["round_trip_ms"] for to in edge_caches.values()])
    more = [region for region in candidates if region not in regions] if len(regions) < MAX_REGIONS else []
    added = {region: predict([*in_service, region], prefer) for region in more}
    add = _best(added)
    if add and not _gains(now, added[add]):
        add = None
    without = {region: [other for other in in_service if other != region] for region in in_service}
    dropped = {region: predict(others, prefer) for region, others in without.items() if others}
    return {
        **now._asdict(),
        "edge_caches": edge_caches,
        "add": _change(add, added),
        "drop": _change(_best(dropped), dropped),
    }


def _edge_caches(regions: t.Sequence[str], prefer: latency.Preferences | None) -> dict[str, Advice]:
    """By regional edge cache, the Region that it asks first, and the round trip."""
    firsts = {cache: order[0] for cache, order in latency.nearest(regions, (), prefer).items()}
    return {
        cache: {"region": region, "round_trip_ms": latency.round_trip_ms(cache, region)}
        for cache, region in firsts.items()
    }


def _over(round_trips: t.Sequence[int]) -> Prediction:
    return Prediction(max(round_trips), round(statistics.fmean(round_trips), 1))


def _best(predictions: t.Mapping[str, Prediction]) -> str | None:
    return min(predictions, key=lambda region: (predictions[region], region), default=None)


def _change(region: str | None, predictions: t.Mapping[str, Prediction]) -> Advice | None:
    return {"region": region, **predictions[region]._asdict()} if region else None


def _gains(now: Prediction, then: Prediction) -> bool:
    return max(now.worst_ms - then.worst_ms, now.mean_ms - then.mean_ms) >= _LEAST_GAIN_MS
