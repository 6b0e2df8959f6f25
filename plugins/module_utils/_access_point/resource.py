# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""A Multi-Region Access Point: created, and waited for until it serves."""

from __future__ import annotations

import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._access_point import plan as planning
from ansible_collections.multiregion.edge.plugins.module_utils._access_point.api import AccessPointApi
from ansible_collections.multiregion.edge.plugins.module_utils._aws import AnsibleAWSModule, Aws
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import Plan, Resource, wait_until
from ansible_collections.multiregion.edge.plugins.module_utils._shapes import KNOWN_AFTER_APPLY

ARGUMENTS: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "buckets": {"type": "list", "elements": "str", "required": True},
    "site": {"type": "str"},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 3600},
}

# INCONSISTENT_ACROSS_REGIONS: a setting is still spreading; the access point serves meanwhile.
_SERVING = ("READY", "INCONSISTENT_ACROSS_REGIONS")

State = t.Optional[planning.AccessPoint]


class AccessPoint(Resource[State]):
    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        p = module.params
        planning.check_name(p["name"])
        if not p["buckets"] or len(set(p["buckets"])) != len(p["buckets"]):
            raise EdgeError("buckets must name at least one bucket, every one once and each in another Region.")
        self.api = AccessPointApi(aws)
        self._account_id = aws.account_id
        self._desired = planning.Desired(p["name"], tuple(p["buckets"]))
        self._site: str | None = p["site"]
        self._wait: bool = p["wait"]
        self._wait_timeout: int = p["wait_timeout"]

    def observe(self) -> State:
        return planning.from_api(self.api.access_point(self._desired.name))

    def plan(self, observed: State) -> Plan:
        others = self.api.names() if observed is None and self._site else []
        planning.refuse_another(self._site or "", self._desired.name, others)
        return planning.plan(observed, self._desired)

    def settle(self, observed: State, changed: bool) -> State:
        if not self._wait:
            return self.observe() if changed else observed
        if observed is not None and observed["status"] == "READY":
            return observed
        return wait_until(
            f"The Multi-Region Access Point {self._desired.name}",
            self._probe,
            lambda seen: seen is not None and seen["status"] in _SERVING,
            timeout=self._wait_timeout,
            describe=lambda seen: f"status {seen['status'] if seen else 'CREATING'}",
        )

    def _probe(self) -> State:
        seen = self.observe()
        if seen is not None:
            planning.refuse_partial(seen)
        elif self.api.request_token:
            self._refuse_failed(self.api.operation(self.api.request_token))
        return seen

    def _refuse_failed(self, operation: dict[str, t.Any]) -> None:
        if operation.get("RequestStatus", "").upper() == "FAILED":
            details = operation.get("ResponseDetails", {}).get("ErrorDetails", {})
            raise EdgeError(
                f"AWS could not create the Multi-Region Access Point {self._desired.name}: "
                f"{details.get('Code', 'no code')}: {details.get('Message', 'no message')}"
            )

    def result(self, state: State) -> dict[str, t.Any]:
        alias = (state or {}).get("alias", KNOWN_AFTER_APPLY)
        known = alias != KNOWN_AFTER_APPLY
        return {
            "multi_region_access_point": {
                "name": self._desired.name,
                "alias": alias,
                # The alias ends in .mrap already.
                "arn": f"arn:aws:s3::{self._account_id}:accesspoint/{alias}" if known else alias,
                "domain_name": f"{alias}.accesspoint.s3-global.amazonaws.com" if known else alias,
                "status": (state or {}).get("status", "CREATING"),
                "buckets": list(self._desired.buckets),
            }
        }
