# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!


"""Which bucket a request goes to, who decides it, and who signs for it: the edge_* variables about that. Pure."""

from __future__ import annotations

import re
import typing as t

from .._core.errors import EdgeError
from .._rules import latency
from .._rules.regions import OPT_IN_REGIONS
from .parsing import (
    Given,
    as_choice,
    as_dict,
    as_text,
    parsed,
)

MRAP, REGION_MAP, DNS_RECORD, NEAREST_BUCKET = "mrap", "region_map", "dns_record", "nearest_bucket"
LAMBDA_EDGE, OAC = "lambda_edge", "oac"

# Who may sign in each mode, the default first.
SIGNERS = {
    MRAP: (LAMBDA_EDGE, OAC),
    REGION_MAP: (LAMBDA_EDGE,),
    DNS_RECORD: (LAMBDA_EDGE,),
    NEAREST_BUCKET: (OAC,),
}
# Those that can take Regions out of service at once; in region_map CloudFront goes over to the next bucket by itself.
WITH_FAILOVER = (MRAP, DNS_RECORD, NEAREST_BUCKET)

_ZONE_ID = re.compile(r"Z[A-Z0-9]{3,31}")
_DOMAIN = re.compile(r"(?:_?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]\.?")
_HEALTH_CHECK = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def origin_settings(given: Given, name: str, regions: t.Sequence[str]) -> dict[str, t.Any]:
    """Raises EdgeError with one sentence for the first thing that is wrong."""
    origin = as_choice(given, "edge_origin", tuple(SIGNERS), MRAP)
    return {
        "origin": origin,
        "signer": _signer(given, origin, regions),
        **_dns(given, origin, name),
        "prefer": _prefer(given, origin, regions),
        "health_checks": _health_checks(given, origin, regions),
    }


def _signer(given: Given, origin: str, regions: t.Sequence[str]) -> str:
    signer = as_choice(given, "edge_signer", (LAMBDA_EDGE, OAC), SIGNERS[origin][0])
    if signer not in SIGNERS[origin]:
        raise EdgeError(
            f"edge_signer: with edge_origin={origin} only {SIGNERS[origin][0]} can sign: leave edge_signer out."
        )
    opted_in = [region for region in regions if region in OPT_IN_REGIONS]
    if (origin, signer) == (MRAP, OAC) and opted_in:
        raise EdgeError(
            f"edge_signer: CloudFront cannot sign for an access point with a bucket in {', '.join(opted_in)}, for AWS "
            "enables it by request only: use edge_signer=lambda_edge, or edge_origin=nearest_bucket."
        )
    return signer


def _dns(given: Given, origin: str, name: str) -> dict[str, str]:
    zone, record = as_text(given, "edge_dns_zone"), as_text(given, "edge_dns_record").lower().rstrip(".")
    if zone and not (_ZONE_ID.fullmatch(zone) or _DOMAIN.fullmatch(zone.lower())):
        raise EdgeError(f"edge_dns_zone: {zone!r} is neither the name nor the id of a Route 53 hosted zone.")
    if record and not _DOMAIN.fullmatch(record):
        raise EdgeError(f"edge_dns_record: {record!r} is not a name that a record can have, like bucket.example.com.")
    by_name = zone and not _ZONE_ID.fullmatch(zone)
    if origin == DNS_RECORD and not (record or by_name):
        raise EdgeError(
            "edge_dns_record is missing: edge_origin=dns_record reads a TXT record. Name it, or give the name of the "
            f"Route 53 zone as edge_dns_zone, in which it is then {name}-bucket."
        )
    if by_name and not record:  # also in other modes, to remove what served before
        record = f"{name}-bucket.{zone.lower().rstrip('.')}"
    return {"dns_zone": zone, "dns_record": record}


def _prefer(given: Given, origin: str, regions: t.Sequence[str]) -> dict[str, list[str]]:
    option = "edge_prefer"
    prefer = latency.as_preferences(parsed(given, option) or {}, option)
    if prefer and origin not in (REGION_MAP, NEAREST_BUCKET):
        raise EdgeError(f"{option} is for edge_origin={REGION_MAP} and {NEAREST_BUCKET}: in others nobody asks for it.")
    latency.check(regions, (), prefer, ("edge_regions", "edge_out_of_service", option))
    return prefer


def _health_checks(given: Given, origin: str, regions: t.Sequence[str]) -> dict[str, str]:
    option = "edge_health_checks"
    checks = as_dict(given, option)
    if checks and origin != DNS_RECORD:
        raise EdgeError(f"{option} is for edge_origin=dns_record, whose records Route 53 leaves out while unhealthy.")
    if unknown := sorted(set(checks) - set(regions)):
        raise EdgeError(f"{option}: {', '.join(unknown)} is not among edge_regions ({', '.join(regions)}).")
    for region, check in checks.items():
        if not _HEALTH_CHECK.fullmatch(check):
            raise EdgeError(f"{option}: {check!r} of {region} is not the id of a Route 53 health check.")
    return checks
