# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The Route 53 calls that read a hosted zone and its record sets, one a method."""

from __future__ import annotations

import functools
import itertools
import math
import re
import typing as t

from .._core.aws import GLOBAL_REGION, Aws, is_boto3_error_code
from .._core.errors import EdgeError
from .._core.parallel import in_parallel
from .record import RecordSet, from_api

_ID = re.compile(r"Z[A-Z0-9]{1,31}")
# Record sets that one call returns.
_PAGE = 300

Zone = dict[str, t.Any]


class RecordSetsApi:
    def __init__(self, aws: Aws) -> None:
        self._route53 = aws.client("route53", GLOBAL_REGION)

    def zone(self, given: str) -> Zone:
        """id, name and number of record sets of the public zone of this name or id."""
        identifier = given.removeprefix("/hostedzone/")
        if _ID.fullmatch(identifier):
            try:
                found = [self._route53.get_hosted_zone(Id=identifier)["HostedZone"]]
            except is_boto3_error_code("NoSuchHostedZone"):
                found = []
        else:
            name = f"{given.strip().lower().rstrip('.')}."
            listed = self._route53.list_hosted_zones_by_name(DNSName=name)["HostedZones"]
            found = [zone for zone in listed if zone["Name"].lower() == name]
        public = [zone for zone in found if not zone["Config"]["PrivateZone"]]
        if len(public) == 1:
            (one,) = public
            identifier = one["Id"].rpartition("/")[2]
            return {"id": identifier, "name": one["Name"].lower(), "count": one["ResourceRecordSetCount"]}
        if public:
            ids = ", ".join(sorted(zone["Id"].rpartition("/")[2] for zone in public))
            raise EdgeError(
                f"zone: {given} is the name of several zones: give the id of the one that is used, of {ids}."
            )
        raise EdgeError(
            f"zone: there is no public hosted zone {given} in this account: give the zone's name, not that of a host "
            "in it, or its id; if DNS is elsewhere, manage it there."
        )

    def record_sets(self, zone: Zone, names: t.Collection[str]) -> list[RecordSet]:
        """Those of these names: by one call a name, or all in pages, whichever is fewer. Route 53 takes 5 a second."""
        if math.ceil(zone["count"] / _PAGE) <= len(names):
            pages = self._pages(zone["id"])
            return [record for page in pages for record in map(from_api, page) if record.name in names]
        found = in_parallel({name: functools.partial(self._of_name, zone["id"], name) for name in sorted(names)})
        return [record for records in found.values() for record in records]

    def _of_name(self, zone_id: str, name: str) -> list[RecordSet]:
        records = (from_api(live) for page in self._pages(zone_id, StartRecordName=name) for live in page)
        return list(itertools.takewhile(lambda record: record.name == name, records))

    def _pages(self, zone_id: str, **start: str) -> t.Iterator[list[dict[str, t.Any]]]:
        paginator = self._route53.get_paginator("list_resource_record_sets")
        for page in paginator.paginate(HostedZoneId=zone_id, **start):
            yield page["ResourceRecordSets"]
