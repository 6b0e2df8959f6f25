# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The replication configurations of all Regions' buckets."""

from __future__ import annotations

import functools
import re
import typing as t

from .._core.aws import AnsibleAWSModule, Aws
from .._core.errors import EdgeError
from .._core.parallel import in_parallel
from .._core.plan import KNOWN_AFTER_APPLY, Plan
from .._core.reconcile import Outcome, Resource
from .._rules.bucket_names import check_bucket_names
from .._rules.kms_keys import check_kms_keys
from .._rules.regions import check_regions
from . import plan as planning
from .operations import Operations
from .rules import (
    Config,
    Options,
    destination,
    is_managed,
)

ARGUMENTS: dict[str, t.Any] = {
    "buckets": {"type": "dict", "required": True},
    "state": {"choices": ["present", "absent"], "default": "present"},
    "topology": {"choices": ["hub", "mesh"], "default": "hub"},
    "home_region": {"type": "str"},
    "role_arn": {"type": "str"},
    "delete_markers": {"type": "bool", "default": True},
    "replica_modifications": {"type": "bool", "default": True},
    "metrics": {"type": "bool", "default": True},
    "time_control": {"type": "bool", "default": False},
    # ARNs, which are no secret.
    "kms_keys": {"type": "dict", "default": {}, "no_log": False},
    "multi_region_keys": {"type": "bool", "default": False, "no_log": False},
    "purge": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 300},
}

_ROLE_ARN = re.compile(r"arn:aws:iam::\d{12}:role/[\w+=,.@/-]+")

# The replication configuration by Region, of every bucket: the home may have been another one.
State = dict[str, t.Optional[Config]]


def desired(p: t.Mapping[str, t.Any]) -> planning.Desired:
    """What the module's options *p* ask for. Raises EdgeError for what cannot be."""
    buckets: dict[str, str] = p["buckets"]
    check_regions(list(buckets), "buckets")
    check_bucket_names(buckets, "buckets")
    if p["state"] == "absent":
        return planning.Desired(buckets, purge=p["purge"])
    home = p["home_region"]
    if home is None and p["topology"] == "hub":
        raise EdgeError("home_region is needed for the topology hub: name the Region whose bucket is written.")
    if home is not None and home not in buckets:
        raise EdgeError(f"home_region: {home} is not among the Regions of buckets: add its bucket.")
    _check_role(p["role_arn"])
    check_kms_keys(p["kms_keys"], buckets, "kms_keys")
    _check_multi_region(p["multi_region_keys"], p["kms_keys"])
    return planning.Desired(
        buckets,
        sources=tuple(buckets) if p["topology"] == "mesh" else (home,),
        role_arn=p["role_arn"],
        options=Options(
            delete_markers=p["delete_markers"],
            replica_modifications=p["replica_modifications"],
            metrics=p["metrics"],
            time_control=p["time_control"],
            kms_keys=p["kms_keys"],
            multi_region_keys=p["multi_region_keys"],
        ),
        purge=p["purge"],
    )


def _check_role(arn: str | None) -> None:
    if arn is None:
        raise EdgeError("role_arn is needed: give the ARN of the IAM role that S3 assumes to replicate.")
    if arn != KNOWN_AFTER_APPLY and not _ROLE_ARN.fullmatch(arn):
        raise EdgeError(
            f"role_arn: {arn!r} is not the ARN of an IAM role, such as arn:aws:iam::111122223333:role/name."
        )


def _check_multi_region(wanted: bool, keys: t.Mapping[str, str]) -> None:
    if not wanted:
        return
    if not keys:
        raise EdgeError("multi_region_keys needs kms_keys: name the key of each Region, or leave it out.")
    for region, key in keys.items():
        if not key.rpartition("/")[2].startswith("mrk-"):
            raise EdgeError(
                f"multi_region_keys: {key} for {region} is no multi-Region key, whose ID begins with mrk-: give the "
                "replica keys of one, or leave multi_region_keys out."
            )


class Replication(Resource[State]):
    def __init__(self, module: AnsibleAWSModule, aws: Aws) -> None:
        self._desired = desired(module.params)
        self.operations = Operations(aws, module.params["wait_timeout"], module.warn)

    def observe(self) -> State:
        buckets = self._desired.buckets.items()
        return in_parallel(
            {region: functools.partial(self.operations.replication, region, bucket) for region, bucket in buckets}
        )

    def plan(self, observed: State) -> Plan:
        return planning.plan(self.operations, observed, self._desired)

    def settle(self, observed: State, changed: bool) -> State:
        """Only what was changed is read again; the rest is as it was."""
        if not changed:
            return observed
        plan = self.plan(observed)
        written = [step.arguments["region"] for step in plan.steps if step.partition]
        self.operations.await_replication(
            {region: (self._desired.buckets[region], plan.after[region]) for region in written}
        )
        return {**plan.after, **self.operations.with_everything}

    def result(self, outcome: Outcome[State]) -> dict[str, t.Any]:
        state: State = outcome.plan.after if outcome.settled is None else outcome.settled
        before = planning.roles(outcome.observed, self._desired.buckets)
        after = planning.roles(state, self._desired.buckets)
        return {
            "replication": {
                region: {
                    "bucket": bucket,
                    "role_arn": (state[region] or {}).get("Role"),
                    "rules": [_describe(rule) for rule in (state[region] or {}).get("Rules", [])],
                }
                for region, bucket in self._desired.buckets.items()
            },
            "sources": after.sources,
            "destinations": after.destinations,
            "previous_sources": before.sources,
            "previous_destinations": before.destinations,
        }


def _describe(rule: Config) -> dict[str, t.Any]:
    return {
        "id": rule.get("ID"),
        "destination": destination(rule),
        "priority": rule.get("Priority"),
        "status": rule["Status"],
        "managed": is_managed(rule),
    }
