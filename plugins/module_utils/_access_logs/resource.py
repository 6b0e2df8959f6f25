# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The delivery of a distribution's access logs."""

from __future__ import annotations

import typing as t

from .._core.aws import AnsibleAWSModule, Aws
from .._core.plan import Plan
from .._core.reconcile import Outcome, Resource
from .._rules.ownership import as_tags
from . import plan as planning
from .api import AccessLogsApi

_SETTINGS: dict[str, t.Any] = {
    "record_fields": {"type": "list", "elements": "str"},
    "field_delimiter": {"type": "str"},
    "s3_suffix_path": {"type": "str"},
    "s3_enable_hive_compatible_path": {"type": "bool"},
}
ARGUMENTS: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "distribution_arn": {"type": "str"},
    "destination_arn": {"type": "str"},
    "output_format": {"type": "str", "choices": list(planning.FORMATS), "default": "json"},
    **_SETTINGS,
    "tags": {"type": "dict", "default": {}},
}
REQUIRED_IF = [("state", "present", ("distribution_arn", "destination_arn"))]


class AccessLogs(Resource[planning.Observed]):
    # Another change of the same things is under way, or what was observed has been created or deleted since.
    stale_codes = ("ConflictException", "ResourceNotFoundException")

    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        p = module.params
        self._desired = planning.Desired(
            p["name"],
            p["distribution_arn"] or "",
            planning.Destination(p["destination_arn"] or "", p["output_format"]),
            {key: p[key] for key in _SETTINGS if p[key] is not None},
            as_tags(p["tags"]),
            absent=p["state"] == "absent",
        )
        planning.check(self._desired)
        self.operations = AccessLogsApi(aws)

    def observe(self) -> planning.Observed:
        return self.operations.observed()

    def plan(self, observed: planning.Observed) -> Plan:
        return planning.plan(self.operations, observed, self._desired)

    def settle(self, observed: planning.Observed, changed: bool) -> planning.Observed:
        return observed  # nothing here takes time

    def result(self, outcome: Outcome[planning.Observed]) -> dict[str, t.Any]:
        if self._desired.absent:
            return {"logging": None}
        return {
            "logging": {
                "source_name": self._desired.source_name,
                "destination_name": self._desired.destination_name,
                "destination_arn": self._desired.destination.resource_arn,
                "output_format": self._desired.destination.output_format,
            }
        }
