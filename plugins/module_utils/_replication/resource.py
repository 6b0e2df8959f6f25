# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The replication configuration of the home Region's bucket."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._aws import AnsibleAWSModule, Aws
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._fleet import in_parallel
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import Plan, Resource
from ansible_collections.multiregion.edge.plugins.module_utils._regions import check_regions
from ansible_collections.multiregion.edge.plugins.module_utils._replication import plan as planning
from ansible_collections.multiregion.edge.plugins.module_utils._replication.api import ReplicationApi

ARGUMENTS: dict[str, t.Any] = {
    "buckets": {"type": "dict", "required": True},
    "home_region": {"type": "str", "required": True},
    "role_arn": {"type": "str", "required": True},
    "delete_markers": {"type": "bool", "default": True},
}

# The replication configuration by Region, of every bucket: the home may have been another one.
State = dict[str, t.Optional[planning.Config]]


class Replication(Resource[State]):
    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        p = module.params
        check_regions(list(p["buckets"]), "buckets")
        if p["home_region"] not in p["buckets"]:
            raise EdgeError(f"home_region: {p['home_region']} is not among the Regions of buckets: add its bucket.")
        self.api = ReplicationApi(aws)
        self._desired = planning.Desired(p["buckets"], p["home_region"], p["role_arn"], p["delete_markers"])

    def observe(self) -> State:
        buckets = self._desired.buckets.items()
        return in_parallel(
            {region: functools.partial(self.api.replication, region, bucket) for region, bucket in buckets}
        )

    def plan(self, observed: State) -> Plan:
        return planning.plan(observed, self._desired)

    def result(self, state: State) -> dict[str, t.Any]:
        rules = (state.get(self._desired.home_region) or {}).get("Rules", [])
        return {
            "source": self._desired.source,
            "rules": [{"id": rule["ID"], "destination": rule["Destination"]["Bucket"]} for rule in rules],
        }
