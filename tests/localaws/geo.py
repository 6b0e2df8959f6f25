"""AWS Regions and CloudFront points of presence: locations, distances, round trips.

Standard library only: emulator and edge use it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

_EARTH_RADIUS_KM = 6371.0088
_HERE = Path(__file__).parent


class Location(NamedTuple):
    latitude: float
    longitude: float


class Region(NamedTuple):
    name: str
    place: str
    location: Location
    opt_in: bool


class Pop(NamedTuple):
    """A CloudFront point of presence, and the Region of its regional edge cache."""

    code: str
    city: str
    location: Location
    regional_edge_cache: str


@cache
def load_regions() -> dict[str, Region]:
    """The Regions an S3 Multi-Region Access Point may have members in, by name."""
    rows = json.loads((_HERE / "regions.json").read_text(encoding="utf-8"))
    return {
        row["name"]: Region(row["name"], row["place"], Location(row["latitude"], row["longitude"]), row["opt_in"])
        for row in rows
    }


@cache
def load_pops() -> dict[str, Pop]:
    """The points of presence, by code."""
    rows = json.loads((_HERE / "pops.json").read_text(encoding="utf-8"))
    return {
        row["code"]: Pop(
            row["code"], row["city"], Location(row["latitude"], row["longitude"]), row["regional_edge_cache"]
        )
        for row in rows
    }


@cache
def load_round_trips() -> dict[str, dict[str, float]]:
    """Milliseconds from a Region to a Region."""
    table = json.loads((_HERE / "round_trips.json").read_text(encoding="utf-8"))
    return {name: dict(zip(table["to"], row, strict=True)) for name, row in table["from"].items()}


def region_at(location: tuple[float, float]) -> str:
    """The Region whose place on the globe is nearest: where a request from *location* enters the network."""
    return min(load_regions().values(), key=lambda region: great_circle_km(location, region.location)).name


def by_round_trip(start: str, regions: Iterable[str]) -> list[str]:
    """*regions*, the one with the shortest round trip from the Region *start* first."""
    return sorted(regions, key=load_round_trips()[start].__getitem__)


def great_circle_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The distance between two (latitude, longitude) pairs in degrees."""
    latitude_a, latitude_b = math.radians(a[0]), math.radians(b[0])
    half_chord = (
        math.sin((latitude_b - latitude_a) / 2) ** 2
        + math.cos(latitude_a) * math.cos(latitude_b) * math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, half_chord)))
