# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The checks of single edge_* variables. Each raises EdgeError for the first invalid value. Pure."""

from __future__ import annotations

import re
import typing as t

from .._core.errors import EdgeError
from .._rules.bucket_names import RESERVED_PREFIXES
from .._rules.kms_keys import check_kms_keys
from .._rules.names import is_record_name

Settings = dict[str, t.Any]

# An MRAP's name has 50 characters, of which a suffix takes 9; a bucket's has 63, of which the account, the longest
# Region and the namespace's suffix take 31.
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,30})[a-z0-9]")
_CERTIFICATE = re.compile(r"arn:aws:acm:us-east-1:\d{12}:certificate/[A-Za-z0-9-]+")
_WEB_ACL = re.compile(r"arn:aws:wafv2:us-east-1:\d{12}:global/webacl/[\w-]+/[0-9a-f-]{36}")
_POLICY = re.compile(r"arn:aws:iam::(?:\d{12}|aws):policy/[\w+=,.@/-]+")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ZONE_ID = re.compile(r"Z[A-Z0-9]{3,31}")
# Source: Systems Manager User Guide, "Requirements and constraints for parameter names".
_PARAMETER = re.compile(r"(?!/?(?:aws|ssm)(?:[/.]|$))(?:[\w.-]+|(?:/[\w.-]+){1,15})", re.ASCII | re.IGNORECASE)
_QUERY_STRING = re.compile(r"[A-Za-z0-9._~-]{1,128}")
_LOGS = re.compile(r"arn:aws:(?:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/.+)?|logs:us-east-1:\d{12}:log-group:[^*]+)")
NO_LOGS = "none"

_MAX_PARAMETER_NAME = 1011
# Of a weighted record in Route 53.
_MAX_WEIGHT = 255
# The origin request function uses no answer for longer: MAX_TTL_SECONDS in its txt_record.py.
_MAX_DNS_TTL = 300
# Source: CloudFront Developer Guide, "Quotas on cache policies".
_MAX_QUERY_STRINGS = 10


def name(value: str, variable: str) -> None:
    if not _NAME.fullmatch(value) or value.startswith(RESERVED_PREFIXES):
        raise EdgeError(
            f"{variable}: {value!r} is not valid: use 3 to 32 lower-case letters, digits and hyphens, with no hyphen "
            f"at its ends, and not {', '.join(RESERVED_PREFIXES)} at its start. Names of buckets are made from it."
        )


def tags(value: t.Mapping[str, str], variable: str) -> None:
    for key in value:
        if key.lower().startswith("aws:"):
            raise EdgeError(f"{variable}: {key!r} is not valid: AWS reserves tags that start with aws:.")


def logs(value: str, variable: str) -> None:
    if value != NO_LOGS and not _LOGS.fullmatch(value):
        raise EdgeError(
            f"{variable}: {value!r} is not valid: give the ARN of a bucket, such as arn:aws:s3:::my-logs/my-site, or "
            "of a log group in us-east-1 (without :* at its end); none ends the delivery."
        )


def hosts_without_wildcard(value: t.Sequence[str], variable: str) -> None:
    for host in value:
        if "*" in host:
            raise EdgeError(f"{variable}: {host!r} is not valid: name each host that is to show the release.")


def kms_keys(value: t.Mapping[str, str], variable: str) -> None:
    """There may be keys of more Regions than the site has: a Region that leaves is read until it has left."""
    check_kms_keys(value, list(value), variable)


def certificate_arn(value: str, variable: str) -> None:
    if not _CERTIFICATE.fullmatch(value):
        raise EdgeError(f"{variable}: {value!r} is not the ARN of an ACM certificate in us-east-1.")


def web_acl_arn(value: str, variable: str) -> None:
    if not _WEB_ACL.fullmatch(value):
        raise EdgeError(
            f"{variable}: {value!r} is not the ARN of a WAFv2 web ACL for CloudFront: it starts with "
            "arn:aws:wafv2:us-east-1:<account>:global/webacl/."
        )


def permissions_boundary(value: str, variable: str) -> None:
    if not _POLICY.fullmatch(value):
        raise EdgeError(
            f"{variable}: {value!r} is not the ARN of a managed policy, such as arn:aws:iam::<account>:policy/<name>."
        )


def policy_id(value: str, variable: str) -> None:
    if not _UUID.fullmatch(value):
        raise EdgeError(f"{variable}: {value!r} is not the id of a response headers policy.")


def parameter_name(value: str, variable: str) -> None:
    if not _PARAMETER.fullmatch(value) or len(value) > _MAX_PARAMETER_NAME:
        raise EdgeError(f"{variable}: {value!r} is not the name of an SSM parameter: write it as /my-site/region-map.")


def query_strings(value: t.Sequence[str], variable: str) -> None:
    for parameter in value:
        if not _QUERY_STRING.fullmatch(parameter):
            raise EdgeError(f"{variable}: {parameter!r} is not the name of a query string parameter.")
    if len(value) > _MAX_QUERY_STRINGS:
        raise EdgeError(f"{variable} has {len(value)} names; a cache policy takes {_MAX_QUERY_STRINGS}.")


def dns_zone(value: str, variable: str) -> None:
    if not (ZONE_ID.fullmatch(value) or is_record_name(zone_name(value))):
        raise EdgeError(f"{variable}: {value!r} is neither the name nor the id of a Route 53 hosted zone.")


def dns_record(value: str, variable: str) -> None:
    if not is_record_name(value):
        raise EdgeError(f"{variable}: {value!r} is not the name of a DNS record: write it as bucket.example.com.")


def health_checks(value: t.Mapping[str, str], variable: str) -> None:
    for region, check in value.items():
        if not _UUID.fullmatch(check):
            raise EdgeError(f"{variable}: {check!r} for {region} is not the id of a Route 53 health check.")


def weights(value: t.Mapping[str, int], variable: str) -> None:
    for region, weight in value.items():
        if not 1 <= weight <= _MAX_WEIGHT:
            raise EdgeError(
                f"{variable}: {weight} for {region} is not between 1 and {_MAX_WEIGHT}. To take a Region out of "
                "service, run failover.yml with edge_out_of_service."
            )


def dns_ttl(value: int, variable: str) -> None:
    if not 1 <= value <= _MAX_DNS_TTL:
        raise EdgeError(f"{variable}: {value} is not between 1 and {_MAX_DNS_TTL} seconds.")


def probes(value: t.Sequence[t.Mapping[str, t.Any]], variable: str) -> None:
    for probe in value:
        if not {"name", "url"} <= set(probe) <= {"name", "url", "headers"}:
            raise EdgeError(f"{variable}: {probe!r} is not valid: a probe has name and url, and may have headers.")


def zone_name(zone: str) -> str:
    return zone.lower().rstrip(".")
