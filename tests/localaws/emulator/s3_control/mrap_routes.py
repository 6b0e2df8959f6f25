"""Failover: which members of a Multi-Region Access Point are active. Source: S3 User Guide, "Amazon S3
Multi-Region Access Point failover controls"."""

from __future__ import annotations

from localaws.emulator.core import behaviour
from localaws.emulator.core.errors import Refused
from localaws.emulator.s3_control.mrap_model import AccessPoint
from localaws.emulator.s3_control.mrap_requests import RouteUpdate


def check_endpoint(region: str | None) -> None:
    if region in behaviour.names(behaviour.current.routes_unavailable):
        raise Refused("SlowDown", "Please reduce your request rate.", 503)


def submit(point: AccessPoint, updates: list[RouteUpdate]) -> None:
    if len(point.members) == 1:
        raise Refused("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)
    dials = {**point.dials, **_changes(point, updates)}
    if not any(dials.values()):
        message = (
            "At least one Region or bucket in the Multi-Region Access Point must be configured to receive traffic. "
            "Set at least one Region or bucket to Active, and then try again."
        )
        raise Refused("InvalidRequest", message)
    if point.submitted is not None:
        message = "A conflicting conditional operation is currently in progress against this resource. Try again."
        raise Refused("OperationAborted", message, 409)
    point.submitted, point.submitted_at = dials, behaviour.now()
    point.settle()


def _changes(point: AccessPoint, updates: list[RouteUpdate]) -> dict[str, int]:
    buckets = {region: bucket for bucket, region in point.members.items()}
    changes: dict[str, int] = {}
    for update in updates:
        # The model lets 0 to 100 pass; the service takes the two ends only.
        if update.dial not in ("0", "100"):
            raise Refused("InvalidRequest", "Request invalid")
        bucket = update.bucket or buckets.get(update.region, "")
        if bucket not in point.members or update.region not in ("", point.members[bucket]):
            message = "The provided Region or bucket is not part of the Multi-Region Access Point."
            raise Refused("InvalidRequest", message)
        changes[bucket] = int(update.dial)
    if not changes:
        raise Refused("InvalidRequest", "Request invalid")
    return changes
