"""How AWS behaves where the emulator would be immediate and always succeed: delays and failures that a test sets."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import Any


@dataclasses.dataclass
class Behaviour:
    """In seconds, unless stated otherwise. By default everything is immediate and succeeds."""

    # A replica appears, and its source changes from PENDING, this long after the write.
    replication_seconds: float = 0.0
    # S3 refuses Not in the Filter of a replication rule, as before 2026-11.
    replication_without_not: bool = False
    # An S3 Batch Operations job takes this long until Complete.
    batch_job_seconds: float = 0.0
    # A change of a bucket's configuration is visible this much later.
    bucket_configuration_seconds: float = 0.0
    # The number of changes of each bucket's configuration that are refused first: another one is in progress.
    bucket_conflicts: int = 0
    # Creation and deletion of a Multi-Region Access Point, its policy until Established, its routes until read back.
    mrap_seconds: float = 0.0
    mrap_policy_seconds: float = 0.0
    mrap_routes_seconds: float = 0.0
    # A new one is not visible for this long.
    mrap_invisible_seconds: float = 0.0
    # The error code of all operations on MRAPs; "" lets them succeed.
    mrap_failure: str = ""
    # Creation and deletion stop half-way: PARTIALLY_CREATED, PARTIALLY_DELETED.
    mrap_partial: bool = False
    # The status of a successful operation: SUCCESS in AWS's documentation, SUCCEEDED in the service.
    mrap_done_status: str = "SUCCEEDED"
    # A new certificate shows its validation records after this, and each name is validated this long after its record.
    certificate_records_seconds: float = 0.0
    certificate_seconds: float = 0.0
    # Why certificates are not issued: VALIDATION_TIMED_OUT, or the reason of one that FAILED, such as CAA_ERROR.
    certificate_failure: str = ""
    # CloudFront does not know a certificate that was issued, or a web ACL that it is given first, for this long.
    certificate_propagation_seconds: float = 0.0
    web_acl_propagation_seconds: float = 0.0
    # AWS has not verified the account: it may create no distribution.
    account_unverified: bool = False
    # A distribution is InProgress for this long after each change.
    distribution_seconds: float = 0.0
    # The caller reference of a deleted distribution cannot be used again; AWS does not document it.
    distribution_references_stay: bool = False
    # The kind of origin that CloudFront refuses for an MRAP with an origin access control: custom, s3, or both of them,
    # comma-separated; and the error code, if it is not the one that users have reported for an S3 bucket.
    mrap_origin_refused: str = ""
    mrap_origin_refusal_code: str = ""
    # The number of changes of log deliveries that are refused first: another one is in progress.
    log_delivery_conflicts: int = 0
    # The LIVE stage of an associated CloudFront Function is IN_PROGRESS for this long.
    function_seconds: float = 0.0
    # The percentage that TestFunction returns, and whether it is not supported.
    function_compute_utilization: int = 12
    function_tests_unsupported: bool = False
    # A version of a Lambda function is replicated for this long after the last distribution dissociated it.
    replicas_linger_seconds: float = 0.0
    # An update of a Lambda function takes this long, and refuses other changes until then.
    lambda_update_seconds: float = 0.0
    # A new version of a Lambda function is Pending for this long; CloudFront does not associate it until then.
    lambda_version_seconds: float = 0.0
    # How many functions may run at once in a Region: 10 in a new account.
    lambda_concurrency: int = 1000
    # Comma-separated Regions in which a service control policy denies everything.
    denied_regions: str = ""
    # Session credentials are those of STS's global endpoint, which are not valid for SigV4A.
    sessions_of_the_global_endpoint: bool = False
    # A change of a role or a managed policy is visible to IAM, and to the services that assume the role, after this.
    iam_seconds: float = 0.0
    iam_service_seconds: float = 0.0
    # Comma-separated Regions whose endpoint for MRAP routes answers 503.
    routes_unavailable: str = ""
    # Comma-separated opt-in Regions that the account has not enabled.
    disabled_regions: str = ""


current = Behaviour()
# Called before a change, to complete what is due at the current pace.
before_change: list[Callable[[], None]] = []


def change(values: dict[str, Any]) -> dict[str, Any]:
    """Set *values*, and the defaults of all others. ValueError for an unknown name or a wrong type."""
    changed = Behaviour()
    for name, value in values.items():
        default = getattr(changed, name, None)
        if isinstance(value, int) and isinstance(default, float):
            value = float(value)
        if default is None or type(value) is not type(default):
            raise ValueError(f"{name}={value!r} is not a behaviour of the emulator")
        setattr(changed, name, value)
    for settle in before_change:
        settle()
    for field in dataclasses.fields(changed):  # in place: other modules refer to it
        setattr(current, field.name, getattr(changed, field.name))
    return dataclasses.asdict(current)


def now() -> float:
    """The clock of all behaviours."""
    return time.monotonic()


def names(value: str) -> frozenset[str]:
    """The names in a comma-separated value."""
    return frozenset(name.strip() for name in value.split(",") if name.strip())
