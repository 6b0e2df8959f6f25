"""Regions that the account has not enabled: DescribeRegions, and the refusals of S3."""

from __future__ import annotations

import re
from typing import Any

from ministack.core.router import extract_signed_region
from ministack.services import ec2

from localaws.emulator.core import behaviour
from localaws.emulator.core.errors import error
from localaws.emulator.core.request import Request, Response
from localaws.geo import load_regions

_CONSTRAINT = re.compile(rb"<LocationConstraint[^>]*>([^<]+)</LocationConstraint>")


def disabled() -> frozenset[str]:
    """The disabled Regions; only an opt-in Region can be."""
    named = behaviour.names(behaviour.current.disabled_regions)
    return frozenset(name for name, region in load_regions().items() if region.opt_in and name in named)


def install() -> None:
    ec2._ACTION_MAP["DescribeRegions"] = _describe


def refusal(request: Request) -> Response | None:
    """S3's answer to a request for a Region that is not enabled, or None."""
    if request.service not in ("s3", "s3control") or not disabled():
        return None
    query = {name: [value] for name, value in request.query.items()}
    if extract_signed_region(request.headers, query) in disabled():
        # Credentials are not known in a Region before it is enabled.
        if "x-amz-security-token" in request.headers or "X-Amz-Security-Token" in request.query:
            message = "The provided token is malformed or otherwise invalid."
            return error(request.service, 400, "InvalidToken", message)
        message = "The AWS Access Key Id you provided does not exist in our records."
        return error(request.service, 403, "InvalidAccessKeyId", message)
    constraint = _CONSTRAINT.search(request.body) if _creates_a_bucket(request) else None
    if constraint and constraint[1].decode() in disabled():
        message = "The specified location-constraint is not valid"
        return error("s3", 400, "InvalidLocationConstraint", message, LocationConstraint=constraint[1].decode())
    return None


def _creates_a_bucket(request: Request) -> bool:
    return request.method == "PUT" and not request.query_string and b"<CreateBucketConfiguration" in request.body


def _describe(parameters: dict[str, Any]) -> Any:
    statuses = {name: _status(name, status) for name, status in ec2._AWS_REGIONS}
    wanted = ec2._parse_member_list(parameters, "RegionName")
    unknown = [name for name in wanted if name not in statuses]
    if unknown:
        return ec2._error("InvalidParameterValue", f"Invalid region names: [{', '.join(unknown)}]", 400)
    # Source: Amazon EC2 API Reference, DescribeRegions: without AllRegions, those that are enabled for the account.
    everything = ec2._p(parameters, "AllRegions").lower() == "true"
    filters = ec2._parse_filters(parameters)
    items = [
        f"<item><regionName>{name}</regionName><regionEndpoint>ec2.{name}.amazonaws.com</regionEndpoint>"
        f"<optInStatus>{status}</optInStatus></item>"
        for name, status in statuses.items()
        if (not wanted or name in wanted)
        and (everything or status != "not-opted-in")
        and name in filters.get("region-name", [name])
        and status in filters.get("opt-in-status", [status])
    ]
    return ec2._xml(200, "DescribeRegionsResponse", f"<regionInfo>{''.join(items)}</regionInfo>")


def _status(name: str, status: str) -> str:
    return "not-opted-in" if name in disabled() else status
