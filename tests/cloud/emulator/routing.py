"""Multi-Region Access Point requests go to the nearest active member; MiniStack has one location for everyone."""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass

from ministack.services import s3

from cloud.geo import Location, great_circle_km, load_regions

# Where a request comes from. Not of AWS: it stands for the network a request enters AWS by.
LOCATION_HEADER = "x-local-location"
BUCKET_REGION_HEADER = "x-local-bucket-region"
_COORDINATES = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*")
_ministack_choice = s3.resolve_mrap_bucket


@dataclass
class Route:
    """Of one request: where it comes from and, once a member bucket was chosen, that bucket's Region."""

    location: Location | None = None
    bucket_region: str | None = None


# Requests run concurrently; each has a context of its own.
_route: ContextVar[Route | None] = ContextVar("route", default=None)


def begin(location: str | None) -> Route:
    """Start a request. ValueError if `location` is not '<latitude>,<longitude>' in degrees."""
    route = Route(_parse(location) if location is not None else None)
    _route.set(route)
    return route


def _parse(text: str) -> Location:
    match = _COORDINATES.fullmatch(text)
    location = Location(float(match[1]), float(match[2])) if match else None
    if location is None or abs(location.latitude) > 90 or abs(location.longitude) > 180:
        raise ValueError(f"{LOCATION_HEADER} must be <latitude>,<longitude> in degrees, not {text!r}")
    return location


def install() -> None:
    s3.resolve_mrap_bucket = _resolve


def _resolve(alias: str) -> str | None:
    route = _route.get()
    location = route.location if route else None
    bucket: str | None = _nearest(alias, location) if location else _ministack_choice(alias)
    if route and bucket:
        route.bucket_region = s3.bucket_region(bucket)
    return bucket


def _nearest(alias: str, location: Location) -> str | None:
    access_point = s3._mraps.get(alias)
    if access_point is None:
        return None
    dials: dict[str, int] = s3.mrap_routes(access_point)
    regions = load_regions()
    # At least one member is always active: S3 refuses to turn off the last one.
    active = [bucket for bucket, dial in dials.items() if dial]
    return min(
        active, key=lambda bucket: great_circle_km(location, regions[s3.bucket_region(bucket)].location), default=None
    )
