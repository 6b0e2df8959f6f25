"""Failover: which members of a Multi-Region Access Point are active.

Source: S3 User Guide, "Amazon S3 Multi-Region Access Point failover controls".
"""

from __future__ import annotations

from localaws.emulator.core import behaviour
from localaws.emulator.core.errors import Refused
from localaws.emulator.s3_control.mrap_model import Mrap
from localaws.emulator.s3_control.mrap_requests import RouteUpdate


def check_endpoint(region: str | None) -> None:
    if region in behaviour.names(behaviour.current.routes_unavailable):
        raise Refused("SlowDown", "Please reduce your request rate.", 503)


def submit(mrap: Mrap, updates: list[RouteUpdate]) -> None:
    if len(mrap.members) == 1:
        raise Refused("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)
    dials = {**mrap.dials, **_changes(mrap, updates)}
    if not any(dials.values()):
        message = (
            "At least one Region or bucket in the Multi-Region Access Point must be configured to receive traffic. "
            "Set at least one Region or bucket to Active, and then try again."
        )
        raise Refused("InvalidRequest", message)
    if mrap.submitted is not None:
        message = "A conflicting conditional operation is currently in progress against this resource. Try again."
        raise Refused("OperationAborted", message, 409)
    mrap.submitted, mrap.submitted_at = dials, behaviour.now()
    mrap.settle()


def _changes(mrap: Mrap, updates: list[RouteUpdate]) -> dict[str, int]:
    buckets = {region: bucket for bucket, region in mrap.members.items()}
    changes: dict[str, int] = {}
    for update in updates:
        # The API model allows 0 to 100, the service only the two ends.
        if update.dial not in ("0", "100"):
            raise Refused("InvalidRequest", "Request invalid")
        bucket = update.bucket or buckets.get(update.region, "")
        if bucket not in mrap.members or update.region not in ("", mrap.members[bucket]):
            message = "The provided Region or bucket is not part of the Multi-Region Access Point."
            raise Refused("InvalidRequest", message)
        changes[bucket] = int(update.dial)
    if not changes:
        raise Refused("InvalidRequest", "Request invalid")
    return changes
