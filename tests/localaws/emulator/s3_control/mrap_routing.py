"""Requests to a Multi-Region Access Point reach the active member with the shortest round trip.

MiniStack has one location for all requests.
"""

from __future__ import annotations

import os
import re
from contextvars import ContextVar
from dataclasses import dataclass

from ministack.core.responses import get_account_id
from ministack.services import s3

from localaws.emulator.core.errors import error
from localaws.emulator.core.request import Request, Response
from localaws.emulator.ec2 import regions
from localaws.emulator.s3_control.mrap_model import Mrap
from localaws.emulator.s3_control.mrap_store import mraps
from localaws.geo import Location, by_round_trip, region_at

# The location that a request comes from. It replaces the network of AWS.
LOCATION_HEADER = "x-local-location"
BUCKET_REGION_HEADER = "x-local-bucket-region"
_COORDINATES = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*")


@dataclass
class Route:
    """The location of a request and, once a member is chosen, the MRAP and the Region of its bucket."""

    location: Location | None = None
    mrap_arn: str | None = None
    bucket_region: str | None = None


# Requests run concurrently, each in its own context.
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


def refusal(request: Request) -> Response | None:
    """S3's answer to a request through an MRAP that does not serve it, or None."""
    if not request.is_mrap:
        return None
    mrap = mraps.aliased(request.host.lower().partition(".accesspoint.")[0])
    if mrap is None or not mrap.serves:
        message = "The specified Multi-Region Access Point does not exist."
        return error("s3", 404, "NoSuchMultiRegionAccessPoint", message)
    # Source: S3 User Guide, "Configuring Multi-Region Access Point opt-in Regions".
    if mrap.members[_choose(mrap)] in regions.disabled():
        return error("s3", 403, "AllAccessDisabled", "All access to this object has been disabled.")
    return None


def _resolve(alias: str) -> str | None:
    mrap = mraps.aliased(alias)
    if mrap is None or not mrap.serves or mrap.account != get_account_id():
        return None
    bucket = _choose(mrap)
    route = _route.get()
    if route:
        route.mrap_arn, route.bucket_region = mrap.arn, mrap.members[bucket]
    return bucket


def mrap_arn() -> str | None:
    """The MRAP that the request of this context came through."""
    route = _route.get()
    return route.mrap_arn if route else None


def _choose(mrap: Mrap) -> str:
    """The active member with the shortest round trip; without a location, the one in MiniStack's Region, or the first.

    Source: S3 User Guide, "Multi-Region Access Points in Amazon S3": the bucket with the lowest latency.
    """
    route = _route.get()
    location = route.location if route else None
    # At least one member is always active: S3 refuses to turn off the last one.
    active = {bucket: region for bucket, region in mrap.members.items() if mrap.dials[bucket]}
    if location is None:
        return min(active, key=lambda bucket: active[bucket] != os.environ["MINISTACK_REGION"])
    (nearest, *_others) = by_round_trip(region_at(location), active.values())
    return next(bucket for bucket, region in active.items() if region == nearest)
