"""How AWS behaves where the emulator would answer at once and succeed always: seconds and failures that a test sets."""

from __future__ import annotations

import dataclasses
import time
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
    # Creation and deletion of a Multi-Region Access Point, its policy until Established, its routes until read back.
    access_point_seconds: float = 0.0
    access_point_policy_seconds: float = 0.0
    access_point_routes_seconds: float = 0.0
    # The error code that operations on access points end with; "" lets them succeed.
    access_point_failure: str = ""
    # The Regions whose endpoint for routes answers 503, separated by commas.
    routes_unavailable: str = ""


current = Behaviour()


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
    for field in dataclasses.fields(changed):  # in place: others hold on to it
        setattr(current, field.name, getattr(changed, field.name))
    return dataclasses.asdict(current)


def now() -> float:
    """The clock of everything that takes time here."""
    return time.monotonic()
