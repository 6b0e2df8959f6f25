# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A record set as it is compared: one spelling for what Route 53 takes in several. Pure."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._core.errors import EdgeError
from .._core.plan import KNOWN_AFTER_APPLY
from .._rules.ownership import MARK, with_mark

# Types whose value is a host, which is the same with a dot at its end and in capital letters.
_HOSTS = ("CNAME", "NS", "PTR")
_ESCAPE = re.compile(r"\\([0-3][0-7]{2})")
_DEFAULT_TTL = 300
_DEFAULT_WEIGHT = 100
# Characters of one string in a TXT record.
_STRING = 255


@dataclasses.dataclass(frozen=True)
class Alias:
    hosted_zone_id: str
    dns_name: str
    evaluate_target_health: bool


@dataclasses.dataclass(frozen=True)
class RecordSet:
    """``share``: the weight while the record is in service; None once it is completed. ``live``: as the API returned
    it, which a deletion has to repeat exactly."""

    name: str
    type: str
    set_identifier: str | None = None
    weight: int | None = None
    ttl: int | None = None
    values: tuple[str, ...] = ()
    alias: Alias | None = None
    health_check_id: str | None = None
    share: int | None = None
    live: t.Mapping[str, t.Any] | None = dataclasses.field(default=None, compare=False)

    @property
    def key(self) -> tuple[str, str, str | None]:
        return self.name, self.type, self.set_identifier

    @property
    def label(self) -> str:
        return f"{self.type} {self.name.rstrip('.')}{f' [{self.set_identifier}]' if self.set_identifier else ''}"

    @property
    def target(self) -> str:
        """Its target, for messages."""
        if self.alias:
            return self.alias.dns_name.rstrip(".")
        return ", ".join(value.rstrip(".") if self.type in _HOSTS else value for value in self.values)

    @property
    def given_identifier(self) -> str | None:
        """Without the mark, as it was given."""
        return self.set_identifier and self.set_identifier.removesuffix(f" {MARK}")

    @property
    def is_managed(self) -> bool:
        return MARK in (self.set_identifier or "")

    def points_as(self, other: RecordSet) -> bool:
        return (self.values, self.alias and self.alias.dns_name) == (other.values, other.alias and other.alias.dns_name)

    def described(self) -> dict[str, t.Any]:
        optional = {"weight": self.weight, "ttl": self.ttl, "health_check_id": self.health_check_id}
        pointing = dataclasses.asdict(self.alias) if self.alias else list(self.values)
        return {"to": pointing, **{name: value for name, value in optional.items() if value is not None}}


def from_option(given: dict[str, t.Any]) -> RecordSet:
    """EdgeError for what cannot be."""
    name = _name(given["name"])
    where = f"records: {given['type']} {name.rstrip('.')}"
    alias, values = given.get("alias_target"), given.get("values")
    weighted = given.get("set_identifier") is not None
    if (alias and values) or not (alias or values or weighted):
        raise EdgeError(f"{where} needs either values or an alias_target.")
    if alias and given.get("ttl") is not None:
        raise EdgeError(f"{where}: an alias has the ttl of what it points to; give none.")
    weight, share = given.get("weight"), given.get("weight_in_service")
    if weight is not None and share is not None:
        raise EdgeError(f"{where}: weight and weight_in_service exclude each other.")
    for number, least in ((weight, 0), (share, 1)):
        if number is not None and not weighted:
            raise EdgeError(f"{where}: a weight needs a set_identifier.")
        if number is not None and not least <= number <= 255:
            raise EdgeError(f"{where}: the weight {number} is not between {least} and 255.")
    return RecordSet(
        name,
        given["type"],
        with_mark(given["set_identifier"]) if weighted else None,
        weight,
        given.get("ttl") if weighted or alias or given.get("ttl") is not None else _DEFAULT_TTL,
        tuple(sorted(_value(given["type"], value) for value in values or ())),
        Alias(alias["hosted_zone_id"], _host(alias["dns_name"]), bool(alias.get("evaluate_target_health")))
        if alias
        else None,
        given.get("health_check_id"),
        share,
    )


def completed(given: RecordSet, live: RecordSet | None) -> RecordSet:
    """What a weighted record does not give stays as it is *live*. EdgeError if one that is not there points nowhere."""
    health_check_id = given.health_check_id
    if given.set_identifier is None:
        return dataclasses.replace(given, health_check_id=health_check_id or None)
    if not (given.values or given.alias or live):
        raise EdgeError(f"records: {given.label} is not there yet, so it needs either values or an alias_target.")
    pointing = given if given.values or given.alias or live is None else live
    ttl = given.ttl if given.ttl is not None else live.ttl if live else _DEFAULT_TTL
    return dataclasses.replace(
        given,
        values=pointing.values,
        alias=pointing.alias,
        weight=_weight(given, live),
        share=None,
        ttl=None if pointing.alias else ttl,
        health_check_id=(live.health_check_id if live and health_check_id is None else health_check_id) or None,
    )


def _weight(given: RecordSet, live: RecordSet | None) -> int | None:
    if given.weight is not None:
        return given.weight
    if live is None:
        return _DEFAULT_WEIGHT if given.share is None else given.share
    # A record with the weight 0 is out of service: only a weight of its own changes that.
    return live.weight if given.share is None or live.weight == 0 else given.share


def from_api(live: dict[str, t.Any]) -> RecordSet:
    target = live.get("AliasTarget")
    return RecordSet(
        _name(live["Name"]),
        live["Type"],
        live.get("SetIdentifier"),
        live.get("Weight"),
        live.get("TTL"),
        tuple(sorted(_value(live["Type"], record["Value"]) for record in live.get("ResourceRecords", []))),
        Alias(target["HostedZoneId"], _host(target["DNSName"]), target["EvaluateTargetHealth"]) if target else None,
        live.get("HealthCheckId"),
        live=live,
    )


def to_api(record: RecordSet) -> dict[str, t.Any]:
    members: dict[str, t.Any] = {
        "Name": record.name,
        "Type": record.type,
        "SetIdentifier": record.set_identifier,
        "Weight": record.weight,
        "TTL": record.ttl,
        "HealthCheckId": record.health_check_id,
        "ResourceRecords": [{"Value": value} for value in record.values] or None,
    }
    if record.alias:
        members["AliasTarget"] = {
            "HostedZoneId": record.alias.hosted_zone_id,
            "DNSName": record.alias.dns_name,
            "EvaluateTargetHealth": record.alias.evaluate_target_health,
        }
    return {name: value for name, value in members.items() if value is not None}


def _name(name: str) -> str:
    """Route 53 returns an asterisk, among others, as a backslash and its octal code."""
    return _host(_ESCAPE.sub(lambda found: chr(int(found[1], 8)), name.strip()))


def _host(name: str) -> str:
    return name if name == KNOWN_AFTER_APPLY else f"{name.strip().lower().rstrip('.')}."


def _value(kind: str, value: str) -> str:
    if kind in _HOSTS:
        return _host(value)
    if kind != "TXT" or value.startswith('"'):
        return value
    # Route 53 takes texts in quotation marks only, and each string of up to 255 characters.
    escaped = [text.replace("\\", "\\\\").replace('"', '\\"') for text in _pieces(value)]
    return " ".join(f'"{text}"' for text in escaped)


def _pieces(text: str) -> list[str]:
    return [text[start : start + _STRING] for start in range(0, len(text), _STRING)] or [""]
