# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""One bucket a Region, all alike; or none."""

from __future__ import annotations

import abc
import collections
import dataclasses
import functools
import typing as t

from .._core.aws import AnsibleAWSModule, Aws, is_boto3_error_code
from .._core.errors import EdgeError
from .._core.parallel import in_parallel
from .._core.plan import Plan
from .._core.reconcile import Outcome, Resource
from .._core.waiting import wait_until
from .._rules.bucket_names import (
    NAME_ARGUMENTS,
    bucket_names,
)
from .._rules.cloudfront import check_distribution_arns
from .._rules.kms_keys import check_kms_keys
from .._rules.ownership import OWNER_TAG, as_tags
from .._rules.regions import OPT_IN_REGIONS, refuse_disabled
from . import encryption, policy, removal
from . import plan as planning
from .operations import Operations

ARGUMENTS: dict[str, t.Any] = {
    **NAME_ARGUMENTS,
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "tags": {"type": "dict", "default": {}},
    "purge_tags": {"type": "bool", "default": False},
    "noncurrent_days": {"type": "int", "default": 30},
    "kms_keys": {"type": "dict", "default": {}, "no_log": False},
    "policy_statements": {"type": "dict"},
    "distribution_arns": {"type": "list", "elements": "str"},
    "force_empty": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 300},
}

# Seconds between two reads at first.
_PAUSE = 0.5

One = t.TypeVar("One")
# By Region; None: there is no such bucket.
ByRegion = dict[str, t.Optional[One]]


def regional_buckets(module: AnsibleAWSModule, aws: Aws) -> Resource[t.Any]:
    return Absent(module, aws) if module.params["state"] == "absent" else Present(module, aws)


class _Buckets(Resource[ByRegion[One]]):
    """What both states have in common: names, Regions, and the wait until what was changed is read back."""

    operations: Operations
    _what: str  # is waited for

    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        p = module.params
        self._names = bucket_names(p["site"], p["regions"], p["names"], aws, p["namespace"], p["prefix"])
        self._wait_timeout: int = p["wait_timeout"]
        self._account_id = aws.account_id
        self.operations = Operations(aws, self._wait_timeout)

    def observe(self) -> ByRegion[One]:
        opt_in = [region for region in self._names if region in OPT_IN_REGIONS]
        if opt_in:
            refuse_disabled(self.operations.opt_in_status(opt_in), "regions")
        return self._read(self._names)

    def _read(self, regions: t.Iterable[str]) -> ByRegion[One]:
        return in_parallel({region: functools.partial(self._read_if_there, region) for region in regions})

    def _read_if_there(self, region: str) -> One | None:
        name = self._names[region]
        try:
            return self._read_one(region, name) if self.operations.exists(region, name) else None
        except is_boto3_error_code("NoSuchBucket"):  # new, and not yet known everywhere; or just deleted
            return None

    @abc.abstractmethod
    def _read_one(self, region: str, name: str) -> One: ...

    def settle(self, observed: ByRegion[One], changed: bool) -> ByRegion[One]:
        """Read the Regions that were changed until two reads in succession are equal, and as planned.

        S3 makes configuration known everywhere only eventually, and replication must not meet the old
        versioning. Source: S3 User Guide, "Amazon S3 data consistency model".
        """
        changed_regions = self._unlike_the_plan(observed)
        if not changed_regions:
            return observed
        reads: collections.deque[ByRegion[One]] = collections.deque(maxlen=2)

        def probe() -> list[str]:
            reads.append(self._read(changed_regions))
            return self._unlike_the_plan({**observed, **reads[-1]})

        wait_until(
            self._what,
            probe,
            lambda behind: not behind and len(reads) == 2 and reads[0] == reads[1],
            timeout=self._wait_timeout,
            describe=lambda behind: f"not yet seen in {', '.join(behind)}" if behind else "to be seen once more",
            pause=_PAUSE,
        )
        return {**observed, **reads[-1]}

    def _unlike_the_plan(self, observed: ByRegion[One]) -> list[str]:
        return sorted({step.arguments["region"] for step in self.plan(observed).steps})


class Present(_Buckets[planning.Bucket]):
    _what = "The buckets' configuration"

    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        p = module.params
        if p["noncurrent_days"] < 1:
            raise EdgeError(f"noncurrent_days: S3 takes whole days from 1 on, not {p['noncurrent_days']}.")
        check_kms_keys(p["kms_keys"], p["regions"], "kms_keys")
        policy.check_statements(p["policy_statements"] or {})
        check_distribution_arns("distribution_arns", p["distribution_arns"] or (), module.check_mode)
        statements = policy.further_statements(p["policy_statements"], p["distribution_arns"])
        super().__init__(module, aws)
        self._desired = planning.Desired(
            site=p["site"],
            names=self._names,
            tags=as_tags(p["tags"]),
            purge_tags=p["purge_tags"],
            noncurrent_days=p["noncurrent_days"],
            kms_keys=p["kms_keys"],
            policy_statements=statements,
            adopt=bool(p["names"]),
        )

    def observe(self) -> ByRegion[planning.Bucket]:
        observed = super().observe()
        keys = self._desired.kms_keys.items()
        found = in_parallel({region: functools.partial(self.operations.key, region, key) for region, key in keys})
        for region, metadata in found.items():
            encryption.refuse_unusable(region, metadata)
        return observed

    def _read_one(self, region: str, name: str) -> planning.Bucket:
        aspects = self.operations.aspects(region, name)
        unmanaged = OWNER_TAG not in aspects["tags"] and not self._desired.adopt
        return planning.Bucket(aspects, in_use=unmanaged and self.operations.in_use(region, name))

    def plan(self, observed: planning.Observed) -> Plan:
        return planning.plan(self.operations, observed, self._desired)

    def result(self, outcome: Outcome[ByRegion[planning.Bucket]]) -> dict[str, t.Any]:
        buckets = {
            region: {"region": region, "name": name, "arn": planning.bucket_arn(name)}
            for region, name in self._names.items()
        }
        return {"buckets": buckets, "names": self._names, "account_id": self._account_id}


class Absent(_Buckets[removal.Remains]):
    _what = "The buckets' deletion"

    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        super().__init__(module, aws)
        self._site: str = module.params["site"]
        self._force_empty: bool = module.params["force_empty"]

    def observe(self) -> ByRegion[removal.Remains]:
        observed = super().observe()
        # Emptied first and refused by S3 afterwards would be too late.
        members = self.operations.mraps() if any(observed.values()) else {}
        return {
            region: dataclasses.replace(remains, mraps=tuple(members.get(self._names[region], ()))) if remains else None
            for region, remains in observed.items()
        }

    def _read_one(self, region: str, name: str) -> removal.Remains:
        tags = self.operations.tags(region, name)
        if self._force_empty:
            return removal.Remains(tags, replicates=self.operations.replicates(region, name))
        return removal.Remains(tags, contents=self.operations.contents(region, name))

    def plan(self, observed: removal.Observed) -> Plan:
        return removal.plan(self.operations, observed, self._site, self._names, self._force_empty)

    def result(self, outcome: Outcome[ByRegion[removal.Remains]]) -> dict[str, t.Any]:
        return {"buckets": {}, "names": self._names, "account_id": self._account_id}
