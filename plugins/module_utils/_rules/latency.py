# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Which Regions are nearest to each of CloudFront's regional edge caches, on the network. Pure."""

from __future__ import annotations

import math
import typing as t
from collections.abc import Iterable, Mapping

from .._core.errors import EdgeError
from .regions import check_regions, check_unique

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

# The median TCP round trip of a year between a Region and each of EDGE_CACHES, in their order; in milliseconds.
# Source: cloudping.co, snapshot of 2025-10-09, as published in github oaustegard/oaustegard.github.io (Apache-2.0),
# web-utilities/aws-ping-p50-1y.json.
_ROUND_TRIPS: dict[str, tuple[int, ...]] = {
    "af-south-1": (358, 387, 273, 319, 409, 156, 161, 151, 339, 228, 239, 288, 275),
    "ap-east-1": (52, 39, 97, 37, 128, 193, 226, 206, 308, 197, 185, 155, 145),
    "ap-northeast-1": (3, 36, 133, 71, 106, 227, 201, 211, 258, 149, 135, 108, 98),
    "ap-northeast-2": (36, 4, 134, 74, 146, 231, 231, 242, 288, 179, 165, 133, 123),
    "ap-northeast-3": (10, 25, 137, 77, 121, 234, 207, 217, 264, 153, 142, 110, 99),
    "ap-south-1": (134, 135, 3, 64, 154, 129, 126, 118, 302, 192, 204, 231, 222),
    "ap-south-2": (120, 120, 27, 51, 143, 148, 144, 136, 319, 208, 219, 219, 209),
    "ap-southeast-1": (70, 74, 63, 4, 95, 161, 182, 172, 327, 219, 204, 170, 160),
    "ap-southeast-2": (107, 145, 154, 95, 4, 252, 256, 266, 312, 200, 188, 139, 141),
    "ap-southeast-3": (85, 88, 79, 17, 109, 175, 198, 190, 343, 234, 219, 184, 175),
    "ap-southeast-4": (127, 155, 165, 105, 13, 262, 266, 277, 323, 209, 198, 149, 152),
    "ca-central-1": (145, 175, 191, 215, 198, 93, 69, 79, 126, 16, 28, 80, 61),
    "ca-west-1": (111, 138, 240, 176, 157, 160, 135, 146, 192, 50, 40, 39, 21),
    "eu-central-1": (228, 232, 129, 161, 252, 4, 27, 18, 205, 93, 104, 153, 143),
    "eu-central-2": (222, 224, 115, 155, 246, 9, 28, 19, 203, 92, 103, 152, 143),
    "eu-north-1": (247, 251, 148, 181, 272, 23, 41, 32, 222, 112, 124, 173, 156),
    "eu-south-1": (218, 222, 109, 152, 243, 12, 36, 27, 213, 101, 112, 162, 151),
    "eu-south-2": (240, 242, 111, 172, 281, 34, 31, 35, 218, 107, 118, 167, 159),
    "eu-west-1": (201, 232, 125, 183, 256, 27, 3, 13, 178, 70, 80, 130, 118),
    "eu-west-2": (212, 243, 117, 173, 266, 18, 14, 3, 187, 78, 89, 148, 129),
    "eu-west-3": (218, 249, 109, 167, 280, 12, 20, 11, 196, 84, 95, 144, 135),
    "il-central-1": (270, 272, 135, 202, 294, 63, 70, 61, 245, 134, 145, 194, 185),
    "me-central-1": (169, 166, 29, 90, 180, 115, 130, 121, 305, 194, 205, 254, 257),
    "me-south-1": (173, 166, 38, 98, 188, 86, 98, 88, 273, 161, 172, 221, 213),
    "sa-east-1": (257, 288, 301, 327, 312, 204, 178, 187, 3, 115, 126, 175, 174),
    "us-east-1": (149, 179, 190, 219, 200, 93, 70, 77, 115, 5, 16, 64, 64),
    "us-east-2": (135, 165, 200, 203, 188, 103, 80, 88, 125, 15, 5, 52, 51),
    "us-west-1": (109, 134, 231, 171, 139, 153, 130, 148, 175, 64, 53, 3, 22),
    "us-west-2": (98, 123, 221, 161, 141, 142, 118, 129, 175, 64, 51, 22, 3),
}
_BY_PAIR = {
    (region, cache): milliseconds
    for region, row in _ROUND_TRIPS.items()
    for cache, milliseconds in zip(EDGE_CACHES, row, strict=True)
}

# For a pair that the table lacks, by the distance on the globe: the table's median.
_MS_PER_1000_KM = 17

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


def as_arguments(
    regions: t.Any, without: t.Any, prefer: t.Any, option: str
) -> tuple[list[str], list[str], dict[str, list[str]]]:
    """What the filters about Regions take: *regions*, which *option* names, *without* and *prefer*, checked."""
    given, out = as_regions(regions, option), as_regions(without, "without")
    preferred = as_preferences({} if prefer is None else prefer, "prefer")
    check(given, out, preferred, (option, "without", "prefer"))
    return given, out, preferred


def nearest(
    regions: t.Sequence[str], out: t.Collection[str] = (), prefer: Preferences | None = None
) -> dict[str, list[str]]:
    """By regional edge cache, the *regions* that are not *out*: those it prefers, then by round trip."""
    in_service = [region for region in regions if region not in out]

    def order(cache: str) -> list[str]:
        preferred = [region for region in (prefer or {}).get(cache, ()) if region in in_service]
        rest = [region for region in in_service if region not in preferred]
        return preferred + sorted(rest, key=lambda region: (round_trip_ms(cache, region), region))

    return {cache: order(cache) for cache in EDGE_CACHES}


def round_trip_ms(cache: str, region: str) -> int:
    """Between a regional edge cache and a Region. Whole milliseconds, so that equals are equal on any machine."""
    found = _BY_PAIR.get((region, cache), _BY_PAIR.get((cache, region)))
    return round(distance_km(cache, region) * _MS_PER_1000_KM / 1000) if found is None else found


def distance_km(one: str, other: str) -> int:
    """Along the great circle (haversine)."""
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
    check_unique(named, option)
