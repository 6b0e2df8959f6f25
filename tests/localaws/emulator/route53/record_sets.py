"""Refusals of Route 53 for a batch of changes; MiniStack applies it.

Sources: Route 53 API reference, ChangeResourceRecordSets and ResourceRecordSet; Route 53 Developer Guide, "Supported
DNS record types" (TXT: in quotation marks) and "Values specific for weighted records".
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from ministack.services import route53

_ROUTING = ("Weight", "Region", "Failover", "GeoLocation", "MultiValueAnswer", "CidrRoutingConfig")
_TEXT = re.compile(r'"(?:[^"\\]|\\.){0,255}"(?:\s+"(?:[^"\\]|\\.){0,255}")*')
# CloudFront's hosted zone is in no account; an alias to it has one of these types.
_CLOUDFRONT, _ITS_TYPES = "Z2FDTNDATAQYW2", ("A", "AAAA", "HTTPS")
_MAX_CHANGES = 1000

RecordSet = dict[str, Any]


def install() -> None:
    change = route53._change_resource_record_sets

    def changed(zone_id: str, body: bytes) -> Any:
        zone, root = route53._zones.get(zone_id), route53._parse_body(body)
        if zone is None or root is None:
            return change(zone_id, body)  # MiniStack refuses it
        batch = [
            (route53._text(found, "Action"), route53._parse_record_set(route53._find(found, "ResourceRecordSet")))
            for found in root.iterfind(".//{*}Change")
        ]
        refused = _invalid(zone, batch)
        if refused is not None:
            return route53._error_response("InvalidChangeBatch", f"[{refused}]")
        # The batch is atomic: check the result, and undo all of it after a conflict.
        before = list(route53._records[zone_id])
        answer = change(zone_id, body)
        conflict = _conflict(zone, route53._records[zone_id]) if answer[0] < 300 else None
        if conflict is None:
            return answer
        route53._records[zone_id] = before
        return route53._error_response("InvalidChangeBatch", f"[{conflict}]")

    route53._change_resource_record_sets = changed
    route53._build_record_set_el = _escaped(route53._build_record_set_el)
    route53._build_health_check_el = _with_xml_booleans(route53._build_health_check_el)
    normalise = route53._normalise_name
    route53._normalise_name = lambda name: normalise(name.replace("\\052", "*"))


def _invalid(zone: dict[str, Any], batch: list[tuple[str, RecordSet]]) -> str | None:
    if len(batch) > _MAX_CHANGES:
        return f"Number of records limit of {_MAX_CHANGES} exceeded."
    for action, record in batch:
        name, kind = record["Name"], record["Type"]
        if f".{name}".lower().endswith(f".{zone['name']}".lower()) is False:
            return f"RRSet with DNS name {name} is not permitted in zone {zone['name']}"
        if action == "DELETE":
            continue
        routing = [member for member in _ROUTING if member in record]
        if bool(routing) != bool(record.get("SetIdentifier")) or len(routing) > 1:
            return (
                f"Expected exactly one of [Weight, Region, Failover, GeoLocation, or MultiValueAnswer], but found "
                f"{len(routing)} in Change with [Action={action}, Name={name}, Type={kind}, "
                f"SetIdentifier={record.get('SetIdentifier')}]"
            )
        if not 0 <= record.get("Weight", 0) <= 255:
            return f"Weight {record['Weight']} is not between 0 and 255"
        check = record.get("HealthCheckId")
        if check and check not in route53._health_checks:
            return f"No health check exists with the specified ID: {check}"
        problem = _unfit_target(record) if "AliasTarget" in record else _unfit_values(record)
        if problem:
            return problem
    return None


def _unfit_target(record: RecordSet) -> str | None:
    target, name = record["AliasTarget"], record["Name"]
    if record.get("TTL") or record.get("ResourceRecords"):
        return f"RRSet with DNS name {name} has both an alias target and values"
    if target["HostedZoneId"] == _CLOUDFRONT:
        if record["Type"] not in _ITS_TYPES:
            return f"Tried to create an alias of type {record['Type']} that targets {target['DNSName']}"
        if target["EvaluateTargetHealth"]:
            return "EvaluateTargetHealth cannot be true for an alias to a CloudFront distribution"
    elif target["HostedZoneId"] not in route53._zones:
        return f"The zone of the alias target, {target['HostedZoneId']}, is not known"
    return None


def _unfit_values(record: RecordSet) -> str | None:
    values, name, kind = record.get("ResourceRecords", []), record["Name"], record["Type"]
    if not values or record.get("TTL") is None:
        return f"RRSet with DNS name {name} needs a TTL and at least one value"
    for value in values:
        if kind in ("TXT", "SPF") and not _TEXT.fullmatch(value):
            return f"Invalid Resource Record: FATAL problem: InvalidCharacterString (Value should be enclosed in quotation marks) encountered with '{value}'"  # noqa: E501
        if kind in ("A", "AAAA") and not _is_address(value, 4 if kind == "A" else 6):
            return f"Invalid Resource Record: FATAL problem: ARRDATAIllegalIPv4Address encountered with '{value}'"
    return None


def _is_address(value: str, version: int) -> bool:
    try:
        return ipaddress.ip_address(value).version == version
    except ValueError:
        return False


def _conflict(zone: dict[str, Any], records: list[RecordSet]) -> str | None:
    """Record sets that cannot coexist."""
    by_name: dict[str, list[RecordSet]] = {}
    for record in records:
        by_name.setdefault(record["Name"].lower(), []).append(record)
    for name, found in by_name.items():
        kinds = {record["Type"] for record in found}
        if "CNAME" in kinds and name == zone["name"].lower():
            return f"RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {zone['name']}"
        if "CNAME" in kinds and len(kinds) > 1:
            (other, *_) = sorted(kinds - {"CNAME"})
            return (
                f"RRSet of type {other} with DNS name {name} is not permitted because a conflicting RRSet of type "
                f"CNAME with the same DNS name already exists in zone {zone['name']}"
            )
        for kind in kinds:
            alike = [each for each in found if each["Type"] == kind]
            if len({tuple(member for member in _ROUTING if member in each) for each in alike}) > 1:
                return (
                    f"RRSet with DNS name {name}, type {kind} cannot be created as other RRSets exist with the same "
                    "name and type."
                )
    return None


def _escaped(build: Any) -> Any:
    """Route 53 returns an asterisk as an octal escape."""

    def built(parent: Any, record: RecordSet) -> None:
        build(parent, {**record, "Name": record["Name"].replace("*", "\\052")})

    return built


def _with_xml_booleans(build: Any) -> Any:
    """MiniStack writes `True` for XML's `true`, which clients read as false."""

    def built(parent: Any, check: dict[str, Any]) -> None:
        config = {
            name: str(value).lower() if isinstance(value, bool) else value for name, value in check["config"].items()
        }
        build(parent, {**check, "config": config})

    return built
