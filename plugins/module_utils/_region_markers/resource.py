# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""An object in each bucket with the name of its Region."""

from __future__ import annotations

import typing as t

from .._core.aws import AnsibleAWSModule, Aws
from .._core.plan import Plan
from .._core.reconcile import Outcome, Resource
from .._rules.bucket_names import check_bucket_names
from .._rules.names import REGION_MARKER
from .._rules.regions import check_regions
from . import plan as planning
from .operations import Operations

ARGUMENTS: dict[str, t.Any] = {
    "buckets": {"type": "dict", "required": True},
    "wait_timeout": {"type": "int", "default": 900},
}

State = dict[str, list[planning.Marker]]


class RegionMarkers(Resource[State]):
    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        self._buckets = {region: str(name) for region, name in module.params["buckets"].items()}
        check_regions(list(self._buckets), "buckets")
        check_bucket_names(self._buckets, "buckets")
        self.operations = Operations(aws, module.params["wait_timeout"])

    def observe(self) -> State:
        return self.operations.markers(self._buckets)

    def plan(self, observed: State) -> Plan:
        return planning.plan(self.operations, observed, self._buckets)

    def result(self, outcome: Outcome[State]) -> dict[str, t.Any]:
        return {"key": REGION_MARKER, "path": f"/{REGION_MARKER}"}
