# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Which Regions are nearest to each of CloudFront's regional edge caches. Pure."""

from __future__ import annotations

import math
import typing as t
from collections.abc import Iterable, Mapping

from .._core.errors import EdgeError
from .regions import check_regions

# The Regions that have a regional edge cache: the value of cf.edgeLocation.region in a CloudFront Function, and where
# Lambda@Edge runs. Source: CloudFront Developer Guide, the Regions that edge functions log in. It does not state that
# these are all; for another one the viewer function finds no key, and the behavior's own target answers.
EDGE_CACHES = (
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-central-1",
    "eu-west-1",
    "eu-west-2",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
)

# Latitude and longitude of a city that AWS names or is known to be near.
LOCATIONS: dict[str, tuple[float, float]] = {
    "af-south-1": (-33.93, 18.42),  # Cape Town
    "ap-east-1": (22.30, 114.17),  # Hong Kong
    "ap-northeast-1": (35.69, 139.69),  # Tokyo
    "ap-northeast-2": (37.57, 126.98),  # Seoul
    "ap-northeast-3": (34.69, 135.50),  # Osaka
    "ap-south-1": (19.08, 72.88),  # Mumbai
    "ap-south-2": (17.39, 78.49),  # Hyderabad
    "ap-southeast-1": (1.29, 103.85),  # Singapore
    "ap-southeast-2": (-33.87, 151.21),  # Sydney
    "ap-southeast-3": (-6.21, 106.85),  # Jakarta
    "ap-southeast-4": (-37.81, 144.96),  # Melbourne
    "ca-central-1": (45.50, -73.57),  # Montreal
    "ca-west-1": (51.05, -114.07),  # Calgary
    "eu-central-1": (50.11, 8.68),  # Frankfurt
    "eu-central-2": (47.37, 8.54),  # Zurich
    "eu-north-1": (59.33, 18.07),  # Stockholm
    "eu-south-1": (45.46, 9.19),  # Milan
    "eu-south-2": (41.65, -0.88),  # Zaragoza
    "eu-west-1": (53.35, -6.26),  # Dublin
    "eu-west-2": (51.51, -0.13),  # London
    "eu-west-3": (48.86, 2.35),  # Paris
    "il-central-1": (32.08, 34.78),  # Tel Aviv
    "me-central-1": (24.45, 54.38),  # Abu Dhabi
    "me-south-1": (26.23, 50.59),  # Manama
    "sa-east-1": (-23.55, -46.63),  # Sao Paulo
    "us-east-1": (39.04, -77.49),  # Ashburn
    "us-east-2": (39.96, -83.00),  # Columbus
    "us-west-1": (37.34, -121.89),  # San Jose
    "us-west-2": (45.84, -119.70),  # Boardman
}

_EARTH_RADIUS_KM = 6371.0

# By regional edge cache, the Regions that come first there.
Preferences = t.Mapping[str, t.Sequence[str]]


def as_regions(given: t.Any, option: str) -> list[str]:
    """What was given as a list of Regions. Raises EdgeError if it is none."""
    if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable):
        raise EdgeError(f"{option}: {given!r} is not a list: write it like [eu-north-1, us-east-1].")
    return [str(region) for region in given]


def as_preferences(given: t.Any, option: str) -> dict[str, list[str]]:
    if not isinstance(given, Mapping):
        raise EdgeError(f"{option}: {given!r} is not a dictionary: write it like {{us-west-1: [us-west-2]}}.")
    return {str(cache): as_regions(first, f"{option}.{cache}") for cache, first in given.items()}


def check(
    regions: t.Sequence[str],
    out: t.Sequence[str],
    prefer: Preferences,
    names: tuple[str, str, str] = ("regions", "out_of_service", "prefer"),
) -> None:
    """Raise EdgeError for what nearest() cannot take; *names* are what the user calls the three."""
    check_regions(regions, names[0])
    _check_named(out, regions, names[1], names[0])
    if not set(regions) - set(out):
        raise EdgeError(
            f"{names[1]}: no Region of {names[0]} would be left: leave at least one of {', '.join(sorted(regions))}."
        )
    for cache, first in prefer.items():
        if cache not in EDGE_CACHES:
            raise EdgeError(
                f"{names[2]}: {cache!r} has no regional edge cache of CloudFront: choose from {', '.join(EDGE_CACHES)}."
            )
        _check_named(first, regions, f"{names[2]}.{cache}", names[0])


def nearest(
    regions: t.Sequence[str], out: t.Collection[str] = (), prefer: Preferences | None = None
) -> dict[str, list[str]]:
    """By regional edge cache, the *regions* that are not *out*: those it prefers, then the nearest first."""
    there = [region for region in regions if region not in out]

    def order(cache: str) -> list[str]:
        first = [region for region in (prefer or {}).get(cache, ()) if region in there]
        rest = [region for region in there if region not in first]
        return first + sorted(rest, key=lambda region: (distance_km(cache, region), region))

    return {cache: order(cache) for cache in EDGE_CACHES}


def distance_km(one: str, other: str) -> int:
    """Along the great circle (haversine). Whole kilometres, so that equals are equal on any machine."""
    (north_one, east_one), (north_other, east_other) = (
        (math.radians(latitude), math.radians(longitude)) for latitude, longitude in (LOCATIONS[one], LOCATIONS[other])
    )
    chord = (
        math.sin((north_other - north_one) / 2) ** 2
        + math.cos(north_one) * math.cos(north_other) * math.sin((east_other - east_one) / 2) ** 2
    )
    return round(2 * _EARTH_RADIUS_KM * math.asin(math.sqrt(chord)))


def _check_named(named: t.Sequence[str], regions: t.Collection[str], option: str, among: str) -> None:
    unknown = [region for region in named if region not in regions]
    if unknown:
        raise EdgeError(
            f"{option} names {', '.join(map(str, unknown))}, which {among} does not: choose from "
            f"{', '.join(sorted(regions))}."
        )
    doubled = sorted({region for region in named if list(named).count(region) > 1})
    if doubled:
        raise EdgeError(f"{option} names {', '.join(doubled)} more than once: name every Region once.")
