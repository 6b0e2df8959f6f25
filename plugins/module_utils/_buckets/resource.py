# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""One bucket a Region, all alike."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._aws import AnsibleAWSModule, Aws
from ansible_collections.multiregion.edge.plugins.module_utils._bucket_names import NAME_ARGUMENTS, bucket_names
from ansible_collections.multiregion.edge.plugins.module_utils._buckets import plan as planning
from ansible_collections.multiregion.edge.plugins.module_utils._buckets.api import BucketsApi
from ansible_collections.multiregion.edge.plugins.module_utils._fleet import in_parallel
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import Plan, Resource, wait_until

ARGUMENTS: dict[str, t.Any] = {
    **NAME_ARGUMENTS,
    "tags": {"type": "dict", "default": {}},
    "noncurrent_days": {"type": "int", "default": 30},
    "wait_timeout": {"type": "int", "default": 300},
}

Buckets = dict[str, t.Optional[planning.Bucket]]


class RegionalBuckets(Resource[Buckets]):
    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        p = module.params
        self.api = BucketsApi(aws)
        self._wait_timeout = p["wait_timeout"]
        names = bucket_names(p["site"], p["regions"], p["names"], aws)
        self._account_id = aws.account_id
        tags = {str(key): str(value) for key, value in p["tags"].items()}
        self._desired = planning.Desired(p["site"], names, not p["names"], tags, p["noncurrent_days"])

    def observe(self) -> Buckets:
        names = self._desired.names.items()
        return in_parallel({region: functools.partial(self._observe_one, region, name) for region, name in names})

    def _observe_one(self, region: str, name: str) -> planning.Bucket | None:
        if not self.api.exists(region, name):
            return None
        aspects = ("versioning", "public_access_block", "ownership", "lifecycle", "tags", "policy")
        return {aspect: getattr(self.api, aspect)(region, name) for aspect in aspects}

    def plan(self, observed: Buckets) -> Plan:
        return planning.plan(observed, self._desired)

    def settle(self, observed: Buckets, changed: bool) -> Buckets:
        """A bucket's configuration is eventually consistent: replication must not meet the old versioning."""
        if not changed:
            return observed
        return wait_until(
            "The buckets' configuration",
            self.observe,
            lambda seen: not self.plan(seen).steps,
            timeout=self._wait_timeout,
            describe=lambda seen: "still to come: " + "; ".join(self.plan(seen).sentences),
        )

    def result(self, state: t.Any) -> dict[str, t.Any]:
        buckets = {
            region: {"region": region, "name": name, "arn": f"arn:aws:s3:::{name}"}
            for region, name in self._desired.names.items()
        }
        return {"buckets": buckets, "names": dict(self._desired.names), "account_id": self._account_id}
