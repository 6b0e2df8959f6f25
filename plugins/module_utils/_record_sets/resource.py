# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""Record sets of one hosted zone of Route 53."""

from __future__ import annotations

import typing as t

from .._core.aws import AnsibleAWSModule, Aws, is_boto3_error_code
from .._core.plan import Plan
from .._core.reconcile import Outcome, Resource
from .._core.waiting import wait_until
from . import plan as planning
from .api import RecordSetsApi, Zone
from .operations import Operations
from .record import RecordSet, from_option

_ALIAS = {
    "dns_name": {"type": "str", "required": True},
    "hosted_zone_id": {"type": "str", "required": True},
    "evaluate_target_health": {"type": "bool", "default": False},
}
_RECORD = {
    "name": {"type": "str", "required": True},
    "type": {"type": "str", "required": True, "choices": ["A", "AAAA", "CNAME", "HTTPS", "TXT"]},
    "ttl": {"type": "int"},
    "values": {"type": "list", "elements": "str", "aliases": ["value"]},
    "alias_target": {"type": "dict", "options": _ALIAS},
    "set_identifier": {"type": "str"},
    "weight": {"type": "int"},
    "weight_in_service": {"type": "int"},
    "health_check_id": {"type": "str"},
}
ARGUMENTS: dict[str, t.Any] = {
    "zone": {"type": "str", "required": True},
    "records": {"type": "list", "elements": "dict", "required": True, "options": _RECORD},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "take_over": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 300},
}

# Route 53's answers when a batch does not fit what there is (any more). For an alias whose target does not exist it
# answers "but that target was not found", which no other plan would fix.
_STALE = ("already exists", "but it was not found", "do not match the current values", "other RRSets exist")

State = t.Sequence[RecordSet]


def out_of_service(aws: Aws, zone: str, name: str) -> list[str]:
    """The identifiers of the managed TXT records of this name that have the weight 0."""
    api = RecordSetsApi(aws)
    wanted = from_option({"name": name, "type": "TXT", "values": [""]})
    found = api.record_sets(api.zone(zone), {wanted.name})
    return [
        str(each.given_identifier)
        for each in found
        if (each.name, each.type, each.weight) == (wanted.name, "TXT", 0) and each.is_managed
    ]


class RecordSets(Resource[State]):
    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        p = module.params
        self._desired = [from_option(given) for given in p["records"]]
        self._absent: bool = p["state"] == "absent"
        self._take_over: bool = p["take_over"]
        self._wait: bool = p["wait"]
        self._wait_timeout: int = p["wait_timeout"]
        self.operations = Operations(aws, self._wait_timeout)
        self._zone: Zone = self.operations.zone(p["zone"])
        planning.check(self._desired, self._zone["name"])

    def observe(self) -> State:
        return self.operations.record_sets(self._zone, {record.name for record in self._desired})

    def plan(self, observed: State) -> Plan:
        if not self._absent:
            desired = planning.complete(observed, self._desired)
            return planning.plan_present(self.operations, observed, desired, self._zone["id"], self._take_over)
        return planning.plan_absent(self.operations, observed, self._desired, self._zone["id"])

    def is_stale(self, error: BaseException | None) -> bool:
        invalid = isinstance(error, is_boto3_error_code("InvalidChangeBatch", error))
        return invalid and any(phrase in str(error) for phrase in _STALE)

    def settle(self, observed: State, changed: bool) -> State:
        if self._wait and changed:
            wait_until(
                f"The zone {self._zone['name'].rstrip('.')}",
                self.operations.change_status,
                lambda status: status == "INSYNC",
                timeout=self._wait_timeout,
                describe=lambda status: f"change {status}",
            )
        return observed

    def result(self, outcome: Outcome[State]) -> dict[str, t.Any]:
        zone = {"id": self._zone["id"], "name": self._zone["name"].rstrip(".")}
        if self._absent:
            return {"zone": zone, "weights": {}, "left": planning.leftovers(outcome.observed, self._desired)}
        desired = planning.complete(outcome.observed, self._desired)
        weights = {each.given_identifier: each.weight for each in desired if each.given_identifier}
        return {"zone": zone, "weights": weights, "left": []}
