"""How AWS behaves where the emulator would answer at once and succeed always: seconds and failures that a test sets."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import Any


@dataclasses.dataclass
class Behaviour:
    """All in seconds, unless it says otherwise; the defaults are what most tests want: at once, and well."""

    # A replica appears, and its source changes from PENDING, this long after the write.
    replication_seconds: float = 0.0
    # An S3 Batch Operations job takes this long until Complete.
    batch_job_seconds: float = 0.0
    # What was put into a bucket's configuration is read back this late.
    bucket_configuration_seconds: float = 0.0
    # So many changes of each bucket's configuration are refused first: another one is in progress. A number.
    bucket_conflicts: int = 0
    # Creation and deletion of a Multi-Region Access Point, its policy until Established, its routes until read back.
    mrap_seconds: float = 0.0
    mrap_policy_seconds: float = 0.0
    mrap_routes_seconds: float = 0.0
    # A new access point is not told of for so long.
    mrap_invisible_seconds: float = 0.0
    # The error code that operations on access points end with; "" lets them succeed.
    mrap_failure: str = ""
    # Creation and deletion stop half-way: PARTIALLY_CREATED, PARTIALLY_DELETED.
    mrap_partial: bool = False
    # AWS's documentation says SUCCESS, its service SUCCEEDED.
    mrap_done_status: str = "SUCCEEDED"
    # A new certificate tells its validation records this late, and each name is validated this long after its record.
    certificate_records_seconds: float = 0.0
    certificate_seconds: float = 0.0
    # Why certificates are not issued: VALIDATION_TIMED_OUT, or the reason of one that FAILED, such as CAA_ERROR.
    certificate_failure: str = ""
    # A distribution is InProgress for so long after each change.
    distribution_seconds: float = 0.0
    # The caller reference of a deleted distribution makes no other one; AWS does not document it.
    distribution_references_stay: bool = False
    # As what CloudFront does not take an access point that has an access control: custom, or s3.
    mrap_origin_refused: str = ""
    # So many changes of log deliveries are refused first: another one is in progress. A number.
    log_delivery_conflicts: int = 0
    # The LIVE stage of a CloudFront Function that is in use is on its way for so long.
    function_seconds: float = 0.0
    # What TestFunction tells, and whether there is none. A percentage, not seconds.
    function_compute_utilization: int = 12
    function_tests_unsupported: bool = False
    # A version of a Lambda function is still replicated for so long after no distribution associates it any more.
    replicas_linger_seconds: float = 0.0
    # A Lambda function is set up for so long after each change, and can be changed no further meanwhile.
    lambda_update_seconds: float = 0.0
    # A change of a role or a managed policy is seen by IAM, and by the services that assume the role, this late.
    iam_seconds: float = 0.0
    iam_service_seconds: float = 0.0
    # The Regions whose endpoint for routes answers 503, separated by commas.
    routes_unavailable: str = ""
    # The opt-in Regions that the account has not enabled, separated by commas.
    disabled_regions: str = ""


current = Behaviour()
# Called before a change, so that what is over at the pace so far stays over.
before_change: list[Callable[[], None]] = []


def change(values: dict[str, Any]) -> dict[str, Any]:
    """Back to the defaults, but for *values*. ValueError for a name or a type that is none."""
    changed = Behaviour()
    for name, value in values.items():
        default = getattr(changed, name, None)
        if isinstance(value, int) and isinstance(default, float):
            value = float(value)
        if default is None or type(value) is not type(default):
            raise ValueError(f"{name}={value!r} is no behaviour of the emulator")
        setattr(changed, name, value)
    for settle in before_change:
        settle()
    for field in dataclasses.fields(changed):  # in place: others hold on to it
        setattr(current, field.name, getattr(changed, field.name))
    return dataclasses.asdict(current)


def now() -> float:
    """The clock of everything that takes time here."""
    return time.monotonic()


def names(value: str) -> frozenset[str]:
    """Of a value that has several, separated by commas."""
    return frozenset(name.strip() for name in value.split(",") if name.strip())
